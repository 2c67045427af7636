import type pg from 'pg';
import { designOfMapping } from '../../db/adopt/designs.ts';
import { examplePath } from '../../db/adopt/examples.ts';
import type { Mapping } from '../../db/adopt/mapping.ts';
import { quoteName } from '../../db/adopt/quote.ts';
import { readMapping } from '../../db/adopt/read-mapping.ts';
import { createStrangersDatabase, describeCatalog, runStep } from '../../db/adopt/testing.ts';
import { wordsOf } from '../../db/adopt/words.ts';
import { connect } from '../../db/connection/connect.ts';
import type { Lab } from '../../db/lab.ts';
import { requireSupportedVersion } from '../../db/server/guard.ts';
import type { TestDatabase } from '../../db/testing/test-database.ts';
import { oneServer } from '../../db/topologies/topology.ts';

/** Somebody's database with a history, into which the check was brought. */
export interface AdoptedDatabase {
  readonly database: TestDatabase;
  readonly mapping: Mapping;
  readonly lab: Lab;
}

/** What an example's tables need that it does not say. */
const others: Readonly<Record<string, (mapping: Mapping) => Mapping>> = {
  partitioned: (mapping) => ({
    ...mapping,
    messages: { ...mapping.messages, others: { sent_at: '2026-10-15' } },
    reports: { ...mapping.reports, others: { received_at: '2026-10-16' } },
  }),
};

/** The mapping of an example, with what its tables need for a bench, and without a role that the server lacks. */
export function mappingOf(name: string, design?: string): Mapping {
  const { sendingRole: _, ...example } = readMapping(examplePath(name));
  const mapping = design === undefined ? example : { ...example, design };
  return others[name]?.(mapping) ?? mapping;
}

/**
 * Brings the check into the tables of an example: 200 numbers, a quarter each with none, one, all but one, and
 * all of the opt-outs that block.
 */
export async function adoptExample(name: string, design?: string): Promise<AdoptedDatabase> {
  const mapping = mappingOf(name, design);
  const database = await createStrangersDatabase(name);
  const client = await database.connect();
  try {
    await client.query(
      `select traffic.report(traffic.send('1201555' || lpad(n::text, 4, '0'), s), s < opt_outs)
       from (
         select n, (array[0, 1, $1::integer - 1, $1])[1 + n % 4] as opt_outs
         from generate_series(0, 199) as n
       ) as numbers, generate_series(0, 4) as s`,
      [mapping.threshold],
    );
    for (const step of ['01', '02', '03', '04']) await runStep(database, mapping, step);
    await client.query('analyze');
    const major = await requireSupportedVersion(client);
    return { database, mapping, lab: labOn(database.url, major) };
  } finally {
    await client.end();
  }
}

/** A database of a test as the lab opens one, for whoever the URL logs in. */
export function labOn(url: string, major: number): Lab {
  return {
    url,
    server: { kind: 'external', url, givenUrl: url, close: async () => {} },
    major,
    topology: oneServer,
    connect: (applicationName) => connect(url, applicationName),
    close: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
}

/** Lets a role do in an example's tables what its owner may, but for changing anything but the check's function. */
export async function letBench(owner: pg.Client, mapping: Mapping, role: string): Promise<void> {
  const { schema } = wordsOf(mapping);
  const schemas = new Set([
    ...[mapping.schema, mapping.messages.schema, mapping.reports.schema].map(quoteName),
    'traffic',
  ]);
  for (const name of schemas) {
    await owner.query(
      `grant usage on schema ${name} to ${role};
       grant select, insert, update on all tables in schema ${name} to ${role};
       grant usage on all sequences in schema ${name} to ${role};
       grant execute on all functions in schema ${name} to ${role}`,
    );
  }
  await owner.query(
    `grant create on schema ${schema} to ${role};
     alter function ${schema}.${designOfMapping(mapping).check}() owner to ${role}`,
  );
}

/** Every row of the tables that a bench may touch, as a count and a checksum each, and the whole catalog. */
export async function stateOf(
  client: pg.Client,
  mapping: Mapping,
): Promise<Readonly<Record<string, unknown>>> {
  const { schema, messages, reports } = wordsOf(mapping);
  const tables = [
    messages,
    reports,
    ...['opt_outs', 'blocked_contacts', 'opt_ins'].map((one) => `${schema}.${one}`),
  ];
  const rows: Record<string, unknown> = {};
  for (const table of tables) {
    const counted = await client.query(
      `select count(*)::integer as rows, coalesce(sum(hashtextextended(t::text, 0)), 0)::text as checksum,
         max(t.xmin::text::bigint) as newest
       from ${table} as t`,
    );
    rows[table] = counted.rows[0];
  }
  const triggers = await client.query(
    `select tgrelid::regclass::text || ' ' || tgname || ' ' || tgenabled::text as trigger
     from pg_trigger order by 1`,
  );
  return { ...rows, triggers: triggers.rows, catalog: await describeCatalog(client) };
}
