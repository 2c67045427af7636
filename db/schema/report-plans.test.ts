import { strict as assert } from 'node:assert';
import { describe, it } from 'node:test';
import { applyDesign, type Design, designNamed } from '../designs.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { testedDesigns } from '../testing/tested-designs.ts';
import { makeProfiles, messagesTable, report, send, sessionOf } from './testing.ts';

/* The plans of reports and moves that a session keeps from when tables were small. */

const byDefault = designNamed('blocked_contacts');

for (const design of testedDesigns()) {
  describe(`reports under design ${design.name}`, () => {
    it('scan no table, in a session that reported while all of them were small', async () => {
      const quick = await createTestDatabase();
      try {
        await scanNothing(quick, design);
      } finally {
        await quick.drop();
      }
    });
  });
}

/**
 * Reports and moves in a session whose plans are from when the tables were empty and analysed, or had a
 * row. Without the foreign key and the checks of sends and moves, whose plans are not the reports'.
 */
async function scanNothing(database: TestDatabase, design: Design): Promise<void> {
  const owner = await database.connect();
  await applyDesign(database.url, owner, design);
  await owner.query(design.checkOffSql);
  const reporter = await sessionOf(database, design);
  try {
    const messages = await messagesTable(owner);
    const { rows: own } = await owner.query<{ name: string }>(
      `select relname as name from pg_class where relkind = 'r' and relname = any ($1)`,
      [design.keeps],
    );
    const tables = [
      ...new Set([
        ...[messages, 'delivery_reports', 'opt_ins', 'opt_outs', 'blocked_contacts'],
        ...own.map(({ name }) => name),
      ]),
    ];
    for (const table of tables)
      await owner.query(`alter table ${table} set (autovacuum_enabled = off)`);
    await owner.query(
      'alter table delivery_reports drop constraint delivery_reports_message_id_fkey',
    );
    await owner.query(
      `alter table ${messages} disable trigger outbound_messages_refuse_blocked_update`,
    );
    const profiles = await makeProfiles(owner, 4);
    await owner.query('analyze');
    const past = async (phone: string): Promise<void> => {
      const made: string[] = [];
      for (const profile of profiles) made.push(await send(owner, phone, profile));
      for (const message of [...made, ...made]) await report(reporter, message);
      for (const message of made) {
        await reporter.query('update outbound_messages set to_number = $2 where id = $1', [
          message,
          `${phone}9`,
        ]);
      }
      await reporter.query('delete from delivery_reports where message_id = $1', [made[0]]);
    };
    for (let time = 0; time < 8; time++) await past(`+1202555010${time}`);

    await owner.query('set session_replication_role = replica');
    await owner.query(
      `insert into ${messages} (profile_id, to_number, body)
       select $1, '+1303' || (1000000 + n), 'many' from generate_series(1, 20000) as n`,
      [profiles[0]],
    );
    await owner.query(
      `insert into delivery_reports (message_id, event_type, error_code)
       select id, 'failed', 21610 from ${messages} where body = 'many'`,
    );
    await owner.query(
      `insert into opt_ins (phone, profile_id, opted_in_at, opt_outs_taken)
       select '+1303' || (1000000 + n), $1, now(), 1 from generate_series(1, 20000) as n`,
      [profiles[0]],
    );
    for (const table of tables.slice(3)) {
      const rest: Readonly<Record<string, string>> = {
        opt_outs: `, '${profiles[0]}', 1`,
        unreported_opt_outs: `, '${profiles[0]}'`,
        contact_profiles: `, array['${profiles[0]}'::uuid]`,
        contact_opt_out_counts: ', 1',
        blocked_contacts: '',
      };
      await owner.query(
        `insert into ${table} select '+1303' || (1000000 + n)${rest[table]}
         from generate_series(1, 20000) as n on conflict do nothing`,
      );
    }
    await owner.query('set session_replication_role = origin');

    const scans = async (of: readonly string[]): Promise<unknown> => {
      for (const client of [owner, reporter])
        await client.query('select pg_stat_force_next_flush()');
      const { rows } = await owner.query(
        `select relname, seq_scan from pg_stat_user_tables
         where relid = any ($1::regclass[]::oid[]) order by relname`,
        [of],
      );
      return rows;
    };
    const before = await scans(tables);
    const made: string[] = [];
    await owner.query('set enable_seqscan = off');
    await owner.query(`alter table ${messages} disable trigger user`);
    for (const profile of profiles) made.push(await send(owner, '+12025550200', profile));
    await owner.query(`alter table ${messages} enable trigger user`);
    await owner.query(
      `alter table ${messages} disable trigger outbound_messages_refuse_blocked_update`,
    );
    for (const message of [...made, ...made]) await report(reporter, message);
    for (const message of made) {
      await reporter.query('update outbound_messages set to_number = $2 where id = $1', [
        message,
        '+12025550201',
      ]);
    }
    assert.deepEqual(await scans(tables), before);
    // The delete by message_id reads delivery_reports from end to end, whoever wrote it.
    const others = tables.filter((table) => table !== 'delivery_reports');
    const beforeDeletion = await scans(others);
    await reporter.query('delete from delivery_reports where message_id = $1', [made[0]]);
    assert.deepEqual(await scans(others), beforeDeletion);
  } finally {
    await reporter.end();
    await owner.query(design.checkOnSql);
    await applyDesign(database.url, owner, byDefault);
    await owner.end();
  }
}
