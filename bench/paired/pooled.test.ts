import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { applyDesign, designNamed, listDesigns } from '../../db/designs.ts';
import { type Pgbouncer, skipPgbouncer, startPgbouncer } from '../../db/testing/pgbouncer.ts';
import { skipDesign } from '../../db/testing/skip-design.ts';
import { defaultDataSet } from '../../seed/data-set/data-set.ts';
import { ensureSeeded } from '../database/ensure-seeded.ts';
import {
  type BenchReservation,
  pooledApplication,
  reserveForBench,
} from '../database/reservation.ts';
import type { Workbench } from '../database/workbench.ts';
import type { ScenarioResult } from '../results/results.ts';
import { readOptions } from '../run/options.ts';
import { type BenchLab, createBenchLab } from '../run/testing.ts';
import { allScenarios, scenariosNamed } from '../scenarios/index.ts';
import { measureScenario } from './measure-scenario.ts';
import { asPooled, openPooled } from './pooled.ts';

describe('a statement through a pooler', () => {
  const text =
    'insert into outbound_messages (body) select from blocked_contacts, delivery_reports';
  it('has no name, names its schemas, and says itself that its commit need not be durable', () => {
    const named =
      'insert into twin.outbound_messages (body) select from public.blocked_contacts, public.delivery_reports';
    assert.deepEqual(asPooled({ name: 'known', text }, 'twin', true), { name: '', text: named });
    assert.deepEqual(asPooled({ name: 'known', text }, 'twin', false), {
      name: '',
      text: named,
      first: "select pg_catalog.set_config('synchronous_commit', 'off', true)",
    });
  });
});

describe('a scenario through a pooler in transaction mode', { skip: skipPgbouncer }, () => {
  let lab: BenchLab;
  let reservation: BenchReservation;
  let pgbouncer: Pgbouncer;
  let bench: Workbench;
  before(async () => {
    lab = await createBenchLab();
    pgbouncer = await startPgbouncer(lab.database.url, 'transaction', 2);
    const { seed } = defaultDataSet;
    const dataSet = await ensureSeeded(lab.lab, { messages: 5_000, seed, replace: false });
    reservation = await reserveForBench(lab.lab);
    const options = readOptions({ scale: '5000' });
    bench = {
      ...options,
      // as few sessions as make an interval, and any interval will do
      method: { ...options.method, wantedHalfWidth: Number.MAX_VALUE, fewestSessions: 6 },
      ...{ reservation, major: lab.lab.major, dataSet, runStartedMs: performance.now() },
      poolerUrl: pgbouncer.url,
    };
  });
  after(async () => {
    await reservation.close();
    await pgbouncer.stop();
    await lab.drop();
  });

  async function measured(
    name: string,
    designName = 'blocked_contacts',
    mostSessionsMs = 1,
  ): Promise<ScenarioResult> {
    const design = designNamed(designName);
    await applyDesign(lab.database.url, reservation.admin, design);
    const [scenario] = scenariosNamed([name]);
    assert.ok(scenario !== undefined);
    const seconds = scenario.control === 'none' ? 1 : 600; // one arm alone ends by the clock
    return measureScenario(bench, design, scenario, seconds, { mostSessionsMs });
  }

  /** One of each kind: more rows are the same code. */
  const kinds = allScenarios.filter(
    ({ rowsPerStatement, clients, kind }) =>
      (rowsPerStatement <= 10 || kind === 'copy') && clients <= 4 && clients !== 2,
  );
  const methods: Readonly<Partial<Record<ScenarioResult['control'], ScenarioResult['method']>>> = {
    none: 'one arm',
    'other statement': 'two statements',
  };
  for (const { name, control } of kinds) {
    it(`${name} of the default design comes out, where two processes serve all`, async () => {
      const { failure, method, arms, paired } = await measured(name);
      assert.deepEqual([failure, method], [undefined, methods[control] ?? 'twin tables']);
      assert.deepEqual(
        arms.map(({ arm, samples }) => [arm, samples > 0]),
        [['treatment', true], ...(control === 'none' ? [] : [['control', true]])],
      );
      assert.equal(paired === undefined, control === 'none');
    });
  }

  for (const { name, sessionSql } of listDesigns()) {
    if (sessionSql !== undefined) continue; // refused before anything is measured
    it(`a row by ${name} is compared with one by a twin`, async (t) => {
      const skip = await skipDesign(designNamed(name));
      if (skip !== false) return t.skip(skip);
      const { failure, method, paired } = await measured('insert-not-durable', name);
      assert.equal(failure, undefined);
      assert.equal(method, name === 'check_option_view' ? 'twin view' : 'twin tables');
      assert.ok(paired !== undefined);
    });
  }

  /** What a default design's check does instead. */
  async function checkIs(body: string): Promise<void> {
    await reservation.admin.query(
      `create or replace function public.refuse_blocked_contact() returns trigger
         language plpgsql security definer as $$begin ${body}; return new; end$$`,
    );
  }

  /** Whoever sends, and with what settings, is written down by a trigger that both arms have. */
  async function seenWhile(work: () => Promise<unknown>): Promise<unknown> {
    const { admin } = reservation;
    await admin.query(
      `create table public.seen (application text, schema text, path text, commits text, primary key (schema, commits));
       create function public.see() returns trigger language plpgsql security definer as $$
       begin
         insert into public.seen
         values (current_setting('application_name'), tg_table_schema, current_setting('search_path'), current_setting('synchronous_commit'))
         on conflict do nothing;
         return null;
       end$$;
       create trigger see after insert on public.outbound_messages for each row execute function public.see()`,
    );
    try {
      await work();
      return (await admin.query('select * from public.seen order by schema, commits')).rows;
    } finally {
      await admin.query('drop function public.see() cascade; drop table public.seen');
    }
  }

  it('goes through the pooler in both arms, and its settings to nobody', async () => {
    const asGiven = async (): Promise<unknown> => {
      const session = await openPooled(pgbouncer.url);
      const { rows } = await session.query<{ path: string; commits: string }>(
        `select current_setting('search_path') as path, current_setting('synchronous_commit') as commits`,
      );
      await session.end();
      return rows[0];
    };
    await reservation.admin.query(
      `alter database ${lab.database.name} set search_path = public, pg_catalog`,
    );
    await pgbouncer.restart(); // for sessions that have it
    const given = { path: 'public, pg_catalog', commits: 'on' };
    for (const [name, commits] of [
      ['insert-durable', 'on'],
      ['insert-not-durable', 'off'],
    ] as const) {
      const seen = await seenWhile(() => measured(name));
      const own = { application: pooledApplication, path: given.path, commits };
      assert.deepEqual(seen, [
        { ...own, schema: 'optout_lab_checked' },
        { ...own, schema: 'optout_lab_unchecked' },
      ]);
      assert.deepEqual(await asGiven(), given);
    }
  });

  it('has the check in one arm and not in the other', async () => {
    await checkIs('perform pg_catalog.pg_sleep(0.02)');
    const { paired } = await measured('insert-durable', 'blocked_contacts', 200);
    assert.ok((paired?.differenceNsPerRow ?? 0) > 10e6, JSON.stringify(paired));
  });

  it('ends a statement that takes longer than the scenario has', async () => {
    await checkIs('perform pg_catalog.pg_sleep(30)');
    const [scenario] = scenariosNamed(['insert-durable']);
    assert.ok(scenario !== undefined);
    const design = designNamed('blocked_contacts');
    const { stoppedBecause } = await measureScenario(bench, design, scenario, 1);
    assert.equal(stoppedBecause, 'a statement timed out');
  });

  it('leaves no table, and no session at work', async () => {
    const { rows } = await reservation.admin.query(
      `select nspname as left_behind from pg_namespace where nspname in ('optout_lab_checked', 'optout_lab_unchecked')
       union all
       select state from pg_stat_activity
       where datname = current_database() and application_name = $1 and state <> 'idle'`,
      [pooledApplication],
    );
    assert.deepEqual(rows, []);
  });
});
