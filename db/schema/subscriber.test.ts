import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type pg from 'pg';
import { readAddress } from '../connection/address.ts';
import { connect, withDatabase } from '../connection/connect.ts';
import { onlyRow } from '../connection/only-row.ts';
import { applyDesign, designNamed } from '../designs.ts';
import { serverAccount } from '../server/account.ts';
import { findBinaries } from '../server/binaries.ts';
import { serverPaths } from '../server/paths.ts';
import { makeScratchClusters, type ScratchClusters } from '../server/scratch-clusters.ts';
import { until } from '../testing/embedded-drill.ts';
import { migrateUp } from './migrate.ts';

/*
 * Logical replication for real: a publisher and a subscriber, each with the schema, in two databases of one
 * cluster. What applies the rows runs under session_replication_role = replica and fires row triggers alone;
 * what copies a table at first is a COPY (manual: "Logical Replication", "Architecture").
 */
describe('a subscriber of logical replication', () => {
  let clusters: ScratchClusters;
  let server: string;
  let admin: pg.Client;
  let publisher: pg.Client;
  let subscriber: pg.Client;
  let round = 0;
  const blocked = '+12025550142';

  before(async () => {
    const account = serverAccount();
    clusters = makeScratchClusters(account, findBinaries(account, serverPaths(account).home), [
      'wal_level = logical',
      'max_wal_senders = 8',
      'max_replication_slots = 8',
      'wal_retrieve_retry_interval = 100ms', // a worker that failed is started again so soon
      'shared_buffers = 64MB',
    ]);
    await clusters.initialise('logical');
    server = await clusters.start('logical');
    admin = await connect(server);
    await admin.query('create database pattern');
    await migrateUp(withDatabase(server, 'pattern'));
  });
  after(async () => {
    await admin.end();
    await clusters.remove();
  });

  beforeEach(async () => {
    round++;
    for (const name of ['publisher', 'subscriber']) {
      await admin.query(`create database ${name}_${round} template pattern`);
    }
    publisher = await connect(withDatabase(server, `publisher_${round}`));
    subscriber = await connect(withDatabase(server, `subscriber_${round}`));
    await publisher.query(
      'create publication messages for table profiles, outbound_messages, delivery_reports',
    );
  });

  /** A slot made beforehand: a subscription of the same cluster would wait for itself. */
  async function subscribe(): Promise<void> {
    const slot = `slot_${round}`;
    await publisher.query(`select pg_create_logical_replication_slot($1, 'pgoutput')`, [slot]);
    const { host } = readAddress(server);
    await subscriber.query(
      `create subscription copy_${round}
         connection 'host=${host} user=postgres dbname=publisher_${round}'
         publication messages with (create_slot = false, slot_name = ${slot})`,
    );
    await until('what was there is copied', async () => {
      const { rows } = await subscriber.query(
        `select from pg_subscription_rel where srsubstate <> 'r'`,
      );
      return rows.length === 0;
    });
  }

  /** Ends a subscription and its databases' sessions. */
  async function unsubscribe(): Promise<void> {
    await subscriber.query(`alter subscription copy_${round} disable`);
    await subscriber.query(`alter subscription copy_${round} set (slot_name = none)`);
    await subscriber.query(`drop subscription copy_${round}`);
    await until('nobody uses the slot', async () => {
      const { rows } = await publisher.query(
        'select from pg_replication_slots where slot_name = $1 and active',
        [`slot_${round}`],
      );
      return rows.length === 0;
    });
    await publisher.query('select pg_drop_replication_slot($1)', [`slot_${round}`]);
    await publisher.end();
    await subscriber.end();
  }

  /** A message to a number from a new profile; its id. */
  async function send(client: pg.Client, phone: string): Promise<string> {
    const { id } = onlyRow(
      await client.query<{ id: string }>(
        `with made as (insert into profiles (name) values ('a sender') returning id)
         insert into outbound_messages (profile_id, to_number, body)
         select id, $1, 'a text' from made returning id`,
        [phone],
      ),
    );
    return id;
  }

  /** Three profiles are told 21610 for a number. */
  async function optOutThree(client: pg.Client, phone: string): Promise<void> {
    for (let profile = 0; profile < 3; profile++) {
      const id = await send(client, phone);
      await client.query(
        `insert into delivery_reports (message_id, event_type, error_code) values ($1, 'failed', 21610)`,
        [id],
      );
    }
  }

  const count = async (client: pg.Client, table: string): Promise<number> =>
    Number(onlyRow(await client.query(`select count(*) from ${table}`)).count);

  const untilRows = (table: string, rows: number): Promise<void> =>
    until(`${rows} rows of ${table} arrive`, async () => (await count(subscriber, table)) === rows);

  it('derives nothing from the reports that it copies or is sent, until it is told to', async () => {
    await optOutThree(publisher, '+12025550140'); // copied
    await subscribe();
    await untilRows('delivery_reports', 3);
    await optOutThree(publisher, blocked); // sent
    await untilRows('delivery_reports', 6);
    assert.equal(await count(publisher, 'blocked_contacts'), 2);
    assert.deepEqual(
      [await count(subscriber, 'opt_outs'), await count(subscriber, 'blocked_contacts')],
      [0, 0],
    );
    await subscriber.query('select rederive_opt_outs()');
    assert.deepEqual(
      [await count(subscriber, 'opt_outs'), await count(subscriber, 'blocked_contacts')],
      [6, 2],
    );
    // and once it has, its own sends are refused
    await assert.rejects(send(subscriber, blocked), /frequently unsubscribed recipient/);
    await unsubscribe();
  });

  it('is sent messages to numbers that are blocked there, unchecked', async () => {
    await subscribe();
    await optOutThree(subscriber, blocked);
    const before = await count(subscriber, 'outbound_messages');
    await send(publisher, blocked);
    await untilRows('outbound_messages', before + 1);
    await unsubscribe();
  });

  it('checks them where the trigger is set to fire always: the row stops the replication', async () => {
    await subscribe();
    await optOutThree(subscriber, blocked);
    await subscriber.query(
      'alter table outbound_messages enable always trigger outbound_messages_refuse_blocked_insert',
    );
    const before = await count(subscriber, 'outbound_messages');
    await send(publisher, blocked);
    await until('the row is refused', async () => {
      const { errors } = onlyRow(
        await subscriber.query<{ errors: string }>(
          `select apply_error_count as errors from pg_stat_subscription_stats where subname = $1`,
          [`copy_${round}`],
        ),
      );
      return Number(errors) > 0;
    });
    assert.equal(await count(subscriber, 'outbound_messages'), before);
    // with the number free again, what waited comes through
    await subscriber.query('delete from blocked_contacts');
    await untilRows('outbound_messages', before + 1);
    await unsubscribe();
  });

  it('records opt-outs where the triggers are set to fire always, of reports copied and sent', async () => {
    await subscriber.query(
      'alter table delivery_reports enable always trigger delivery_reports_record_opt_out_insert',
    );
    await optOutThree(publisher, '+12025550140');
    await subscribe();
    await untilRows('delivery_reports', 3);
    await untilRows('blocked_contacts', 1);
    await optOutThree(publisher, blocked);
    await untilRows('blocked_contacts', 2);
    assert.equal(await count(subscriber, 'opt_outs'), 6);
    await unsubscribe();
  });

  it('fires no statement trigger, set to always or not: that design checks nothing there', async () => {
    const url = withDatabase(server, `subscriber_${round}`);
    await applyDesign(url, subscriber, designNamed('statement_trigger'));
    await subscriber.query(
      'alter table outbound_messages enable always trigger outbound_messages_refuse_blocked_insert',
    );
    await subscribe();
    await optOutThree(subscriber, blocked);
    const before = await count(subscriber, 'outbound_messages');
    await assert.rejects(send(subscriber, blocked), /frequently unsubscribed recipient/);
    await send(publisher, blocked);
    await untilRows('outbound_messages', before + 1);
    await unsubscribe();
  });
});
