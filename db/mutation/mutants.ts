import type pg from 'pg';
import { functionMutants } from './function-mutants.ts';
import { tableMutants } from './table-mutants.ts';
import { triggerMutants } from './trigger-mutants.ts';
import { viewMutants } from './view-mutants.ts';

/** One change of a schema. */
export interface Mutant {
  /** What tells it from all others, and stays the same as long as the schema does. */
  readonly id: string;
  /** The function, trigger, index, constraint, column, view or policy. */
  readonly object: string;
  readonly rule: string;
  readonly from: string;
  readonly to: string;
  /** What makes it, run in a database that has the schema. */
  readonly sql: string;
}

/** Every mutant of the schema that is in a database, in the order of its objects. */
export async function mutantsOf(client: pg.Client): Promise<readonly Mutant[]> {
  const all = [
    ...(await functionMutants(client)),
    ...(await triggerMutants(client)),
    ...(await tableMutants(client)),
    ...(await viewMutants(client)),
  ];
  const times = new Map<string, number>();
  return all.map((mutant) => {
    const name = `${mutant.object}: ${mutant.rule}: ${short(mutant.from)} → ${short(mutant.to)}`;
    const time = (times.get(name) ?? 0) + 1;
    times.set(name, time);
    return { ...mutant, id: time === 1 ? name : `${name} (${time})` };
  });
}

const short = (text: string): string => {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line === '' ? 'nothing' : line.length > 70 ? `${line.slice(0, 69)}…` : line;
};
