import { UserError } from '../../../db/cli/errors.ts';
import { type Design, designNamed, listDesigns } from '../../../db/designs.ts';
import type { TextColumn } from '../../report/text-table.ts';
import type { CountedDesign } from '../../results/results.ts';
import { type CountedName, countedScenarios } from '../counted-scenarios.ts';

/**
 * Roads: what was tried to make the check cheaper. Each is laid over the schema as a design is, and counted
 * on a cluster that is thrown away afterwards: none is fit for use.
 */
export function listRoads(): readonly Design[] {
  return listDesigns(new URL('./', import.meta.url));
}

/** The designs that the roads stand beside: the default first, and the best of each kind. */
const beside = [
  'blocked_contacts',
  'hash_beside_key',
  'blocked_hash',
  'profiles_array',
  'statement_trigger',
  'statement_trigger_hash',
  'row_security_hash',
] as const;

/** What is counted: the designs and the roads, or those of them that are named, with commas. */
export function countedRoads(names?: string): readonly Design[] {
  const all = [...beside.map((name) => designNamed(name)), ...listRoads()];
  if (names === undefined) return all;
  return names.split(',').map((name) => {
    const found = [...all, ...listDesigns()].find((road) => road.name === name);
    if (found === undefined) throw new UserError(`no road and no design "${name}"`);
    return found;
  });
}

const counted = [
  ['insert', 'one row'],
  ['bulk-10', 'a row of ten'],
  ['report-first', 'first 21610'],
  ['report-repeated', 'repeated'],
  ['report-blocking', 'blocking'],
] as const satisfies readonly (readonly [CountedName, string])[];

export const roadScenarios = countedScenarios.filter(({ name }) =>
  counted.some(([wanted]) => wanted === name),
);

/** What each adds to an execution, in instructions: a send with the check over one without, a 21610 over a 30007. */
export function roadTable(
  roads: readonly Design[],
  results: readonly CountedDesign[],
): { readonly columns: readonly TextColumn[]; readonly rows: readonly (readonly string[])[] } {
  const columns: readonly TextColumn[] = [
    { heading: 'road' },
    ...counted.map(([, heading]) => ({ heading, align: 'right' as const })),
    { heading: 'gives up' },
  ];
  const rows = results.map((result) => {
    const road = roads.find(({ name }) => name === result.name);
    if (road === undefined) throw new Error(`${result.name} was not asked for`);
    return [
      road.name,
      ...counted.map(([name]) => addedBy(result, name)?.toLocaleString('en') ?? 'not counted'),
      result.reason ?? road.costs,
    ];
  });
  return { columns, rows };
}

/** The instructions that a row of an execution costs more than its control; undefined where it was not counted. */
export function addedBy(result: CountedDesign, name: CountedName): number | undefined {
  const scenario = result.scenarios.find((each) => each.name === name);
  if (scenario?.without === undefined) return undefined;
  const added = scenario.treatment.instructions - scenario.without.instructions;
  return Math.round(added / scenario.rowsPerStatement);
}
