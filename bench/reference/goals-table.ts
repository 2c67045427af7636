import { markdownTable } from '../report/text-table.ts';
import type { Goal } from './goals.ts';

const signs = { reached: '✅ reached', missed: '❌ missed', open: '❔ open', none: '' } as const;

/** The goals and what was reached, in Markdown. */
export function goalsTable(goals: readonly Goal[]): string {
  return markdownTable(
    [{ heading: 'goal' }, { heading: 'figure' }, { heading: '' }],
    goals.map(({ goal, reached, verdict }) => [goal, reached, signs[verdict]]),
  );
}
