import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { after, afterEach, before, describe, it } from 'node:test';
import type pg from 'pg';
import copyStreams from 'pg-copy-streams';
import { codeOf } from '../cli/errors.ts';
import { optedOut, refusal } from '../contract.ts';
import { serverAccount } from '../server/account.ts';
import { serverPaths } from '../server/paths.ts';
import { skipDrills, until } from '../testing/embedded-drill.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';

/* What docs/operators.md tells an operator to do, and what it says happens then. */
const blocked = '+12025550101';
const free = '+12025550102';
const checkTrigger = 'outbound_messages_refuse_blocked_insert';

let database: TestDatabase;
let owner: pg.Client;
const open: pg.Client[] = [];

async function session(): Promise<pg.Client> {
  const client = await database.connect();
  open.push(client);
  return client;
}

const send = (client: pg.Client, phone: string, body = 'a text'): Promise<unknown> =>
  client.query('insert into outbound_messages (to_number, body) values ($1, $2)', [phone, body]);

async function codeOfFailed(work: Promise<unknown>): Promise<string | undefined> {
  try {
    await work;
  } catch (error) {
    return codeOf(error);
  }
  return 'no error';
}

/** Three profiles send to a number, and are told 21610. */
const reportThrice = `
  with senders as (insert into profiles (name) values ('a'), ('b'), ('c') returning id),
    messages as (
      insert into outbound_messages (profile_id, to_number, body)
      select s.id, $1, 'a text' from senders as s
      returning id
    )
  insert into delivery_reports (message_id, event_type, error_code)
  select m.id, 'failed', $2::integer from messages as m`;

before(async () => {
  database = await createTestDatabase();
  owner = await database.connect();
  await owner.query(reportThrice, [blocked, optedOut]);
});
afterEach(() => Promise.all(open.splice(0).map((client) => client.end().catch(() => {}))));
after(async () => {
  await owner.end();
  await database.drop();
});

describe('refusals', () => {
  it('are lines of the server’s log', { skip: skipDrills }, async () => {
    await assert.rejects(
      owner.query(
        `insert into outbound_messages (to_number, body) values ('${blocked}', 'told of in ${database.name}')`,
      ),
    );
    const log = readFileSync(serverPaths(serverAccount()).log, 'utf8').split('\n');
    const statement = log.findIndex((line) => line.includes(`told of in ${database.name}`));
    const before = log.slice(Math.max(0, statement - 12), statement).join('\n');
    assert.ok(before.includes(`ERROR:  ${refusal.message}`), before);
  });

  it('are not counted by the server’s statistics', async () => {
    const client = await session();
    await client.query("set track_functions = 'all'");
    const calls = async (): Promise<number> => {
      await client.query('select pg_stat_force_next_flush()');
      const { rows } = await client.query(
        `select coalesce(sum(calls), 0)::integer as calls from pg_stat_user_functions
         where funcname = 'refuse_blocked_contact'`,
      );
      return rows[0].calls;
    };
    const first = await calls();
    await send(client, free);
    assert.equal(await calls(), first + 1);
    for (let refused = 0; refused < 3; refused++) {
      assert.equal(await codeOfFailed(send(client, blocked)), refusal.sqlState);
    }
    assert.equal(await calls(), first + 1);
  });

  it('are not in pg_stat_statements', async (test) => {
    const { rows } = await owner.query('show shared_preload_libraries');
    if (!rows[0].shared_preload_libraries.includes('pg_stat_statements')) {
      test.skip('the server does not load pg_stat_statements');
      return;
    }
    await owner.query('create extension if not exists pg_stat_statements');
    const insert = `insert into outbound_messages (to_number, body) values ($1, 'a text') returning id as counted`;
    await assert.rejects(owner.query(insert, [blocked]));
    const counted = async (): Promise<number | null> =>
      (
        await owner.query(
          `select s.calls::integer from pg_stat_statements as s
           join pg_database as d on d.oid = s.dbid
           where d.datname = current_database() and s.query like 'insert % as counted'`,
        )
      ).rows[0]?.calls ?? null;
    assert.equal(await counted(), null);
    await owner.query(insert, [free]);
    assert.equal(await counted(), 1);
  });
});

describe('COPY', () => {
  const documented = /```sql\n(create function is_blocked.*?)\n\n(copy .*?);\n```/s.exec(
    readFileSync(new URL('../../docs/operators.md', import.meta.url), 'utf8'),
  );

  async function copy(sql: string, lines: string): Promise<void> {
    const stream = owner.query(copyStreams.from(sql));
    const failed = once(stream, 'error').then(([error]) => {
      throw error;
    });
    stream.end(lines);
    await Promise.race([once(stream, 'finish'), failed]);
  }

  it('refuses all of its rows for one blocked number, and leaves that out by "where"', async () => {
    const [, make = '', statement = ''] = documented ?? [];
    await owner.query(make);
    const rows = `\\N\t${free}\tcopied\n\\N\t${blocked}\tcopied\n`;
    const stored = async (): Promise<unknown> =>
      (await owner.query(`select to_number from outbound_messages where body = 'copied'`)).rows;
    const plain = statement.replace(/ where .*/, '');
    assert.notEqual(plain, statement);
    assert.equal(await codeOfFailed(copy(plain, rows)), refusal.sqlState);
    assert.deepEqual(await stored(), []);
    await copy(statement, rows);
    assert.deepEqual(await stored(), [{ to_number: free }]);
    const subquery = statement.replace('is_blocked(to_number)', 'exists (select)');
    assert.equal(await codeOfFailed(copy(subquery, rows)), '0A000');
  });

  it('sees rows of its own where the function in "where" is volatile, and not where it is stable', async () => {
    for (const [volatility, kept] of [
      ['stable', 3],
      ['volatile', 1],
    ] as const) {
      await owner.query(`
        create table copied (body text);
        create function is_new() returns boolean language sql ${volatility}
          return not exists (select from copied)`);
      await copy('copy copied from stdin where is_new()', 'a\nb\nc\n');
      const { rows } = await owner.query('select count(*)::integer as kept from copied');
      assert.deepEqual(rows, [{ kept }], volatility);
      await owner.query('drop function is_new; drop table copied');
    }
  });

  it('that waits for its client is ended by pg_terminate_backend alone, and stores nothing', async () => {
    const client = await session();
    const pid = (await client.query('select pg_backend_pid() as pid')).rows[0].pid;
    await client.query(`set statement_timeout = '500ms'`);
    const stream = client.query(
      copyStreams.from('copy outbound_messages (profile_id, to_number, body) from stdin'),
    );
    let ended: unknown;
    stream.once('error', (error) => {
      ended = error;
    });
    stream.write(`\\N\t${free}\tnever stored\n`);
    const waiting = async (): Promise<number | null> =>
      (
        await owner.query(
          `select a.pid from pg_stat_activity as a
           where a.wait_event = 'ClientRead' and a.query ilike 'copy %' and a.state = 'active'
             and a.datname = current_database() and a.query_start < clock_timestamp() - interval '600 ms'`,
        )
      ).rows[0]?.pid ?? null;
    await until('the COPY has waited longer than its statement_timeout', async () => {
      assert.equal(ended, undefined);
      return (await waiting()) === pid;
    });
    await owner.query('select pg_cancel_backend($1)', [pid]);
    for (let looked = 0; looked < 20; looked++) assert.equal(await waiting(), pid);
    await owner.query('select pg_terminate_backend($1, 10000)', [pid]);
    const { rows } = await owner.query(`select from outbound_messages where body = 'never stored'`);
    assert.deepEqual(rows, []);
    const gone = await owner.query('select from pg_stat_activity where pid = $1', [pid]);
    assert.equal(gone.rowCount, 0);
    await until('its client is told', async () => ended !== undefined);
    assert.equal(codeOf(ended), '57P01');
  });

  it('that waits for its client is ended by pg_cancel_backend once its client sends again', async () => {
    const client = await session();
    const pid = (await client.query('select pg_backend_pid() as pid')).rows[0].pid;
    const stream = client.query(copyStreams.from('copy profiles (name) from stdin'));
    let ended: unknown;
    stream.once('error', (error) => {
      ended = error;
    });
    stream.write('never stored\n');
    // else that row may come with the cancellation, and the client need not send again
    await until('its first row has come', async () => {
      const { rows } = await owner.query(
        'select from pg_stat_progress_copy where pid = $1 and bytes_processed > 0',
        [pid],
      );
      return rows.length === 1;
    });
    await until('the COPY waits', async () => {
      const { rows } = await owner.query(
        "select from pg_stat_activity where pid = $1 and wait_event = 'ClientRead' and query like 'copy %'",
        [pid],
      );
      return rows.length === 1;
    });
    await owner.query('select pg_cancel_backend($1)', [pid]);
    stream.write('never stored\n');
    await until('it has ended', async () => ended !== undefined);
    assert.equal(codeOf(ended), '57014');
  });
});

describe('the check', () => {
  const disable = `alter table outbound_messages disable trigger ${checkTrigger}`;

  it('is switched off and on while others read, and not while others send', async () => {
    const [reader, sender] = [await session(), await session()];
    for (const client of [reader, sender]) await client.query(`set lock_timeout = '100ms'`);
    await owner.query('begin');
    await owner.query(disable);
    await reader.query('select from outbound_messages limit 1');
    assert.equal(await codeOfFailed(send(sender, free)), '55P03');
    await owner.query('commit');
    await send(sender, blocked, 'sent while off');
    await owner.query(disable.replace('disable', 'enable'));
    assert.equal(await codeOfFailed(send(sender, blocked)), refusal.sqlState);

    await owner.query('begin');
    await owner.query(`drop trigger ${checkTrigger} on outbound_messages`);
    const reading = reader.query('select from outbound_messages limit 1');
    assert.equal(await codeOfFailed(reading), '55P03');
    await owner.query('rollback');
  });

  it('is not switched off under a transaction that has sent; with lock_timeout others go on', async () => {
    const [sender, other] = [await session(), await session()];
    await sender.query('begin');
    await send(sender, free);
    await owner.query(`set lock_timeout = '100ms'`);
    assert.equal(await codeOfFailed(owner.query(disable)), '55P03');
    await owner.query('reset lock_timeout');
    await send(other, free);
    await sender.query('commit');
    assert.equal(await codeOfFailed(send(other, blocked)), refusal.sqlState);
  });
});

describe('rows that arrive while triggers are off (a data-only restore, a subscriber)', () => {
  const phone = '+12025550103';

  it('are neither refused nor recorded, until rederive_opt_outs() tells what is missing', async () => {
    assert.equal(await codeOfFailed(send(owner, blocked)), refusal.sqlState); // as a restore with triggers
    await owner.query('set session_replication_role = replica');
    await send(owner, blocked, 'restored');
    await owner.query(reportThrice, [phone, optedOut]);
    await owner.query('reset session_replication_role');
    await send(owner, phone); // nobody knows yet
    const { rows } = await owner.query('select difference, phone from rederive_opt_outs()');
    assert.deepEqual(
      rows
        .filter((row) => row.phone === phone)
        .map((row) => row.difference)
        .sort(),
      ['block was missing', ...Array.from({ length: 3 }, () => 'opt-out was missing')],
    );
    assert.equal(await codeOfFailed(send(owner, phone)), refusal.sqlState);
  });

  it('are refused at once where opt_outs and blocked_contacts arrived too, and nothing differs', async () => {
    const known = '+12025550104';
    await owner.query('set session_replication_role = replica');
    await owner.query(reportThrice, [known, optedOut]);
    await owner.query(
      `insert into opt_outs (phone, profile_id, ordinal)
       select to_number, profile_id, row_number() over (order by id)
       from outbound_messages where to_number = $1`,
      [known],
    );
    await owner.query('insert into blocked_contacts (phone) values ($1)', [known]);
    await owner.query('reset session_replication_role');
    assert.equal(await codeOfFailed(send(owner, known)), refusal.sqlState);
    const { rows } = await owner.query('select from rederive_opt_outs()');
    assert.deepEqual(rows, []);
  });
});

describe('a contact who', () => {
  const documented = readFileSync(new URL('../../docs/operators.md', import.meta.url), 'utf8');
  const [, section = ''] = /## START, STOP ALL[^\n]*\n(.*?)\n## /s.exec(documented) ?? [];
  const [start = '', stopAll = '', erase = ''] = [...section.matchAll(/```sql\n(.*?)```/gs)].map(
    ([, sql = '']) => sql,
  );
  const phone = '+12025550100';

  it('says START to one profile is texted again, and so is one who says it to all', async () => {
    await owner.query(reportThrice, [phone, optedOut]);
    const { rows } = await owner.query(
      'select min(profile_id::text) as one from opt_outs where phone = $1',
      [phone],
    );
    const [one = '', everywhere = ''] = start.split('\n');
    const taken = async (sql: string): Promise<unknown> =>
      Object.values((await owner.query(sql)).rows[0]);
    const toOne = one.replace(/'[0-9a-f-]{36}'/, `'${rows[0].one}'`);
    assert.notEqual(toOne, one);
    assert.equal(await codeOfFailed(send(owner, phone)), refusal.sqlState);
    assert.deepEqual(await taken(toOne), [1]);
    await send(owner, phone);
    assert.deepEqual(await taken(everywhere), [2]);
    assert.deepEqual(await taken(everywhere), [0]);
    assert.deepEqual((await owner.query('select * from rederive_opt_outs()')).rows, []);
  });

  it('is unblocked by hand is blocked again by what is derived', async () => {
    await owner.query(reportThrice, [phone, optedOut]);
    await owner.query('delete from opt_outs where phone = $1', [phone]);
    assert.equal(await codeOfFailed(send(owner, phone)), refusal.sqlState);
    await owner.query('delete from blocked_contacts where phone = $1', [phone]);
    await send(owner, phone);
    await owner.query('select rederive_opt_outs()');
    assert.equal(await codeOfFailed(send(owner, phone)), refusal.sqlState);
    await owner.query('select opt_in_everywhere($1)', [phone]);
    await send(owner, phone);
  });

  it('says STOP ALL to all profiles is blocked, and stays so when blocks are derived again', async () => {
    await send(owner, phone);
    await owner.query(
      `insert into opt_outs (phone, profile_id, ordinal)
       select $1, id, 1 from profiles order by id offset 1 limit 1`,
      [phone],
    );
    await owner.query(stopAll);
    assert.equal(await codeOfFailed(send(owner, phone)), refusal.sqlState);
    // a gap would leave an ordinal that blocks where there are too few: see record_opt_out()
    const ordinals = await owner.query(
      'select max(ordinal) = count(*) as are_dense from opt_outs where phone = $1',
      [phone],
    );
    assert.deepEqual(ordinals.rows, [{ are_dense: true }]);
    await owner.query('select derive_blocked_contacts()');
    assert.equal(await codeOfFailed(send(owner, phone)), refusal.sqlState);
    await owner.query(stopAll); // once more changes nothing
    const { rows } = await owner.query(
      `select count(*) = (select count(*) from profiles) as all_profiles from opt_outs where phone = $1`,
      [phone],
    );
    assert.deepEqual(rows, [{ all_profiles: true }]);
  });

  it('asks to be erased is gone but for the opt-outs, and is not texted', async () => {
    await owner.query(erase);
    const { rows } = await owner.query(
      `select
         (select count(*)::integer from outbound_messages where to_number = $1) as messages,
         (select count(*)::integer from opt_ins where phone = $1) as opt_ins,
         (select count(*) > 0 from opt_outs where phone = $1) as is_opted_out`,
      [phone],
    );
    assert.deepEqual(rows, [{ messages: 0, opt_ins: 0, is_opted_out: true }]);
    assert.equal(await codeOfFailed(send(owner, phone)), refusal.sqlState);
  });
});

describe('a partition that is attached later', () => {
  it('refuses by a row trigger of the parent, keeps what it has, and lets a statement trigger be passed', async () => {
    await owner.query(`
      create table sent (id uuid, to_number text collate "C" not null, body text not null)
        partition by list (body);
      create trigger refuse before insert on sent
        for each row execute function public.refuse_blocked_contact();
      create function refuse_all() returns trigger language plpgsql
        as 'begin raise exception ''refused by the statement trigger''; end';
      create trigger refuse_statement after insert on sent
        for each statement execute function refuse_all();
      create table sent_later (id uuid, to_number text collate "C" not null, body text not null);
      insert into sent_later values (null, '${blocked}', 'later');
      alter table sent attach partition sent_later for values in ('later')`);
    const into = (table: string, phone: string): Promise<unknown> =>
      owner.query(`insert into ${table} values (null, $1, 'later')`, [phone]);
    const { rows } = await owner.query('select to_number from sent');
    assert.deepEqual(rows, [{ to_number: blocked }]);
    assert.equal(await codeOfFailed(into('sent_later', blocked)), refusal.sqlState);
    assert.equal(await codeOfFailed(into('sent', free)), 'P0001');
    assert.equal(await codeOfFailed(into('sent_later', free)), 'no error');
  });
});
