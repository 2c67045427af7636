import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { type Fixture, openFixture } from '../../conformance/fixture.ts';
import { closing } from '../../connection/closing.ts';
import { failureOf, isolationLevels, isWorthRetrying, optedOut } from '../../contract.ts';
import { designNamed } from '../../designs.ts';
import { itemAt } from '../../item-at.ts';
import {
  type CitusDatabase,
  createCitusDatabase,
  skipCitus,
} from '../../testing/citus-database.ts';
import { citus } from '../topology.ts';

/* Reports at every node, while the threshold goes up and down. */

const profilesPerNumber = 4;
const numbers = 12;

describe('the threshold of a cluster', { skip: skipCitus() }, () => {
  let database: CitusDatabase;
  let fixture: Fixture;
  let owner: pg.Client;
  before(async () => {
    database = await createCitusDatabase();
    owner = await database.connect();
    fixture = await openFixture(database.url, designNamed('blocked_contacts', citus.designs), {
      places: [...database.workers, database.url],
    });
  });
  after(() =>
    closing(async (defer) => {
      defer(() => database?.drop());
      defer(() => owner?.end());
      defer(() => fixture?.close());
    }),
  );

  it('is changed beside reports, and no block is missing or unfounded', async () => {
    const observer = await fixture.session();
    const profiles = await fixture.profiles(profilesPerNumber);
    const messages: string[][] = [];
    for (let number = 0; number < numbers; number++) {
      const phone = fixture.phone();
      const own: string[] = [];
      for (const profile of profiles) own.push(await fixture.send(observer, phone, profile));
      messages.push(own);
    }
    let reporting = true;
    const reporters = profiles.map(async (_, profile) => {
      const session = await fixture.session();
      const level = itemAt(isolationLevels, profile % isolationLevels.length);
      for (const own of messages) await reportOnce(fixture, session, level, itemAt(own, profile));
    });
    const changes = (async () => {
      for (let turn = 0; reporting || turn < 4; turn++) {
        await owner.query('select public.set_opt_out_block_threshold($1)', [
          itemAt([2, 4, 1, 3], turn % 4),
        ]);
      }
    })();
    await Promise.all(reporters).finally(() => {
      reporting = false;
    });
    await changes;
    await owner.query('select public.set_opt_out_block_threshold($1)', [fixture.threshold]);
    const { rows } = await owner.query('select * from public.rederive_opt_outs()');
    assert.deepEqual(rows, []);
    const { rows: counted } = await owner.query<{ phone: string; profiles: number }>(
      'select phone, count(*)::integer as profiles from public.opt_outs group by phone',
    );
    assert.deepEqual(
      counted.map(({ profiles: count }) => count),
      Array.from({ length: numbers }, () => profilesPerNumber),
    );
  });

  it('finds what is missing and what is unfounded, and mends it', async () => {
    const app = await fixture.session();
    const [kept, lost, free] = [fixture.phone(), fixture.phone(), fixture.phone()];
    for (const phone of [kept, lost]) await fixture.block(app, phone);
    await owner.query('delete from public.blocked_contacts where phone = $1', [lost]);
    await owner.query('insert into public.blocked_contacts (phone) values ($1)', [free]);
    const { rows } = await owner.query<{ difference: string; phone: string }>(
      'select difference, phone from public.rederive_opt_outs() order by difference',
    );
    assert.deepEqual(rows, [
      { difference: 'block was missing', phone: lost },
      { difference: 'block was unfounded', phone: free },
    ]);
    const { rows: blocked } = await owner.query<{ phone: string }>(
      'select phone from public.blocked_contacts where phone = any ($1)',
      [[kept, lost, free]],
    );
    assert.deepEqual(blocked.map(({ phone }) => phone).sort(), [kept, lost].sort());
    await owner.query('delete from public.opt_outs where phone = $1', [lost]);
    const { rows: mended } = await owner.query<{ difference: string }>(
      'select difference from public.rederive_opt_outs() where phone = $1',
      [lost],
    );
    assert.deepEqual(
      mended.map(({ difference }) => difference),
      Array.from({ length: fixture.threshold }, () => 'opt-out was missing'),
    );
  });
});

/** Reports in a transaction of its own, again after what asks for that. */
async function reportOnce(
  fixture: Fixture,
  session: pg.Client,
  level: string,
  messageId: string,
): Promise<void> {
  for (;;) {
    try {
      await session.query(`begin isolation level ${level}`);
      await session.query('select 1 from outbound_messages limit 1');
      await fixture.report(session, messageId, 'failed', optedOut);
      await session.query('commit');
      return;
    } catch (error) {
      await session.query('rollback');
      if (!isWorthRetrying(failureOf(error))) throw error;
    }
  }
}
