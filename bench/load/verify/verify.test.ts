import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { firstIdOf } from '../../../db/schema/id-boundary.ts';
import { requireSupportedVersion } from '../../../db/server/guard.ts';
import { createTestDatabase, type TestDatabase } from '../../../db/testing/test-database.ts';
import { OutcomePage, outcomes, rowsPerPage } from '../record/outcome-log.ts';
import type { Verification } from '../results/results.ts';
import { runTrial } from '../run-trial.ts';
import { testTrialUntil, waveMix } from '../testing.ts';
import { profileInSlot } from '../workload/fresh-numbers.ts';
import { numbersWithOptOuts } from './expected.ts';
import type { RunRecord } from './run-record.ts';
import { verifyRun } from './verify.ts';

/*
 * One load; then each kind of difference is made on purpose in the database that it left, looked for,
 * and taken back.
 */

let database: TestDatabase;
let client: pg.Client;
let run: RunRecord;
let clean: Verification;
let trial: Promise<unknown>;
let release: () => void;

before(async () => {
  database = await createTestDatabase();
  client = await database.connect();
  const major = await requireSupportedVersion(client);
  await new Promise<void>((resolve, reject) => {
    trial = runTrial(
      testTrialUntil(({ refused, delivered }) => refused > 50 && delivered > 2, database.url, {
        major,
        mix: waveMix({ freshNumbersAtOnce: 2, freshSendsPerNumber: 60 }),
        rate: 300,
        // the load waits here, with its notes still on disk, until all differences were tried
        beforeVerifying: (finished) => {
          run = finished;
          resolve();
          return new Promise((end) => {
            release = end;
          });
        },
      }),
    );
    trial.catch(reject);
  });
  clean = await verify();
});

after(async () => {
  release();
  await trial;
  await client.end();
  await database.drop();
});

/** In a session of its own, whose triggers fire. */
async function verify(): Promise<Verification> {
  const verifier = await database.connect();
  try {
    return await verifyRun(verifier, run);
  } finally {
    await verifier.end();
  }
}

/** Makes a difference, tells what the verification says of it, and takes it back. */
async function differencesAfter(
  make: string,
  parameters: readonly unknown[] = [],
): Promise<Verification> {
  const tables = ['outbound_messages', 'delivery_reports', 'opt_outs', 'blocked_contacts'];
  for (const table of tables) await client.query(`create table kept_${table} as table ${table}`);
  try {
    await client.query('set session_replication_role = replica');
    const { rowCount } = await client.query(make, [...parameters]);
    assert.ok((rowCount ?? 0) > 0, 'nothing was changed');
    return await verify();
  } finally {
    await client.query(`truncate ${tables.join(', ')}`);
    for (const table of tables) {
      await client.query(`insert into ${table} select * from kept_${table}`);
      await client.query(`drop table kept_${table}`);
    }
    await client.query('reset session_replication_role');
  }
}

const blockedPhone = async (): Promise<string> =>
  (await client.query('select min(phone) as phone from blocked_contacts')).rows[0].phone;

/** A number with opt-outs, too few for a block, and a profile that nobody told of it. */
function halfWay(): { readonly phone: string; readonly profileId: string } {
  for (const { phone, number, attempted } of numbersWithOptOuts(run)) {
    const slot = [0, 1, 2, 3, 4, 5, 6, 7].find((each) => (attempted & (1 << each)) === 0);
    if (slot === undefined) continue;
    const profileId = run.profileIds[profileInSlot(number, slot, run.profileIds.length)];
    if (profileId !== undefined) return { phone, profileId };
  }
  throw new Error('all numbers opted out of everybody');
}

/** The id of the last refused message, as the generator would have made it: late ids have late numbers. */
function refusedId(): string {
  const [worker] = run.workers;
  if (worker === undefined) throw new Error('a run has a worker');
  for (let number = worker.result.made.messages - 1; number >= 0; number--) {
    const page = new OutcomePage(worker.messageOutcomes, Math.floor(number / rowsPerPage));
    if (page.outcomeOf(number % rowsPerPage) !== outcomes.absent) continue;
    const hex = number.toString(16).padStart(9, '0');
    const time = firstIdOf(Date.now()).slice(0, 13);
    const tag = run.runTag.toString(16).padStart(6, '0');
    return `${time}-7000-8${hex.slice(0, 3)}-${hex.slice(3)}${tag}`;
  }
  throw new Error('nothing was refused');
}

describe('the verification', () => {
  it('finds nothing wrong where nothing is', () => {
    assert.deepEqual(clean.differences, []);
    assert.equal(clean.ok, true);
    assert.ok(clean.messages.acknowledged > 0 && clean.messages.absent > 0);
    assert.ok(clean.optOuts.mustBeBlocked > 0);
  });

  it('finds an acknowledged message that was lost', async () => {
    const found = await differencesAfter(
      'delete from outbound_messages where id = (select max(id::text)::uuid from outbound_messages)',
    );
    assert.equal(found.ok, false);
    assert.equal(found.messages.missing, 1);
    assert.match(
      found.differences.join(),
      /^acknowledged messages that are not there: 1 \(worker 0 number \d+\)$/,
    );
  });

  it('finds an acknowledged report that was lost', async () => {
    const found = await differencesAfter(
      `delete from delivery_reports where id in
         (select id from delivery_reports where event_type = 'delivered' limit 2)`,
    );
    assert.equal(found.reports.missing, 2);
    assert.match(found.differences.join(), /^acknowledged reports that are not there: 2 /);
  });

  it('finds a refused message that is there', async () => {
    const found = await differencesAfter(
      `insert into outbound_messages (id, profile_id, to_number, body)
       select $1, id, '+12015550000', 'refused' from profiles limit 1`,
      [refusedId()],
    );
    assert.equal(found.messages.unexpected, 1);
    assert.deepEqual(found.differences, ['messages that were refused or failed and are there: 1']);
  });

  it('finds an opt-out too few', async () => {
    const found = await differencesAfter(
      'delete from opt_outs where (phone, profile_id) in (select phone, profile_id from opt_outs limit 1)',
    );
    assert.match(found.differences.join('\n'), /the opt-out of \+1\d{10} from .* was acknowledged/);
  });

  it('finds an opt-out too many, of a number with others', async () => {
    const { phone, profileId } = halfWay();
    const found = await differencesAfter(
      'insert into opt_outs (phone, profile_id, ordinal) values ($1, $2, 99)',
      [phone, profileId],
    );
    assert.ok(
      found.differences.includes(`${phone} has opt-outs that nobody reported`),
      found.differences.join('\n'),
    );
  });

  it('finds an opt-out of a number that nobody reported', async () => {
    const found = await differencesAfter(
      `insert into opt_outs (phone, profile_id, ordinal) select '+19995559999', id, 1 from profiles limit 1`,
    );
    assert.deepEqual(found.differences, ['opt-outs of numbers that nobody reported: 1']);
  });

  it('finds a block that is missing, in the table and by a message that goes through', async () => {
    const phone = await blockedPhone();
    const found = await differencesAfter('delete from blocked_contacts where phone = $1', [phone]);
    assert.match(found.differences[0] ?? '', /^\+1\d{10} has \d opt-outs and is not blocked$/);
    assert.equal(found.differences[1], `${phone} is not refused and should be`);
  });

  it('finds a block of a number that nobody reported', async () => {
    const found = await differencesAfter(
      `insert into blocked_contacts (phone) values ('+19995559999')`,
    );
    assert.deepEqual(found.differences, ['blocks of numbers that nobody reported: 1']);
  });
});
