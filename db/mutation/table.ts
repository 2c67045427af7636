import type { Explained } from './explained.ts';
import { whySurvives } from './explained.ts';
import type { Tried } from './journal.ts';

/** What became of each design's mutants, as a Markdown table: a row a design, in the order given. */
export function tableOf(
  designs: readonly { readonly name: string; readonly tried: readonly Tried[] }[],
  explained: readonly Explained[],
): string {
  const rows = designs.map(({ name, tried }) => {
    const of = (state: Tried['state']): readonly Tried[] =>
      tried.filter((one) => one.state === state);
    const survived = of('survived');
    const open = survived.filter(({ id }) => whySurvives(id, explained) === undefined);
    const counts = [
      tried.length,
      of('not SQL').length,
      of('caught').length,
      of('timed out').length,
      survived.length,
      survived.length - open.length,
    ];
    return `| \`${name}\` | ${counts.join(' | ')} |`;
  });
  return [
    '| design | made | not SQL | caught | timed out | survived | of those explained |',
    '| --- | --: | --: | --: | --: | --: | --: |',
    ...rows,
  ].join('\n');
}
