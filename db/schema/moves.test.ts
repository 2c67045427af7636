import { strict as assert } from 'node:assert';
import { after, afterEach, before, describe, it } from 'node:test';
import type pg from 'pg';
import { codeOf } from '../cli/errors.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { waits } from '../testing/waits.ts';

/* A message gets another number while its report comes in, with real sessions, and what a report reads. */

let database: TestDatabase;
let owner: pg.Client;
let profiles: readonly string[];
const open: pg.Client[] = [];
let numbers = 0;

before(async () => {
  database = await createTestDatabase();
  owner = await database.connect();
  const { rows } = await owner.query<{ id: string }>(
    `insert into profiles (name) select 'moves' from generate_series(1, 5) returning id`,
  );
  profiles = rows.map(({ id }) => id);
});
afterEach(async () => {
  await owner.query('rollback'); // of a test that failed in a transaction
  await Promise.all(open.splice(0).map((client) => client.end()));
});
after(async () => {
  await owner.end();
  await database.drop();
});

const newPhone = (): string => `+1202555${String(numbers++).padStart(4, '0')}`;

async function session(level: string): Promise<pg.Client> {
  const client = await database.connect();
  open.push(client);
  await client.query(`begin isolation level ${level}`);
  await client.query('select from outbound_messages limit 1'); // takes the snapshot
  return client;
}

async function sent(phone: string, profile = profiles[0]): Promise<string> {
  const { rows } = await owner.query<{ id: string }>(
    `insert into outbound_messages (profile_id, to_number, body) values ($1, $2, 'moves') returning id`,
    [profile, phone],
  );
  const id = rows[0]?.id;
  assert.ok(id !== undefined);
  return id;
}

const report = (client: pg.Client, message: string): Promise<unknown> =>
  client.query(
    `insert into delivery_reports (message_id, event_type, error_code) values ($1, 'failed', 21610)`,
    [message],
  );

const move = (client: pg.Client, message: string, phone: string): Promise<unknown> =>
  client.query('update outbound_messages set to_number = $2 where id = $1', [message, phone]);

async function optedOut(phones: readonly string[]): Promise<readonly string[]> {
  const { rows } = await owner.query<{ phone: string }>(
    'select phone from opt_outs where phone = any ($1) order by phone',
    [phones],
  );
  return rows.map(({ phone }) => phone);
}

describe('a report and a move of its message at the same moment', () => {
  for (const foreignKey of ['with', 'without'] as const) {
    it(`count for the number after the move, the report first (read committed, ${foreignKey} a foreign key)`, async () => {
      const definition = await dropKey(foreignKey);
      const [from, to] = [newPhone(), newPhone()];
      const message = await sent(from);
      const [reporter, mover] = [await session('read committed'), await session('read committed')];
      await report(reporter, message);
      const moved = move(mover, message, to);
      await waits(owner, mover, moved);
      await reporter.query('commit');
      await moved;
      await mover.query('commit');
      assert.deepEqual(await optedOut([from, to]), [from, to]);
      await addKey(definition);
    });

    it(`count for the number after the move, the move first (read committed, ${foreignKey} a foreign key)`, async () => {
      const definition = await dropKey(foreignKey);
      const [from, to] = [newPhone(), newPhone()];
      const message = await sent(from);
      const [reporter, mover] = [await session('read committed'), await session('read committed')];
      await move(mover, message, to);
      const reported = report(reporter, message);
      await waits(owner, reporter, reported);
      await mover.query('commit');
      await reported;
      await reporter.query('commit');
      assert.deepEqual(await optedOut([from, to]), [to]);
      await addKey(definition);
    });
  }

  for (const level of ['repeatable read', 'serializable']) {
    it(`make the reporter try again, the move first (${level})`, async () => {
      const [from, to] = [newPhone(), newPhone()];
      const message = await sent(from);
      const [reporter, mover] = [await session(level), await session(level)];
      await move(mover, message, to);
      const reported = assert.rejects(report(reporter, message), { code: '40001' });
      await mover.query('commit');
      await reported;
    });
  }

  it('make one of the two try again, the report first (serializable)', async () => {
    const [from, to] = [newPhone(), newPhone()];
    const message = await sent(from);
    const [reporter, mover] = [await session('serializable'), await session('serializable')];
    await report(reporter, message);
    const moved = move(mover, message, to)
      .then(() => mover.query('commit'))
      .then(
        () => 'committed',
        (error: unknown) => codeOf(error),
      );
    await reporter.query('commit');
    assert.equal(await moved, '40001');
    await mover.query('rollback');
  });

  it('do not meet where the mover’s snapshot is older than the report (repeatable read): deriving again finds it', async () => {
    const [from, to] = [newPhone(), newPhone()];
    const message = await sent(from);
    const mover = await session('repeatable read');
    await report(owner, message);
    await move(mover, message, to);
    await mover.query('commit');
    assert.deepEqual(await optedOut([from, to]), [from]);
    const { rows } = await owner.query(
      `select difference, profile_id from rederive_opt_outs() where phone = $1`,
      [to],
    );
    assert.deepEqual(rows, [{ difference: 'opt-out was missing', profile_id: profiles[0] }]);
  });
});

describe('a move', () => {
  it('counts where another trigger makes it', async () => {
    await owner.query('begin');
    await owner.query(
      `create function e164() returns trigger language plpgsql as
       'begin new.to_number := ''+1'' || ltrim(new.to_number, ''+1''); return new; end'`,
    );
    const message = await sent('2025550199');
    await report(owner, message);
    await owner.query(
      'create trigger zz_e164 before update on outbound_messages for each row execute function e164()',
    );
    await owner.query('update outbound_messages set body = body where id = $1', [message]);
    assert.deepEqual(await optedOut(['+12025550199']), ['+12025550199']);
    await owner.query('rollback');
  });

  it('is none where an edit leaves number and profile as they are: nothing is derived anew', async () => {
    const phone = newPhone();
    const message = await sent(phone);
    await report(owner, message);
    await owner.query('delete from opt_outs where phone = $1', [phone]);
    await owner.query(
      'update outbound_messages set to_number = to_number, profile_id = profile_id, body = $2 where id = $1',
      [message, 'edited'],
    );
    assert.deepEqual(await optedOut([phone]), []);
  });

  it('counts nothing where the message has a 30007, a delivered report, or none', async () => {
    const [from, to] = [newPhone(), newPhone()];
    for (const [type, code] of [
      ['failed', 30007],
      ['delivered', 21610],
      ['failed', null],
    ] as const) {
      const message = await sent(from);
      await owner.query(
        'insert into delivery_reports (message_id, event_type, error_code) values ($1, $2, $3)',
        [message, type, code],
      );
      await move(owner, message, to);
    }
    await move(owner, await sent(from), to);
    assert.deepEqual(await optedOut([from, to]), []);
  });
});

describe('a 21610', () => {
  it('reads as much of opt_outs where a contact has ten thousand as where it has three', async () => {
    const reads = async (optOuts: number): Promise<number> => {
      const phone = newPhone();
      await owner.query(
        `insert into opt_outs select $1, gen_random_uuid(), n from generate_series(1, $2) as n`,
        [phone, optOuts],
      );
      await owner.query('alter table outbound_messages disable trigger user');
      const message = await sent(phone);
      await owner.query('alter table outbound_messages enable trigger user');
      const total = async (): Promise<number> => {
        await owner.query('select pg_stat_force_next_flush()');
        const { rows } = await owner.query<{ read: number }>(
          `select sum(idx_tup_read)::integer as read from pg_stat_user_indexes where relname = 'opt_outs'`,
        );
        const read = rows[0]?.read;
        assert.ok(read !== undefined);
        return read;
      };
      const before = await total();
      await report(owner, message);
      return (await total()) - before;
    };
    await reads(3);
    const few = await reads(3);
    assert.ok(few > 0);
    assert.equal(await reads(10_000), few);
  });

  it('that waits for a higher threshold is held against all opt-outs', async () => {
    const phone = newPhone();
    const messages: string[] = [];
    for (const profile of profiles) messages.push(await sent(phone, profile));
    for (const message of messages.slice(0, 4)) await report(owner, message);
    const [changer, reporter] = [await session('read committed'), await session('read committed')];
    await changer.query('select * from set_opt_out_block_threshold(5)');
    const reported = report(reporter, messages[4] ?? '');
    await waits(owner, reporter, reported);
    await changer.query('commit');
    await reported;
    await reporter.query('commit');
    const { rows } = await owner.query('select phone from blocked_contacts where phone = $1', [
      phone,
    ]);
    assert.deepEqual(rows, [{ phone }]);
    await owner.query('select * from set_opt_out_block_threshold(3)');
  });
});

async function dropKey(foreignKey: 'with' | 'without'): Promise<string | undefined> {
  if (foreignKey === 'with') return undefined;
  const { rows } = await owner.query<{ definition: string }>(
    `select pg_get_constraintdef(oid) as definition from pg_constraint
     where conname = 'delivery_reports_message_id_fkey'`,
  );
  await owner.query(
    'alter table delivery_reports drop constraint delivery_reports_message_id_fkey',
  );
  return rows[0]?.definition;
}

async function addKey(definition: string | undefined): Promise<void> {
  if (definition === undefined) return;
  await owner.query(
    `alter table delivery_reports add constraint delivery_reports_message_id_fkey ${definition}`,
  );
}
