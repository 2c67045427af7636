import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import type pg from 'pg';
import { failureOf, isolationLevels, isWorthRetrying, refusal } from '../contract.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { waits } from '../testing/waits.ts';
import { readBlockThreshold } from './block-threshold.ts';

let database: TestDatabase;
let owner: pg.Client;
const open: pg.Client[] = [];
const profiles: string[] = [];
let numbers = 0;

before(async () => {
  database = await createTestDatabase();
  owner = await database.connect();
  const { rows } = await owner.query<{ id: string }>(
    `insert into profiles (name) select 'threshold' from generate_series(1, 6) returning id`,
  );
  profiles.push(...rows.map((row) => row.id));
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.end()));
  await setThreshold(owner, 3);
});
after(async () => {
  await owner.end();
  await database.drop();
});

async function session(): Promise<pg.Client> {
  const client = await database.connect();
  open.push(client);
  return client;
}

async function setThreshold(client: pg.Client, threshold: number | null): Promise<unknown> {
  const { rows } = await client.query('select * from set_opt_out_block_threshold($1)', [threshold]);
  return rows[0];
}

/** A number with messages from every profile, of which `optOuts` were told 21610. */
async function number(optOuts: number): Promise<{ phone: string; messages: string[] }> {
  const phone = `+1201555${String(numbers++).padStart(4, '0')}`;
  const { rows } = await owner.query<{ id: string }>(
    `insert into outbound_messages (profile_id, to_number, body)
     select p, $2, 'threshold' from unnest($1::uuid[]) as p returning id`,
    [profiles, phone],
  );
  const messages = rows.map((row) => row.id);
  for (const message of messages.slice(0, optOuts)) await report(owner, message);
  return { phone, messages };
}

async function report(client: pg.Client, message: string | undefined): Promise<void> {
  await client.query(
    `insert into delivery_reports (message_id, event_type, error_code) values ($1, 'failed', 21610)`,
    [message],
  );
}

async function isBlocked(phone: string, client: pg.Client = owner): Promise<boolean> {
  const { rows } = await client.query('select from blocked_contacts where phone = $1', [phone]);
  return rows.length === 1;
}

/** Reports and commits, retrying what asks for it. */
async function reportAndCommit(client: pg.Client, level: string, message?: string): Promise<void> {
  for (;;) {
    try {
      await report(client, message);
      await client.query('commit');
      return;
    } catch (error) {
      await client.query('rollback');
      if (!isWorthRetrying(failureOf(error))) throw error;
      await client.query(`begin isolation level ${level}`);
    }
  }
}

describe('the threshold', () => {
  it('is changed by one statement, which blocks and unblocks from opt_outs', async () => {
    const made = [await number(1), await number(2), await number(3), await number(4)];
    const blocked = async (): Promise<boolean[]> => {
      const found: boolean[] = [];
      for (const { phone } of made) found.push(await isBlocked(phone));
      return found;
    };
    assert.deepEqual(await blocked(), [false, false, true, true]);
    assert.deepEqual(await setThreshold(owner, 2), { blocked: '1', unblocked: '0' });
    assert.deepEqual(await blocked(), [false, true, true, true]);
    assert.deepEqual(await setThreshold(owner, 4), { blocked: '0', unblocked: '2' });
    assert.deepEqual(await blocked(), [false, false, false, true]);
    assert.deepEqual(await setThreshold(owner, 1), { blocked: '3', unblocked: '0' });
    await setThreshold(owner, 3);
    assert.deepEqual(await blocked(), [false, false, true, true]);
  });

  it('is undone with its transaction', async () => {
    const { phone } = await number(2);
    await owner.query('begin');
    await setThreshold(owner, 2);
    await owner.query('rollback');
    assert.equal(await isBlocked(phone), false);
    const { rows } = await owner.query('select opt_out_block_threshold() as threshold');
    assert.deepEqual(rows, [{ threshold: 3 }]);
  });

  it('keeps the function’s attributes, comment and rights', async () => {
    const look = (): Promise<pg.QueryResult> =>
      owner.query(
        `select provolatile, proparallel, proacl, prosecdef, obj_description(oid) as comment
         from pg_proc where oid = 'opt_out_block_threshold()'::regprocedure`,
      );
    const before = await look();
    await setThreshold(owner, 5);
    assert.deepEqual((await look()).rows, before.rows);
  });

  for (const wrong of [0, -1, null]) {
    it(`is refused when it is ${wrong}`, () =>
      assert.rejects(setThreshold(owner, wrong), { code: '22023' }));
  }

  for (const level of ['repeatable read', 'serializable']) {
    it(`is refused at ${level}, whose snapshot would miss who was waited for`, async () => {
      const client = await session();
      await client.query(`begin isolation level ${level}`);
      await assert.rejects(setThreshold(client, 2), { code: '25000' });
    });
  }
});

describe('a change of the threshold', () => {
  for (const level of isolationLevels) {
    it(`waits for a report that is under way (${level})`, async () => {
      const { phone, messages } = await number(1);
      const reporter = await session();
      const changer = await session();
      await reporter.query(`begin isolation level ${level}`);
      await report(reporter, messages[1]);
      const change = setThreshold(changer, 2);
      await waits(owner, changer, change);
      await reporter.query('commit');
      await change;
      assert.equal(await isBlocked(phone), true);
    });

    it(`counts for a report whose snapshot and plans are older (${level})`, async () => {
      const reporter = await session();
      // past five executions, after which PL/pgSQL keeps a generic plan with the threshold in it
      for (let warm = 0; warm < 8; warm++) {
        const { messages } = await number(0);
        for (const message of messages.slice(0, 2)) await report(reporter, message);
      }
      const lower = await number(1);
      const raise = await number(2);
      await reporter.query(`begin isolation level ${level}`);
      await reporter.query('select from opt_outs limit 1');
      await setThreshold(await session(), 2);
      await reportAndCommit(reporter, level, lower.messages[1]);
      assert.equal(await isBlocked(lower.phone), true, 'lowered');

      await reporter.query(`begin isolation level ${level}`);
      await reporter.query('select from opt_outs limit 1');
      await setThreshold(await session(), 5);
      await reportAndCommit(reporter, level, raise.messages[2]);
      assert.equal(await isBlocked(raise.phone), false, 'raised');
    });

    it(`keeps a report waiting, which then counts by the new one (${level})`, async () => {
      const { phone, messages } = await number(1);
      const reporter = await session();
      const changer = await session();
      await reporter.query(`begin isolation level ${level}`);
      await reporter.query('select from opt_outs limit 1');
      await changer.query('begin');
      await setThreshold(changer, 2);
      const reported = reportAndCommit(reporter, level, messages[1]);
      await waits(owner, reporter, reported);
      await changer.query('commit');
      await reported;
      assert.equal(await isBlocked(phone), true);
    });
  }

  it('waits for another change, and comes after it', async () => {
    const [one, two] = [await session(), await session()];
    await one.query('begin');
    await setThreshold(one, 4);
    const change = setThreshold(two, 3);
    await waits(owner, two, change);
    await one.query('commit');
    await change;
    assert.equal(await readBlockThreshold(owner), 3);
  });

  it('waits for whoever blocks or unblocks a number by hand', async () => {
    const [added, removed] = [await number(2), await number(3)];
    const [byHand, changer] = [await session(), await session()];
    await byHand.query('begin');
    await byHand.query('insert into blocked_contacts values ($1)', [added.phone]);
    await byHand.query('delete from blocked_contacts where phone = $1', [removed.phone]);
    const change = setThreshold(changer, 2);
    await waits(owner, changer, change);
    await byHand.query('commit');
    await change;
    assert.deepEqual([await isBlocked(added.phone), await isBlocked(removed.phone)], [true, true]);
  });

  it('lets messages through meanwhile, and never one to a number that stays blocked', async () => {
    const [blocked, free] = [await number(5), await number(0)];
    const changer = await session();
    const sender = await session();
    const send = (phone: string): Promise<unknown> =>
      sender.query(
        `insert into outbound_messages (profile_id, to_number, body) values ($1, $2, 'meanwhile')`,
        [profiles[0], phone],
      );
    await changer.query('begin');
    await setThreshold(changer, 4);
    await send(free.phone);
    await assert.rejects(send(blocked.phone), { code: refusal.sqlState });
    await changer.query('commit');

    let isChanging = true;
    const changes = (async () => {
      for (let change = 0; change < 60; change++) await setThreshold(changer, 2 + (change % 4));
    })().finally(() => {
      isChanging = false;
    });
    let refused = 0;
    while (isChanging) {
      await assert.rejects(send(blocked.phone), { code: refusal.sqlState });
      refused++;
    }
    await changes;
    assert.ok(refused > 0);
  });

  it('leaves exactly the right numbers blocked when reports of all levels run beside it', async () => {
    const made: Awaited<ReturnType<typeof number>>[] = [];
    while (made.length < 12) made.push(await number(0));
    const changer = await session();
    const changes = (async () => {
      for (let change = 0; change < 40; change++) await setThreshold(changer, 1 + (change % 5));
      await setThreshold(changer, 3);
    })();
    await Promise.all(
      isolationLevels.map(async (level, index) => {
        const reporter = await session();
        for (const { messages } of made) {
          for (const message of [messages[index], messages[index + 1]]) {
            await reporter.query(`begin isolation level ${level}`);
            await reportAndCommit(reporter, level, message);
          }
        }
      }),
    );
    await changes;
    const { rows } = await owner.query(
      `select o.phone
       from opt_outs as o
       left join blocked_contacts as b on b.phone = o.phone
       group by o.phone, b.phone
       having (count(*) >= 3) <> (b.phone is not null)`,
    );
    assert.deepEqual(rows, []);
    for (const { phone } of made) assert.equal(await isBlocked(phone), true);
  });
});

describe('deriving everything again from the reports', () => {
  const rederive = async (): Promise<unknown[]> =>
    (
      await owner.query(
        'select difference, phone, profile_id from rederive_opt_outs() order by 1, 2, 3',
      )
    ).rows;

  /** Reports that no trigger saw. */
  async function untold(messages: readonly (string | undefined)[], code = 21610): Promise<void> {
    await owner.query('alter table delivery_reports disable trigger user');
    for (const message of messages) {
      await owner.query(
        `insert into delivery_reports (message_id, event_type, error_code) values ($1, 'failed', $2)`,
        [message, code],
      );
    }
    await owner.query('alter table delivery_reports enable trigger user');
  }

  it('finds nothing where the triggers saw everything', async () => {
    await number(3);
    assert.deepEqual(await rederive(), []);
  });

  it('records what is missing, in the order of the reports, and blocks', async () => {
    const { phone, messages } = await number(1);
    const other = await number(2);
    await untold([messages[3], messages[2], messages[3], messages[0]]);
    await untold([other.messages[4]], 30007);
    assert.deepEqual(
      new Set((await rederive()).map((row) => JSON.stringify(row))),
      new Set(
        [
          { difference: 'block was missing', phone, profile_id: null },
          { difference: 'opt-out was missing', phone, profile_id: profiles[2] },
          { difference: 'opt-out was missing', phone, profile_id: profiles[3] },
        ].map((row) => JSON.stringify(row)),
      ),
    );
    const { rows } = await owner.query(
      'select profile_id, ordinal from opt_outs where phone = $1 order by ordinal',
      [phone],
    );
    assert.deepEqual(rows, [
      { profile_id: profiles[0], ordinal: 1 },
      { profile_id: profiles[3], ordinal: 2 },
      { profile_id: profiles[2], ordinal: 3 },
    ]);
    assert.equal(await isBlocked(phone), true);
    assert.equal(await isBlocked(other.phone), false);
    assert.deepEqual(await rederive(), []);
  });

  it('keeps an opt-out whose report was deleted, and tells of it', async () => {
    const { phone, messages } = await number(3);
    await owner.query('delete from delivery_reports where message_id = $1', [messages[0]]);
    assert.deepEqual(await rederive(), [
      { difference: 'opt-out has no report', phone, profile_id: profiles[0] },
    ]);
    assert.equal(await isBlocked(phone), true);
    await report(owner, messages[0]);
  });

  it('takes back a block that too few profiles asked for', async () => {
    const { phone } = await number(2);
    await owner.query('insert into blocked_contacts values ($1)', [phone]);
    assert.deepEqual(await rederive(), [
      { difference: 'block was unfounded', phone, profile_id: null },
    ]);
    assert.equal(await isBlocked(phone), false);
  });
});
