import { type PoolerPlace, poolerText } from './pooler-place.ts';

/** What a bench through a pooler in transaction mode shows in another way than a direct one, and in which. */
export const throughPooler: readonly (readonly [what: string, how: string])[] = [
  [
    'statements',
    'unnamed, and parsed anew each time in both arms: a ratio is smaller than with prepared ones, the added time is not',
  ],
  ['arms', 'twin tables, or a view beside the application’s, each named with its schema'],
  ['commits that are not durable', 'told so in their own transactions, in both arms'],
  ['settings and time limits', 'those that the pooler’s sessions have'],
  [
    'not through the pooler',
    'building, behaviours, plans, costs inside the server, index probes, pgbench, instructions',
  ],
];

/** The same for the start of a run. */
export function throughPoolerLines(place: PoolerPlace): readonly string[] {
  return [
    `through the transaction pooler at ${poolerText(place)}:`,
    ...throughPooler.map(([what, how]) => `  ${what}: ${how}`),
  ];
}

/** The same for who reads a figure and no more. */
export function poolerWarning(pooler: string): string {
  return `What was timed went through the transaction pooler at ${pooler}, its statements unnamed: compare the added time, not the ratio, with that of a direct run.`;
}
