import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { backendPid } from '../../db/connection/backend-pid.ts';
import { applyDesign, designNamed, listDesigns } from '../../db/designs.ts';
import type { Lab } from '../../db/lab.ts';
import { requireSupportedVersion } from '../../db/server/guard.ts';
import { skipDesign } from '../../db/testing/skip-design.ts';
import { createTestDatabase, type TestDatabase } from '../../db/testing/test-database.ts';
import { oneServer } from '../../db/topologies/topology.ts';
import { ensureSeeded } from '../database/ensure-seeded.ts';
import { type BenchReservation, reserveForBench } from '../database/reservation.ts';
import type { Workbench } from '../database/workbench.ts';
import type { ScenarioResult } from '../results/results.ts';
import { readOptions } from '../run/options.ts';
import { allScenarios, scenariosNamed } from '../scenarios/index.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { measureScenario } from './measure-scenario.ts';
import { allowedProcessors, withPlacement } from './pin-sessions.ts';
import { withPrefault } from './prefault.ts';

let database: TestDatabase;
let reservation: BenchReservation;
let bench: Workbench;

before(async () => {
  database = await createTestDatabase();
  const client = await database.connect();
  const major = await requireSupportedVersion(client);
  await client.end();
  const lab: Lab = {
    url: database.url,
    server: { kind: 'external', url: database.url, givenUrl: database.url, close: async () => {} },
    major,
    topology: oneServer,
    connect: () => database.connect(),
    close: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
  const options = readOptions({ scale: '5000' });
  const { messages, seed } = options;
  const dataSet = await ensureSeeded(lab, { messages, seed, replace: false });
  reservation = await reserveForBench(lab);
  bench = { ...options, reservation, major, dataSet, runStartedMs: performance.now() };
});

after(async () => {
  await reservation.close();
  await database.drop();
});

const scenario = (name: string): Scenario => {
  const [found] = scenariosNamed([name]);
  assert.ok(found !== undefined);
  return found;
};

/** As few sessions as make an interval, and any interval will do. */
const soon = (): Workbench => ({
  ...bench,
  method: { ...bench.method, wantedHalfWidth: Number.MAX_VALUE, fewestSessions: 6 },
});

/** Of the default design unless another is named. */
async function measured(name: string, design = 'blocked_contacts'): Promise<ScenarioResult> {
  await applyDesign(database.url, reservation.admin, designNamed(design));
  const { control } = scenario(name);
  const seconds = control === 'none' ? 1 : 600; // one arm alone ends by the clock
  return measureScenario(soon(), designNamed(design), scenario(name), seconds, {
    mostSessionsMs: 1,
  });
}

const expectedMethods: Readonly<Record<string, ScenarioResult['method']>> = {
  row_security: 'session role',
  row_security_hash: 'session role',
  check_option_view: 'twin view',
  check_constraint: 'twin tables',
};

/** One of each kind: more rows and more clients are the same code. */
const kinds = allScenarios.filter(
  ({ rowsPerStatement, clients, kind }) =>
    (rowsPerStatement <= 10 || kind === 'copy') && clients <= 4 && clients !== 2,
);

/** The processors that the timed sessions of a scenario may use, seen at the end of its first slice. */
async function processorsOf(name: string, method: Workbench['method']): Promise<readonly number[]> {
  const pids: number[] = [];
  const watched: BenchReservation = {
    ...reservation,
    openClient: async (...wanted) => {
      const client = await reservation.openClient(...wanted);
      pids.push(await backendPid(client));
      return client;
    },
  };
  const seen: number[][] = [];
  await measureScenario(
    { ...soon(), method, reservation: watched },
    designNamed('blocked_contacts'),
    scenario(name),
    600,
    {
      mostSessionsMs: 1,
      onSlice: () => seen.length > 0 || seen.push(pids.flatMap((pid) => allowedProcessors(pid))),
    },
  );
  return [...new Set(seen[0])];
}

/** What sessions are asked before their first message is sent, when the method is this. */
async function askedBefore(method: Workbench['method'], design: string): Promise<Set<string>> {
  await applyDesign(database.url, reservation.admin, designNamed(design));
  const asked = new Set<string>();
  const watched: BenchReservation = {
    ...reservation,
    openClient: (taken, before, socket) =>
      reservation.openClient(
        taken,
        async (client) => {
          const query = client.query.bind(client) as (...given: unknown[]) => unknown;
          client.query = ((...given: unknown[]) => {
            const [text, values] = given;
            if (typeof text === 'string' && text.includes('pgstatindex')) {
              asked.add(String(values));
            }
            return query(...given);
          }) as typeof client.query;
          await before?.(client);
        },
        socket,
      ),
  };
  const result = await measureScenario(
    { ...soon(), method, reservation: watched },
    designNamed(design),
    scenario('insert-not-durable'),
    600,
    { mostSessionsMs: 1 },
  );
  assert.equal(result.failure, undefined);
  return asked;
}

describe('a scenario by pairs of single statements', () => {
  it('has sessions that have read the lookup’s indexes where the method says so, and else not', async (t) => {
    const { method } = await withPrefault(soon(), undefined, {
      topology: oneServer,
      connect: () => database.connect(),
    });
    if (method.prefault === undefined) return t.skip('this role may not read pages');
    assert.deepEqual(
      await askedBefore(method, 'blocked_contacts'),
      new Set(['blocked_contacts_pkey']),
    );
    assert.deepEqual(
      await askedBefore(method, 'hash_beside_key'),
      new Set(['blocked_contacts_phone_hash_idx']),
    );
    // its sessions take a role that may not read pages
    assert.deepEqual(await askedBefore(method, 'row_security'), new Set(['blocked_contacts_pkey']));
    assert.deepEqual(await askedBefore(soon().method, 'blocked_contacts'), new Set());
  });

  it('keeps its sessions on one processor where the method says so, but not several clients’', async (t) => {
    if (process.platform !== 'linux') return t.skip('only Linux has taskset');
    const { method } = await withPlacement(soon(), undefined, [
      { server: { kind: 'embedded' }, connect: () => database.connect() },
    ]);
    if (method.placement === undefined) return t.skip('sessions cannot be pinned here');
    await applyDesign(database.url, reservation.admin, designNamed('blocked_contacts'));
    const last = allowedProcessors().at(-1);
    assert.deepEqual(await processorsOf('insert-not-durable', method), [last]);
    assert.ok((await processorsOf('clients-4', method)).length > 1);
    assert.ok((await processorsOf('insert-not-durable', soon().method)).length > 1);
  });

  for (const { name, control } of kinds) {
    it(`${name} of the default design comes out`, async () => {
      const result = await measured(name);
      assert.equal(result.failure, undefined);
      assert.equal(
        result.method,
        control === 'none'
          ? 'one arm'
          : control === 'other statement'
            ? 'two statements'
            : 'trigger modes',
      );
      const timed = result.slices.filter(({ warmup }) => !warmup);
      assert.ok(timed.length >= 1);
      for (const { treatment, control: other } of timed) {
        assert.ok(treatment !== undefined && treatment.medianNs > 0);
        assert.equal(other?.samples, control === 'none' ? undefined : treatment.samples);
      }
      if (control === 'none') return;
      assert.ok((result.paired?.sessions ?? 0) >= 6);
      assert.equal(
        timed.some(({ swapped }) => swapped),
        true,
      );
    });
  }

  it('goes on to as many pairs as the slowest take, however narrow the interval is', async () => {
    const pairsOf = async (fewestPairs: number | undefined): Promise<number> => {
      const { stoppedBecause, paired } = await measureScenario(
        soon(),
        designNamed('blocked_contacts'),
        scenario('insert-not-durable'),
        600,
        { mostSessionsMs: 1, fewestPairs },
      );
      assert.equal(stoppedBecause, 'precise enough');
      return paired?.pairs ?? 0;
    };
    await applyDesign(database.url, reservation.admin, designNamed('blocked_contacts'));
    const atOnce = await pairsOf(undefined);
    assert.ok((await pairsOf(3 * atOnce)) >= 3 * atOnce);
  });

  for (const { name } of listDesigns()) {
    it(`a row by ${name} is compared in the way that suits it`, async (t) => {
      const skip = await skipDesign(designNamed(name));
      if (skip !== false) return t.skip(skip);
      const result = await measured('insert-not-durable', name);
      assert.equal(result.failure, undefined);
      assert.equal(result.method, expectedMethods[name] ?? 'trigger modes');
      assert.ok(result.paired !== undefined);
    });
  }

  it('leaves the tables, their triggers and schemas as they were', async () => {
    const state = async (): Promise<unknown> => {
      const { rows } = await reservation.admin.query(
        `select
           (select count(*)::integer from outbound_messages) as messages,
           (select count(*)::integer from delivery_reports) as reports,
           (select count(*)::integer from opt_outs) as "optOuts",
           (select array_agg(tgrelid::regclass::text || ' ' || tgname || ' ' || tgenabled::text order by tgrelid::regclass::text, tgname)
            from pg_trigger) as triggers,
           (select array_agg(nspname::text order by nspname) from pg_namespace where nspname !~ '^pg_') as schemas`,
      );
      return rows;
    };
    await applyDesign(database.url, reservation.admin, designNamed('blocked_contacts'));
    const before = await state();
    for (const name of ['insert-not-durable', 'insert-not-durable-same-twice', 'report-blocking'])
      await measured(name);
    assert.deepEqual(await state(), before);
  });
});
