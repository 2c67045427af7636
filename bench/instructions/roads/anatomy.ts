import { itemAt } from '../../../db/item-at.ts';
import type { CountedDesign } from '../../results/results.ts';
import { addedBy } from './roads.ts';

/** A part of what the server does for one send. */
export interface Part {
  readonly name: string;
  readonly instructions: number;
  readonly isCheck: boolean;
}

/** Roads that each do one thing more than the one before: what is between two is that thing's cost. */
const steps = [
  { road: 'call', part: 'the call of a trigger' },
  { road: 'call_definer', part: 'its owner’s rights' },
  { road: 'call_settings', part: 'a setting in every call' },
  { road: 'call_query', part: 'a query, whatever it reads' },
  { road: 'no_length', part: 'the lookup in the primary key' },
  { road: 'blocked_contacts', part: 'the longest number' },
] as const;

/** What one send costs, part by part; undefined where a road that is needed was not counted. */
export function anatomyOf(results: readonly CountedDesign[]): readonly Part[] | undefined {
  const resultOf = (name: string): CountedDesign | undefined =>
    results.find((result) => result.name === name);
  const withoutCheck = (name: string): number | undefined =>
    resultOf(name)?.scenarios.find((scenario) => scenario.name === 'insert')?.without?.instructions;
  const [whole, keyless] = [withoutCheck('blocked_contacts'), withoutCheck('no_foreign_key')];
  if (whole === undefined || keyless === undefined) return undefined;
  const added: number[] = [];
  for (const { road } of steps) {
    const result = resultOf(road);
    const found = result && addedBy(result, 'insert');
    if (found === undefined) return undefined;
    added.push(found);
  }
  return [
    { name: 'the row, its index, the statement', instructions: keyless, isCheck: false },
    { name: 'the foreign key', instructions: whole - keyless, isCheck: false },
    ...steps.map(({ part }, index) => ({
      name: part,
      instructions: itemAt(added, index) - (added[index - 1] ?? 0),
      isCheck: true,
    })),
  ];
}

const [width, barHeight, gap, left] = [760, 26, 8, 250] as const;

/** Horizontal bars, one a part, each as long as its instructions are many. */
export function anatomySvg(parts: readonly Part[]): string {
  const most = Math.max(...parts.map(({ instructions }) => instructions));
  const height = gap + parts.length * (barHeight + gap);
  const bars = parts.flatMap(({ name, instructions, isCheck }, index) => {
    const y = gap + index * (barHeight + gap);
    const length = Math.max(1, Math.round((instructions / most) * (width - left - 80)));
    const middle = y + barHeight / 2;
    const fill = isCheck ? '#c2410c' : '#64748b';
    return [
      `  <text x="${left - 10}" y="${middle}" text-anchor="end" dominant-baseline="central">${name}</text>`,
      `  <rect x="${left}" y="${y}" width="${length}" height="${barHeight}" fill="${fill}"/>`,
      `  <text x="${left + length + 8}" y="${middle}" dominant-baseline="central">${instructions.toLocaleString('en')}</text>`,
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" font-size="14" role="img" aria-label="Where the instructions of one send go">`,
    `  <rect width="${width}" height="${height}" fill="white"/>`,
    ...bars,
    '</svg>',
    '',
  ].join('\n');
}
