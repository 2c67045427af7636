import type { TwoWays, WayFigure } from '../paired/two-ways.ts';
import type { PairedFigure } from '../results/results.ts';
import { formatRatio, formatRatioBounds, formatSignedNsInterval } from './format.ts';
import { differenceOf, ratioOf } from './questions.ts';
import { markdownTable, type TextColumn, textTable } from './text-table.ts';

const columns: readonly TextColumn[] = [
  { heading: 'scenario' },
  { heading: 'the arms differ by' },
  { heading: 'added to one row', align: 'right' },
  { heading: 'ratio', align: 'right' },
  { heading: 'where 0 is true', align: 'right' },
  { heading: 'the two' },
];

/** Both ways of telling the arms apart, beside each other. */
export function twoWaysText(found: readonly TwoWays[], markdown: boolean): string {
  const rows = found.flatMap(({ scenario, superuser, plain, agreement }) => [
    [scenario, ...wayCells(superuser), agreement],
    ['', ...wayCells(plain), ''],
  ]);
  return (markdown ? markdownTable : textTable)(columns, rows);
}

function wayCells({ method, paired, same }: WayFigure): readonly string[] {
  const few = 'too few sessions';
  return [
    method,
    paired === undefined ? few : formatSignedNsInterval(differenceOf(paired)),
    paired === undefined ? few : ratioText(paired),
    same === undefined ? few : formatSignedNsInterval(differenceOf(same)),
  ];
}

function ratioText(paired: PairedFigure): string {
  const ratio = ratioOf(paired);
  return `${formatRatio(ratio)} (${formatRatioBounds(ratio, '–')})`;
}
