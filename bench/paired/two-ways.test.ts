import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createPlainOwner } from '../../db/testing/plain-owner.ts';
import { runCommandFile } from '../../db/testing/run-command-file.ts';
import { defaultDataSet } from '../../seed/data-set/data-set.ts';
import { ensureSeeded } from '../database/ensure-seeded.ts';
import type { PairedFigure } from '../results/results.ts';
import { type BenchLab, createBenchLab } from '../run/testing.ts';
import { scenariosNamed } from '../scenarios/index.ts';
import { agreementOf, timeTwoWays, type WayFigure } from './two-ways.ts';

describe('two ways of telling the arms apart', () => {
  const figure = (low: number, high: number): PairedFigure => ({
    ...{ pairs: 1_000, sessions: 12, ratio: 1, ratioLow: 1, ratioHigh: 1, baselineNs: 1e5 },
    differenceNsPerRow: (low + high) / 2,
    differenceLowNsPerRow: low,
    differenceHighNsPerRow: high,
    ...{ halfWidth: 0, resolved: true, preciseEnough: true },
  });
  const way = (low: number, high: number, same: PairedFigure = figure(0, 0)): WayFigure => ({
    method: 'twin tables',
    paired: figure(low, high),
    same,
  });
  const { paired: _, ...withoutFigure } = way(1, 2);
  const { same: __, ...withoutFloor } = way(1, 2);

  for (const [what, superuser, plain, agreement] of [
    ['overlap', way(10, 20), way(19, 30), 'agree'],
    ['lie apart', way(10, 20), way(21, 30), 'differ'],
    ['lie apart the other way round', way(21, 30), way(10, 20), 'differ'],
    ['lie within the noise of the first', way(10, 20, figure(-1, 0)), way(21, 30), 'agree'],
    ['lie within the noise of the second', way(10, 20), way(22, 30, figure(0.5, 2)), 'agree'],
    ['are not there', way(10, 20), withoutFigure, 'not judged'],
    ['have no noise to be judged by', withoutFloor, way(10, 20), 'not judged'],
  ] as const) {
    it(`${agreement} where their intervals ${what}`, () =>
      assert.equal(agreementOf({ superuser, plain }), agreement));
  }
});

describe('the default design, both ways', () => {
  let bench: BenchLab;
  before(async () => {
    bench = await createBenchLab();
  });
  after(() => bench.drop());

  it('finds the same five milliseconds by either, and nothing where the check is off', async () => {
    const client = await bench.lab.connect();
    await client.query(
      `create or replace function public.refuse_blocked_contact() returns trigger
         language plpgsql security definer
         as 'begin perform pg_catalog.pg_sleep(0.005); return new; end'`,
    );
    await ensureSeeded(bench.lab, { messages: 1_000, seed: defaultDataSet.seed, replace: false });
    const scenarios = scenariosNamed(['insert-not-durable']);
    const found = await timeTwoWays(
      bench.lab,
      { messages: 2_000, replace: true },
      12,
      scenarios,
      () => {},
    );
    assert.deepEqual(
      found.map(({ scenario, superuser, plain }) => [scenario, superuser.method, plain.method]),
      [['insert-not-durable', 'trigger modes', 'twin tables']],
    );
    for (const { superuser, plain, agreement } of found) {
      assert.equal(agreement, 'agree');
      for (const { method, paired, same } of [superuser, plain]) {
        assert.ok(paired !== undefined && paired.differenceNsPerRow > 4e6, method);
        assert.ok(same !== undefined && Math.abs(same.differenceNsPerRow) < 4e6, method);
      }
    }
    const { rows } = await client.query(
      `select nspname from pg_namespace where nspname in ('optout_lab_checked', 'optout_lab_unchecked')`,
    );
    assert.deepEqual(rows, []);
    await client.end();
  });
});

it('a role that may not set trigger modes is told in one line that there is nothing to compare', async () => {
  const owner = await createPlainOwner();
  try {
    const { exitCode, stderr, stdout } = await runCommandFile(
      'bench/commands/bench-coverage.ts',
      ['--ways', '--scale=2000', '--seconds=1'],
      { env: { DATABASE_URL: owner.role.url } },
    );
    assert.match(stderr, /^error: only a superuser may set trigger modes: [^\n]+\n$/);
    assert.deepEqual([exitCode, stdout.includes('agree')], [2, false]);
  } finally {
    await owner.drop();
  }
});
