import type pg from 'pg';
import { failureOf, isRefusal } from '../../../db/contract.ts';
import { itemAt } from '../../../db/item-at.ts';
import { readSql } from '../../../db/sql.ts';
import { type Expected, mayBlock, mustBlock } from './expected.ts';
import type { RunRecord } from './run-record.ts';

const probeSql = readSql(new URL('./sql/probe.sql', import.meta.url));

/**
 * Tries a message to each of these numbers, and rolls it back: works with every design. Says what is
 * refused and should not be, or the other way round.
 */
export async function probe(
  client: pg.Client,
  run: RunRecord,
  numbers: readonly Expected[],
  differ: (line: string) => void,
): Promise<void> {
  await client.query('begin');
  try {
    if (run.design.sessionSql !== undefined) await client.query(run.design.sessionSql);
    for (const expected of numbers) {
      const mayRefuse = run.check === 'on' && mayBlock(expected, run);
      const refused = await isRefused(client, itemAt(run.profileIds, 0), expected.phone);
      if (refused && !mayRefuse) {
        differ(`${expected.phone} is refused and should not be`);
      }
      if (!refused && run.check === 'on' && mustBlock(expected, run)) {
        differ(`${expected.phone} is not refused and should be`);
      }
    }
  } finally {
    await client.query('rollback'); // with what the session's SQL has set
  }
}

/** Tries a message to a number, in a transaction that is open, and takes it back. */
export async function isRefused(
  client: pg.Client,
  profileId: string,
  phone: string,
): Promise<boolean> {
  await client.query('savepoint probe');
  try {
    await client.query(probeSql, [profileId, phone]);
    return false;
  } catch (error) {
    if (!isRefusal(failureOf(error))) throw error;
    return true;
  } finally {
    await client.query('rollback to savepoint probe');
  }
}
