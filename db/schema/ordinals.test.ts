import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import type pg from 'pg';
import { expectAccepted, expectRefused } from '../conformance/expect.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { makeProfiles, ordinalsOf, report, send } from './testing.ts';

/* Ordinals of the default design where opt-outs have left gaps. */

let database: TestDatabase;
let owner: pg.Client;
let profiles: readonly string[];
let numbers = 0;

before(async () => {
  database = await createTestDatabase();
  owner = await database.connect();
  profiles = await makeProfiles(owner, 5);
});
afterEach(async () => {
  await owner.query('rollback');
});
after(async () => {
  await owner.end();
  await database.drop();
});

const newPhone = (): string => `+1202555${String(numbers++).padStart(4, '0')}`;

const ordinals = (phone: string): Promise<readonly (readonly [number, number])[]> =>
  ordinalsOf(owner, phone, profiles);

/** Writes opt-outs by hand: of the first profile with the first ordinal, and so on. */
async function writeOptOuts(phone: string, written: readonly number[]): Promise<void> {
  for (const [place, ordinal] of written.entries()) {
    await owner.query('insert into opt_outs values ($1, $2, $3)', [
      phone,
      profiles[place],
      ordinal,
    ]);
  }
}

describe('a free ordinal', () => {
  it('is the lowest below the threshold that no opt-out of the contact has, or else 1', async () => {
    const phone = '+12025559999';
    await owner.query('begin');
    await owner.query('insert into opt_outs values ($1, $2, 1)', ['+12025559998', profiles[0]]);
    for (const [taken, free] of [
      [[], 1],
      [[1], 2],
      [[2], 1],
      [[1, 2], 1],
    ] as const) {
      await owner.query('delete from opt_outs where phone = $1', [phone]);
      await writeOptOuts(phone, taken);
      const { rows } = await owner.query('select free_ordinal($1) as free', [phone]);
      assert.deepEqual(rows, [{ free }], `beside ${taken}`);
    }
  });
});

describe('numbering opt-outs', () => {
  it('gives them the ordinals from 1, in their order, whatever they were', async () => {
    const phone = newPhone();
    for (const written of [
      [0, 1, 2],
      [-3, 0, 1, 2],
      [-1, 2, 3],
      [-9, -8, -7, -6, -5],
      [0, 1, 7, 8],
      [2, 5],
      [1, 2, 3],
    ]) {
      await owner.query('begin');
      await writeOptOuts(phone, written);
      await owner.query('select number_opt_outs($1)', [phone]);
      assert.deepEqual(
        await ordinals(phone),
        written.map((_, place) => [place, place + 1]),
        `${written}`,
      );
      await owner.query('rollback');
    }
  });

  it('lets a contact opt in whose ordinals were written by hand, from 0', async () => {
    const phone = newPhone();
    await writeOptOuts(phone, [0, 1, 2]);
    await owner.query('select derive_blocked_contacts()');
    await expectRefused('three', send(owner, phone, profiles[3]));
    await owner.query('begin');
    await owner.query(`set local statement_timeout = '20s'`); // it has tried for ever
    await owner.query('select opt_in($1, $2)', [phone, profiles[2]]);
    await owner.query('commit');
    assert.deepEqual(await ordinals(phone), [
      [0, 1],
      [1, 2],
    ]);
    await expectAccepted('two', send(owner, phone, profiles[3]));
  });
});

describe('a report of a contact whose ordinals have a gap', () => {
  it('takes one below the threshold where it does not block, and is counted, not numbered', async () => {
    const [phone, other] = [newPhone(), newPhone()];
    for (const profile of profiles.slice(0, 2)) {
      await report(owner, await send(owner, phone, profile));
    }
    await report(owner, await send(owner, other, profiles[2]));
    await owner.query('delete from opt_outs where phone = $1 and ordinal = 1', [phone]);
    await report(owner, await send(owner, phone, profiles[2]));
    assert.deepEqual(await ordinals(phone), [
      [2, 1],
      [1, 2],
    ]);
    assert.deepEqual(await ordinals(other), [[2, 1]]);
    await expectAccepted('two', send(owner, phone, profiles[3]));
    await report(owner, await send(owner, phone, profiles[3]));
    assert.deepEqual(await ordinals(phone), [
      [2, 1],
      [1, 2],
      [3, 3],
    ]);
    await expectRefused('three', send(owner, phone, profiles[3]));
  });
});

describe('deriving blocks', () => {
  afterEach(async () => {
    await owner.query('select set_opt_out_block_threshold(3)');
  });

  it('leaves no ordinal that needs a block to a contact that has none, where opt-outs were deleted by hand', async () => {
    const [phone, blocked] = [newPhone(), newPhone()];
    for (const number of [phone, blocked]) {
      for (const [place, profile] of profiles.entries()) {
        await owner.query('insert into opt_outs values ($1, $2, $3)', [number, profile, place + 1]);
      }
    }
    await owner.query('delete from opt_outs where phone = $1 and ordinal <= 3', [phone]);
    await owner.query('delete from opt_outs where phone = $1 and ordinal <= 2', [blocked]);
    await owner.query('select derive_blocked_contacts()');
    assert.deepEqual(await ordinals(phone), [
      [3, 1],
      [4, 2],
    ]);
    assert.deepEqual(await ordinals(blocked), [
      [2, 3],
      [3, 4],
      [4, 5],
    ]);
  });

  it('does so under a lower threshold, too', async () => {
    const phone = newPhone();
    await owner.query('select set_opt_out_block_threshold(5)');
    for (const profile of profiles.slice(0, 4)) {
      await report(owner, await send(owner, phone, profile));
    }
    await owner.query('delete from opt_outs where phone = $1 and ordinal <= 2', [phone]);
    await owner.query('select derive_blocked_contacts()');
    assert.deepEqual(await ordinals(phone), [
      [2, 3],
      [3, 4],
    ]);
    await owner.query('select set_opt_out_block_threshold(3)');
    assert.deepEqual(await ordinals(phone), [
      [2, 1],
      [3, 2],
    ]);
    await report(owner, await send(owner, phone, profiles[4]));
    await expectRefused('three', send(owner, phone, profiles[4]));
  });
});

describe('deriving again', () => {
  it('numbers what was missing after the last that is there, and counts failed reports of profiles only', async () => {
    const phone = newPhone();
    for (const profile of profiles.slice(0, 2)) {
      await report(owner, await send(owner, phone, profile));
    }
    await owner.query('set session_replication_role = replica');
    await report(owner, await send(owner, phone, profiles[2]));
    await report(owner, await send(owner, phone)); // counts for no profile
    await owner.query(
      `insert into delivery_reports (message_id, event_type, error_code) values ($1, 'delivered', 21610)`,
      [await send(owner, phone, profiles[3])],
    );
    await owner.query('reset session_replication_role');
    await owner.query('select rederive_opt_outs()');
    assert.deepEqual(await ordinals(phone), [
      [0, 1],
      [1, 2],
      [2, 3],
    ]);
  });
});
