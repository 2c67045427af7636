import type pg from 'pg';
import type { Design } from '../../../db/designs.ts';
import { removeRows } from '../../../db/schema/remove-rows.ts';
import type { RunMark } from '../options/trial-options.ts';
import { runRows } from './run-rows.ts';

/** Exchange 555: numbers that only loads and checks use. */
const freshNumber = /^\+1...555/;

/**
 * Removes what a run made, as its rows tell: reports, then messages with what the design derived for
 * their new numbers, then its profiles. Knows nothing but the run's mark, so that the run of a killed
 * command can be removed too.
 */
export async function removeRun(client: pg.Client, design: Design, run: RunMark): Promise<void> {
  const nothing = { profileIds: [], messageIds: [], reportIds: [] };
  for await (const rows of runRows(client, 'reports', run)) {
    await removeRows(client, { ...nothing, reportIds: rows.map(({ id }) => id) });
  }
  for await (const rows of runRows(client, 'messages', run)) {
    const phones = new Set(rows.map(({ to_number = '' }) => to_number));
    await client.query(design.forgetSql, [[...phones].filter((phone) => freshNumber.test(phone))]);
    await removeRows(client, { ...nothing, messageIds: rows.map(({ id }) => id) });
  }
  await removeRows(client, { ...nothing, profileIds: run.ownProfileIds });
}
