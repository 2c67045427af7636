import { UserError } from '../../db/cli/errors.ts';
import { nearest } from '../../db/cli/nearest.ts';
import { bulkInsert } from './bulk.ts';
import { copy } from './copy.ts';
import { hotNumber } from './hot-number.ts';
import { insertDurable } from './insert-durable.ts';
import { insertNotDurable } from './insert-not-durable.ts';
import { manyClients } from './many-clients.ts';
import { mixed } from './mixed.ts';
import { refused } from './refused.ts';
import { reportBlocking, reportFirst, reportRepeated } from './reports.ts';
import { sameTwice } from './same-twice.ts';
import type { Scenario } from './scenario.ts';

/** Every scenario, in the order in which they are measured and shown. */
export const allScenarios: readonly Scenario[] = [
  insertDurable,
  insertNotDurable,
  bulkInsert(10, 60, 'one design'),
  bulkInsert(1_000, 0, 'always'),
  bulkInsert(10_000, 0, 'one design'),
  copy(1_000),
  refused,
  reportFirst,
  reportRepeated,
  reportBlocking,
  hotNumber,
  mixed,
  ...[2, 4, 8, 16].map(manyClients),
  sameTwice,
];

/** Scenarios by name, in their own order. Throws a UserError that suggests the nearest name. */
export function scenariosNamed(names: readonly string[]): readonly Scenario[] {
  const known = allScenarios.map((scenario) => scenario.name);
  for (const name of names) {
    if (!known.includes(name)) throw new UserError(`no scenario "${name}"${nearest(name, known)}`);
  }
  return allScenarios.filter((scenario) => names.includes(scenario.name));
}

/** What is measured where nothing is said: all common ones for one design, the telling ones for many. */
export function defaultScenarios(designs: number): readonly Scenario[] {
  return allScenarios.filter(
    ({ selected }) => selected === 'always' || (selected === 'one design' && designs === 1),
  );
}
