import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { closing } from '../../db/connection/closing.ts';
import { connect, withDatabase } from '../../db/connection/connect.ts';
import { applyDesign, type Design, designNamed, listDesigns } from '../../db/designs.ts';
import type { Lab } from '../../db/lab.ts';
import { migrateUp } from '../../db/schema/migrate.ts';
import { skipDesign } from '../../db/testing/skip-design.ts';
import { createTestDatabase, type TestDatabase } from '../../db/testing/test-database.ts';
import { createTestRole, type TestRole } from '../../db/testing/test-role.ts';
import { oneServer } from '../../db/topologies/topology.ts';
import { defaultDataSet } from '../../seed/data-set/data-set.ts';
import { ensureSeeded } from '../database/ensure-seeded.ts';
import { type BenchReservation, reserveForBench } from '../database/reservation.ts';
import { whyAnswer } from '../report/sections/why.ts';
import type { CapturedPlan } from '../results/results.ts';
import type { BenchDataSet } from '../scenarios/blocked-contacts.ts';
import { explainLookup, lookupIndexes } from './lookup.ts';
import { capturePlans } from './plans.ts';

const designs = await Promise.all(
  listDesigns().map(async (design) => ({ design, skip: await skipDesign(design) })),
);

const bigTable = (): number => 1_000_000;
const wanted = { messages: 5_000, seed: defaultDataSet.seed };

const labAt = (url: string): Lab => ({
  url,
  server: { kind: 'external', url, givenUrl: url, close: async () => {} },
  major: 15,
  topology: oneServer,
  connect: (name) => connect(url, name),
  close: async () => {},
  [Symbol.asyncDispose]: async () => {},
});

/** Puts a design in place and takes the plans of some statements, as whoever the URL names. */
async function plansOf(
  url: string,
  design: Design,
  dataSet: BenchDataSet,
  names: readonly string[],
  use: (plans: readonly CapturedPlan[], reservation: BenchReservation) => Promise<void>,
): Promise<void> {
  await closing(async (defer) => {
    const reservation = await reserveForBench(labAt(url));
    defer(() => reservation.close());
    await applyDesign(url, reservation.admin, design);
    const target = { rowsOfTable: bigTable };
    await use(await capturePlans(reservation, design, dataSet, target, names), reservation);
  });
}

describe('a role that may not load auto_explain', () => {
  let database: TestDatabase;
  let role: TestRole;
  let dataSet: BenchDataSet;
  before(async () => {
    database = await createTestDatabase({ migrated: false });
    const owner = await database.connect();
    role = await createTestRole(database, owner);
    await owner.query(`alter database ${database.name} owner to ${role.name}`);
    await owner.query(`alter role ${role.name} createrole`); // for the role of a policy
    await owner.end();
    await migrateUp(role.url);
    dataSet = await ensureSeeded(labAt(role.url), { ...wanted, replace: false });
  });
  after(async () => {
    const server = await connect(withDatabase(database.url, 'postgres'));
    await database.drop();
    await server.query(`drop role ${role.name}`);
    await server.end();
  });

  it('is told of the lookup by itself, and of no check that it did not see', async () => {
    const names = ['insert', 'bulk-10', 'report-first'];
    await plansOf(
      role.url,
      designNamed('blocked_contacts'),
      dataSet,
      names,
      async ([one, ten, report]) => {
        assert.match(one?.nestedMissing ?? '', /auto_explain/);
        assert.ok(one?.outer !== undefined);
        assert.deepEqual([one.summary, ten?.summary, report?.summary], Array(3).fill(undefined));
        assert.deepEqual(one.lookup?.summary.indexes, ['blocked_contacts_pkey']);
        assert.ok(one.lookup.summary.buffers > 0);
        assert.ok(one.lookup.summary.buffers < one.outer.buffers);
        assert.deepEqual([ten?.lookup, report?.lookup], [undefined, undefined]);
      },
    );
  });

  it('is told that the lookup of a trigger reads a table from end to end, where it does', async () => {
    const design = designNamed('reports_join');
    await plansOf(role.url, design, dataSet, ['insert'], async (plans) => {
      const [plan] = plans;
      assert.equal(plan?.summary, undefined);
      assert.ok(plan?.lookup?.summary.bigSeqScans.includes('outbound_messages'));
      const { answer } = whyAnswer({ plans });
      assert.match(answer, /not seen/);
      assert.match(answer, /lookup of reports_join, explained by itself, reads a big table/);
      assert.doesNotMatch(answer, /finds its rows through an index/);
    });
  });

  it('sees a policy’s lookup in the plan of the insert itself', async () => {
    const design = designNamed('row_security');
    await plansOf(role.url, design, dataSet, ['insert', 'report-first'], async ([one, report]) => {
      assert.ok(one?.summary?.indexes.includes('blocked_contacts_pkey'));
      assert.equal(one?.lookup, undefined);
      assert.equal(report?.summary, undefined);
    });
  });
});

describe('the lookup', () => {
  let database: TestDatabase;
  let dataSet: BenchDataSet;
  before(async () => {
    database = await createTestDatabase();
    dataSet = await ensureSeeded(labAt(database.url), { ...wanted, replace: false });
  });
  after(() => database.drop());

  for (const { design, skip } of designs) {
    it(`of ${design.name} goes the way that its check goes`, { skip }, async () => {
      await plansOf(database.url, design, dataSet, ['insert'], async ([plan], reservation) => {
        const session = await reservation.openClient(design);
        const phone = '+12025550100';
        const lookup = await explainLookup(session, design, phone, bigTable);
        assert.ok('summary' in lookup, 'missing' in lookup ? lookup.missing : '');
        const way = (of: CapturedPlan['summary']): unknown =>
          [...new Set([...(of?.indexes ?? []), ...(of?.bigSeqScans ?? [])])].sort();
        assert.equal(plan?.nestedMissing, undefined);
        assert.deepEqual(way(lookup.summary), way(plan?.summary));
        assert.deepEqual(await lookupIndexes(session, design), lookup.summary.indexes);
      });
    });
  }
});
