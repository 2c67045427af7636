import type pg from 'pg';
import { type Patience, waitForLock } from '../../../db/connection/wait-for-lock.ts';
import type { Design } from '../../../db/designs.ts';
import { type MadeRows, removeRows } from '../../../db/schema/remove-rows.ts';
import type { RunMark } from '../options/trial-options.ts';
import { runRows } from './run-rows.ts';

/** Exchange 555: numbers that only loads and checks use. */
const freshNumber = /^\+1...555/;

/**
 * Removes what a run made, as its rows tell: reports, then messages with what the design derived for
 * their new numbers, then its profiles. Knows nothing but the run's mark, so that the run of a killed
 * command can be removed too.
 */
export async function removeRun(
  { url, client }: { readonly url: string; readonly client: pg.Client },
  design: Design,
  run: RunMark,
  patience?: Patience,
): Promise<void> {
  const change = (work: () => Promise<unknown>): Promise<unknown> =>
    waitForLock(url, client, work, { patience });
  const remove = (made: Partial<MadeRows>): Promise<unknown> =>
    change(() => removeRows(client, { profileIds: [], messageIds: [], reportIds: [], ...made }));
  for await (const rows of runRows(client, 'reports', run)) {
    await remove({ reportIds: rows.map(({ id }) => id) });
  }
  for await (const rows of runRows(client, 'messages', run)) {
    const phones = new Set(rows.map(({ to_number = '' }) => to_number));
    const fresh = [...phones].filter((phone) => freshNumber.test(phone));
    await change(() => client.query(design.forgetSql, [fresh]));
    await remove({ messageIds: rows.map(({ id }) => id) });
  }
  await remove({ profileIds: run.ownProfileIds });
}
