import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { type Fixture, openFixture } from '../../conformance/fixture.ts';
import { closing } from '../../connection/closing.ts';
import { connect } from '../../connection/connect.ts';
import { onlyRow } from '../../connection/only-row.ts';
import { refusal } from '../../contract.ts';
import { applyDesign, designNamed, listDesigns } from '../../designs.ts';
import {
  type CitusDatabase,
  createCitusDatabase,
  skipCitus,
} from '../../testing/citus-database.ts';
import { citus } from '../topology.ts';

/* What a role with INSERT can do at a worker by the name of a shard, and what a moved shard keeps. */

for (const design of listDesigns(citus.designs)) {
  describe(`shards under ${design.name}`, { skip: skipCitus() }, () => {
    let database: CitusDatabase;
    let fixture: Fixture;
    let owner: pg.Client;
    before(async () => {
      database = await createCitusDatabase();
      owner = await database.connect();
      await applyDesign(database.url, owner, design);
      fixture = await openFixture(database.url, designNamed(design.name, citus.designs));
    });
    after(() =>
      closing(async (defer) => {
        defer(() => database?.drop());
        defer(() => owner?.end());
        defer(() => fixture?.close());
      }),
    );

    /** The shard of a number's messages, and where it is. */
    const shardOf = async (phone: string): Promise<{ name: string; port: number }> =>
      onlyRow(
        await owner.query<{ name: string; port: number }>(
          `select shard_name as name, nodeport as port from citus_shards
           where table_name = 'public.outbound_messages'::regclass
             and shardid = get_shard_id_for_distribution_column('public.outbound_messages', $1::text)`,
          [phone],
        ),
      );

    /** A session at the worker that has a number, which may write into shards by name. */
    const atShardOf = async (phone: string): Promise<{ client: pg.Client; name: string }> => {
      const { name, port } = await shardOf(phone);
      const url = database.workers.find((worker) => new URL(worker).port === String(port));
      assert.ok(url !== undefined);
      const client = await connect(url);
      await client.query('set citus.enable_manual_changes_to_shards = on');
      return { client, name };
    };

    it('refuse a blocked number that is put into them by name, its own and another one', async () => {
      const app = await fixture.session();
      const [blocked, other] = [fixture.phone(), fixture.phone()];
      await fixture.block(app, blocked);
      const profile = await fixture.profile();
      for (const phone of [blocked, other]) {
        const { client, name } = await atShardOf(phone);
        try {
          await assert.rejects(
            client.query(
              `insert into ${name} (profile_id, to_number, body) values ($1, $2, 'by name')`,
              [profile, blocked],
            ),
            // there is no shard of the number's here, or there is and it refuses
            (error) => ['42P01', refusal.sqlState].includes((error as { code: string }).code),
          );
        } finally {
          await client.end();
        }
      }
    });

    it('keep their blocks where they move', async () => {
      const app = await fixture.session();
      const phone = fixture.phone();
      await fixture.block(app, phone);
      const { port } = await shardOf(phone);
      const [to] = database.workers.filter((worker) => new URL(worker).port !== String(port));
      assert.ok(to !== undefined);
      await owner.query(
        `select citus_move_shard_placement(
           get_shard_id_for_distribution_column('public.outbound_messages', $1::text),
           (select nodename from pg_dist_node where nodeport = $2),
           $2,
           (select nodename from pg_dist_node where nodeport = $3),
           $3
         )`,
        [phone, port, Number(new URL(to).port)],
      );
      assert.equal((await shardOf(phone)).port, Number(new URL(to).port));
      // what it left behind is dropped later, and until then its rows keep their profiles from being deleted
      await owner.query('call citus_cleanup_orphaned_resources()');
      await assert.rejects(fixture.send(app, phone, await fixture.profile()), {
        code: refusal.sqlState,
      });
      const free = fixture.phone();
      await fixture.send(app, free, await fixture.profile());
    });
  });
}
