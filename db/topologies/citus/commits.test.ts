import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { type Fixture, openFixture } from '../../conformance/fixture.ts';
import { closing } from '../../connection/closing.ts';
import { onlyRow } from '../../connection/only-row.ts';
import { failureOf, isWorthRetrying, mayBeCommitted, optedOut } from '../../contract.ts';
import { designNamed } from '../../designs.ts';
import { itemAt } from '../../item-at.ts';
import {
  type CitusDatabase,
  createCitusDatabase,
  skipCitus,
} from '../../testing/citus-database.ts';
import { citus } from '../topology.ts';

/*
 * A report whose transaction cannot commit at SERIALIZABLE, because a message to the same number was
 * sent and committed meanwhile: what its application is told.
 */

describe('a commit that a worker refuses', { skip: skipCitus() }, () => {
  let database: CitusDatabase;
  let fixture: Fixture;
  before(async () => {
    database = await createCitusDatabase();
    fixture = await openFixture(database.url, designNamed('blocked_contacts', citus.designs));
  });
  after(() =>
    closing(async (defer) => {
      defer(() => database?.drop());
      defer(() => fixture?.close());
    }),
  );

  /** Reports the last 21610 of a number's block beside a message to it, and tells what became of the commit and of the report. */
  const race = async (
    report: (session: pg.Client, messageId: string, phone: string) => Promise<unknown>,
  ): Promise<{ commit: unknown; stored: boolean }> => {
    const [reporter, sender] = [await fixture.session(), await fixture.session()];
    const phone = fixture.phone();
    const profiles = await fixture.profiles(fixture.threshold);
    const messages: string[] = [];
    for (const profile of profiles) messages.push(await fixture.send(sender, phone, profile));
    const last = messages.pop() ?? '';
    for (const message of messages) await fixture.report(sender, message, 'failed', optedOut);
    for (const session of [sender, reporter]) {
      await session.query('begin isolation level serializable');
      await session.query('select 1 from outbound_messages limit 1');
    }
    await fixture.send(sender, phone, itemAt(profiles, 0));
    await report(reporter, last, phone);
    await fixture.send(sender, phone, itemAt(profiles, 0));
    await sender.query('commit');
    const commit = await reporter.query('commit').then(
      ({ command }) => command,
      (error: unknown) => error,
    );
    await reporter.query('rollback');
    const { rows } = await sender.query<{ stored: string }>(
      'select count(*) as stored from delivery_reports where message_id = $1',
      [last],
    );
    return { commit, stored: onlyRow({ rows }).stored !== '0' };
  };

  it('is told without its SQLSTATE where rows were named one by one, and is retried', async () => {
    const { commit, stored } = await race((session, messageId) =>
      fixture.report(session, messageId, 'failed', optedOut),
    );
    assert.equal(stored, false);
    const failure = failureOf(commit);
    assert.equal(failure.sqlState, 'XX000');
    assert.ok(isWorthRetrying(failure) && mayBeCommitted(failure));
  });

  it('is acknowledged, and lost, where they came from a SELECT: only a warning tells', async () => {
    const warnings: string[] = [];
    const { commit, stored } = await race(async (session, messageId, phone) => {
      session.on('notice', ({ code }) => warnings.push(String(code)));
      await session.query(
        `insert into delivery_reports (message_id, to_number, event_type, error_code)
         select m, n, 'failed', 21610 from unnest(array[$1::uuid], array[$2::text]) as u (m, n)`,
        [messageId, phone],
      );
    });
    assert.deepEqual({ commit, stored }, { commit: 'COMMIT', stored: false });
    assert.ok(warnings.includes('40001'));
  });
});
