import { UserError } from '../../db/cli/errors.ts';
import { nearest } from '../../db/cli/nearest.ts';
import { atWorker } from './at-worker.ts';
import { bulkInsert } from './bulk.ts';
import { contrasts } from './contrasts.ts';
import { copy } from './copy.ts';
import { hotNumber } from './hot-number.ts';
import { insertDurable } from './insert-durable.ts';
import { insertNotDurable } from './insert-not-durable.ts';
import { manyClients } from './many-clients.ts';
import { mixed } from './mixed.ts';
import { partitioned } from './partitioned.ts';
import { refused } from './refused.ts';
import { reportBlocking, reportFirst, reportRepeated } from './reports.ts';
import { sameTwice } from './same-twice.ts';
import type { Scenario } from './scenario.ts';

/** Every scenario but those that try the method on itself, in the order in which they are shown. */
const ownScenarios: readonly Scenario[] = [
  insertDurable,
  insertNotDurable,
  bulkInsert(10, 'one design'),
  bulkInsert(1_000, 'always'),
  bulkInsert(10_000, 'on request'),
  copy(1_000, 'ids sent'),
  copy(1_000, 'ids left out'),
  refused,
  reportFirst,
  reportRepeated,
  reportBlocking,
  hotNumber,
  mixed,
  ...[2, 4, 8, 16].map(manyClients),
];

/** Of these the method is tried on itself where nothing is said: one durable row, and one that is not. */
const triedByDefault = [insertDurable, insertNotDurable].map((scenario) => ({
  ...sameTwice(scenario),
  selected: 'one design' as const,
}));

/** Every scenario, in the order in which they are shown. */
export const allScenarios: readonly Scenario[] = [...ownScenarios, ...triedByDefault];

/** The others on which the method can be tried: those whose control has the check off. */
const triedOnRequest = ownScenarios
  .filter(({ control }) => control === 'check off')
  .map(sameTwice)
  .filter(({ name }) => allScenarios.every((one) => one.name !== name));

/** Into a table that is partitioned by month. */
const variants = [insertNotDurable, bulkInsert(1_000, 'on request'), copy(1_000, 'ids sent')].map(
  partitioned,
);

/** Past the coordinator of a cluster. */
const direct = [
  insertDurable,
  insertNotDurable,
  bulkInsert(1_000, 'on request'),
  copy(1_000, 'ids sent'),
].map(atWorker);

/** Names that stand for several scenarios. */
const groups: Readonly<Record<string, readonly string[]>> = {
  contrasts: contrasts.map(({ name }) => name),
  partitioned: variants.map(({ name }) => name),
  'at-worker': direct.map(({ name }) => name),
};

/** Scenarios by name, or by that of a group, in their own order. Throws a UserError that suggests the nearest name. */
export function scenariosNamed(names: readonly string[]): readonly Scenario[] {
  const all = [...allScenarios, ...triedOnRequest, ...contrasts, ...variants, ...direct];
  const wanted = names.flatMap((name) => groups[name] ?? [name]);
  const known = [...all.map((scenario) => scenario.name), ...Object.keys(groups)];
  for (const name of wanted) {
    if (!known.includes(name)) throw new UserError(`no scenario "${name}"${nearest(name, known)}`);
  }
  return all.filter((scenario) => wanted.includes(scenario.name));
}

/** What is measured where nothing is said: all common ones for one design, the telling ones for many. */
export function defaultScenarios(designs: number): readonly Scenario[] {
  return allScenarios.filter(
    ({ selected }) => selected === 'always' || (selected === 'one design' && designs === 1),
  );
}
