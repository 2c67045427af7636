import type { Scenario } from './scenario.ts';

/**
 * The same into a table that is partitioned by month, beside that of the messages: a row trigger is in every
 * partition then, a statement trigger in the parent alone.
 */
export function partitioned(scenario: Scenario): Scenario {
  return {
    ...scenario,
    name: `${scenario.name}-partitioned`,
    title: `${scenario.title}, into a table partitioned by month`,
    arms: 'partitioned twins',
    selected: 'on request',
  };
}
