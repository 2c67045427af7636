import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { expectAccepted } from '../conformance/expect.ts';
import { itemAt } from '../item-at.ts';
import type { TestDatabase } from '../testing/test-database.ts';
import { examplePath } from './examples.ts';
import { readMapping } from './read-mapping.ts';
import { createStrangersDatabase, makeHistory, runStep } from './testing.ts';

describe('opt-ins before and while the history is worked through', () => {
  const { sendingRole: _, ...mapping } = readMapping(examplePath('text-codes'));
  let database: TestDatabase;
  let client: pg.Client;

  before(async () => {
    database = await createStrangersDatabase('text-codes');
    client = await database.connect();
    await makeHistory(client, 3000);
    for (const step of ['01', '02']) await runStep(database, mapping, step);
  });
  after(async () => {
    await client.end();
    await database.drop();
  });

  it('are passed over, and everybody else is recorded', async () => {
    const { rows: pairs } = await client.query<{ phone: string; sender: string }>(
      'select phone, sender from traffic.opted_out order by phone, sender',
    );
    const optIn = (pair: number): Promise<unknown> =>
      client.query('select opt_out.opt_in($1, $2)', [
        itemAt(pairs, pair).phone,
        itemAt(pairs, pair).sender,
      ]);
    await optIn(0);
    // a backfill that was killed once it had read
    await client.query('update opt_out_adoption.adoption set began_at = clock_timestamp()');
    await client.query('call opt_out_adoption.read_reports(50)');
    await client.query('call opt_out_adoption.sort_opt_outs()');
    await optIn(1);
    for (const step of ['03', '04', '05']) await runStep(database, mapping, step);
    const { rows: missing } = await client.query(
      `select phone, sender from traffic.opted_out
       except select phone, profile_id::text from opt_out.opt_outs
       order by phone, sender`,
    );
    assert.deepEqual(missing, pairs.slice(0, 2));
    const { rows: differences } = await client.query('select * from opt_out.rederive_opt_outs()');
    assert.deepEqual(differences, []);
    for (const step of ['03', '05']) await runStep(database, mapping, step);
    await client.query('select opt_out.opt_in_everywhere($1)', [itemAt(pairs, 0).phone]);
    await expectAccepted(
      'a message',
      client.query('select traffic.send($1, 1)', [itemAt(pairs, 0).phone]),
    );
  });

  it('are known by 05 from a report that has no opt-out', async () => {
    await client.query('delete from opt_out.opt_ins');
    await assert.rejects(runStep(database, mapping, '05'), /opt-outs are missing/);
    await runStep(database, mapping, '03');
    await runStep(database, mapping, '05');
  });

  it('of which the trigger is off are told of by 05', async () => {
    await client.query('alter table opt_out.opt_ins disable trigger opt_ins_take_opt_outs_insert');
    await assert.rejects(
      runStep(database, mapping, '05'),
      /absent or disabled: trigger opt_ins_take_opt_outs_insert/,
    );
  });
});
