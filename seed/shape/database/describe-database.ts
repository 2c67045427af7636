import type pg from 'pg';
import { exampleText } from '../../../db/adopt/examples.ts';
import type { Mapping } from '../../../db/adopt/mapping.ts';
import { wordsOf } from '../../../db/adopt/words.ts';
import { codeOf, messageOf, UserError } from '../../../db/cli/errors.ts';
import { onlyRow } from '../../../db/connection/only-row.ts';
import { withoutWorkersIfShort } from '../../../db/connection/without-workers.ts';
import { readSql } from '../../../db/sql.ts';
import { queryCanceled } from '../../../db/sqlstates.ts';
import { type Shape, smallestGroup } from '../shape.ts';
import { summarise } from '../summarise.ts';
import { readTally, type TallyRow } from './read-tally.ts';
import { tallyQuery } from './tally-query.ts';

/** How a database is described. */
export interface DescribeOptions {
  /** What the tables are called; the lab's own where undefined. */
  readonly mapping: Mapping | undefined;
  /** About how many messages are looked at. */
  readonly sampleMessages: number;
  /** How long the server may take. */
  readonly timeoutMs: number;
}

/** About how many messages are looked at where nothing is said. */
export const defaultSampleMessages = 200_000;

/** The most that one sort or hash table of the server may take, in kilobytes. */
const workMemKb = 65_536;

/**
 * Describes a database: one pass over the messages and one over the reports, in one transaction that
 * reads only. All counting is the server's; what comes back are some hundred counts.
 *
 * @param client a session with nothing under way, whose transaction this is
 * @throws UserError for tables that are not there, not to be read, or take too long; and for too few contacts
 */
export async function describeDatabase(
  client: pg.Client,
  options: DescribeOptions,
): Promise<Shape> {
  const mapping = options.mapping ?? labMapping();
  try {
    const { rows, share } = await withoutWorkersIfShort(client, () =>
      countIn(client, mapping, options),
    );
    const { server_version: server } = onlyRow(
      await client.query<{ server_version: string }>('show server_version'),
    );
    return summarise(readTally(rows, share), {
      kind: 'database',
      server: server.replace(/ .*$/, ''),
      tables: options.mapping === undefined ? 'lab' : 'mapping',
    });
  } catch (error) {
    throw explained(error, options);
  }
}

/** The lab's own tables. */
function labMapping(): Mapping {
  return JSON.parse(exampleText('lab')) as Mapping;
}

async function countIn(
  client: pg.Client,
  mapping: Mapping,
  { sampleMessages, timeoutMs }: DescribeOptions,
): Promise<{ readonly rows: readonly TallyRow[]; readonly share: number }> {
  await client.query('begin transaction isolation level repeatable read read only');
  try {
    await client.query('set local search_path = pg_catalog, pg_temp');
    await client.query(`set local statement_timeout = ${timeoutMs}`);
    await client.query(`set local work_mem = ${workMemKb}`);
    await client.query('set local row_security = off'); // fails rather than hides rows
    const size = onlyRow(
      await client.query<{ rows: number }>(
        readSql(new URL('./sql/table_size.sql', import.meta.url)),
        [wordsOf(mapping).messages],
      ),
    );
    const bits = Math.max(0, Math.ceil(Math.log2(size.rows / sampleMessages)));
    const mask = 2n ** BigInt(bits) - 1n;
    const { rows } = await client.query<TallyRow>(tallyQuery(mapping), [
      String(mask),
      smallestGroup,
    ]);
    return { rows, share: 2 ** -bits };
  } finally {
    await client.query('rollback').catch(() => {});
  }
}

/** Errors of class 42 are about names, types and rights: what the mapping or the role must change. */
function explained(error: unknown, { mapping, timeoutMs }: DescribeOptions): unknown {
  const code = codeOf(error) ?? '';
  if (code === queryCanceled) {
    return new UserError(
      `the server did not finish within ${timeoutMs / 1_000} s: nothing was written; --timeout gives it longer`,
      { cause: error },
    );
  }
  if (!code.startsWith('42') && code !== '22P02') return error;
  const hint = mapping === undefined ? ' (--mapping names other tables than the lab’s own)' : '';
  return new UserError(`cannot describe this database: ${messageOf(error)}${hint}`, {
    cause: error,
  });
}
