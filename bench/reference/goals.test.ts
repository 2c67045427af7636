import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import type { LoadResults } from '../load/results/results.ts';
import { syntheticRollout } from '../report/testing/synthetic-loads.ts';
import { syntheticResults, writeSyntheticRun } from '../report/testing/synthetic-results.ts';
import type { Results, ScalingResult } from '../results/results.ts';
import { goalsOf } from './goals.ts';
import { overviewMarkdown } from './overview.ts';

const exact = (value: number) => ({ value: value, low: value, high: value, samples: 30 });

const scaling = (low: number, high: number): ScalingResult => ({
  rounds: 30,
  lookupsPerBlock: 100,
  sizes: [400, 40_000, 200_000].map((rows) => ({
    rows,
    predictedBuffers: 2,
    lookup: { ns: exact(5_000), ratio: { value: (low + high) / 2, low, high, samples: 30 } },
    probe: { ns: exact(1_000), ratio: exact(1) },
  })),
});

const nothing = { ofDefault: undefined, parts: [], loads: {}, speeds: [], rollout: undefined };

const verdict = (low: number, high: number, seconds: number): readonly string[] => {
  const part = { title: '', command: '', startedAt: '', commit: '' };
  return goalsOf(
    { ...syntheticResults(), scaling: scaling(low, high) },
    { ...nothing, parts: [{ ...part, name: 'verify', seconds }] },
  )
    .filter(({ goal }) => /lookup among 40k|verified within 180/.test(goal))
    .map(({ verdict }) => verdict);
};

it('a goal is reached with the whole interval within it, missed with all of it beyond, open between', () => {
  assert.deepEqual(verdict(1.01, 1.05, 180), ['reached', 'reached']);
  assert.deepEqual(verdict(1.01, 1.06, 181), ['open', 'missed']);
  assert.deepEqual(verdict(1.06, 1.2, 1), ['missed', 'reached']);
});

it('a check is instant where even the slowest of 100 sends gains less than a millisecond', () => {
  const judged = (low: number, high: number) => {
    const results = syntheticResults();
    const p99DifferenceNs = { value: (low + high) / 2, low, high, samples: 30 };
    const designs = results.designs.map((design) => ({
      ...design,
      scenarios: design.scenarios.map((scenario) =>
        scenario.paired === undefined
          ? scenario
          : { ...scenario, paired: { ...scenario.paired, p99DifferenceNs } },
      ),
    }));
    const goals = goalsOf({ ...results, designs }, nothing);
    return goals.find(({ goal }) => /slowest of 100/.test(goal))?.verdict;
  };
  assert.equal(judged(-2e5, 9e5), 'reached');
  assert.equal(judged(9e5, 1.1e6), 'open');
  assert.equal(judged(1e6, 2e6), 'missed');
});

it('the bench’s client is judged by the run that README quotes for the default design', () => {
  const beside = (ratio: number): Results => {
    const results = syntheticResults();
    const [scenario, design, arm] = ['insert-durable', 'blocked_contacts', 'treatment'] as const;
    const p50 = { pgbenchP50Ns: 1e5, oursP50Ns: ratio * 1e5 };
    const samples = { pgbenchSamples: 500, oursSamples: 500 };
    const comparison = { scenario, design, arm, ...p50, ...samples, ratio };
    return {
      ...results,
      pgbench: { state: 'measured', version: 'pgbench', comparisons: [comparison] },
    };
  };
  const judged = (bench: number, ofDefault?: number) => {
    const longer = ofDefault === undefined ? undefined : beside(ofDefault);
    const goal = goalsOf(beside(bench), { ...nothing, ofDefault: longer }).find(({ goal }) =>
      /bench's client/.test(goal),
    );
    return [goal?.reached, goal?.verdict];
  };
  assert.deepEqual(judged(1.92, 1.2), ['1.20', 'reached']);
  assert.deepEqual(judged(1.92), ['1.92', 'missed']);
});

const loadWith = (changes: Partial<LoadResults>) =>
  goalsOf(syntheticResults(), {
    ...nothing,
    loads: { load: { trials: [], ramps: [], ...changes } as never },
  });

it('the closed loop is judged by its pairs, as its page and the list of loads do', () => {
  const closedLoop = (...ratios: readonly number[]) => {
    const pgbench = { pairs: ratios.map((ours) => ({ ours, pgbench: 1 })), ratio: ratios[1] ?? 0 };
    const goal = loadWith({ pgbench: pgbench as never }).find(({ goal }) =>
      /closed loop/.test(goal),
    );
    return [goal?.reached, goal?.verdict];
  };
  assert.deepEqual(closedLoop(0.77, 0.78, 1.06), ['0.78 (0.77 to 1.06, range of 3 pairs)', 'open']);
  assert.equal(closedLoop(0.7, 0.75, 0.79)[1], 'missed');
  assert.equal(closedLoop(0.8, 0.9, 1)[1], 'reached');
});

it('the seeder is judged by its pairs, of nine by all but the outermost, as a share of the speed or in times of the time', () => {
  const judged = (loads: 'messages' | 'whole', ...seederSeconds: readonly number[]) => {
    const speed = {
      ...({ formatVersion: 1, kind: 'seed-speed', startedAt: '', commandLine: '' } as const),
      loads,
      messages: 2_000_000,
      pairs: seederSeconds.map((seconds) => ({ seederSeconds: seconds, serverSeconds: 10 })),
    };
    const goals = goalsOf(syntheticResults(), { ...nothing, speeds: [speed] });
    const goal = goals.find(({ goal }) => /^2M messages (copied|loaded)/.test(goal));
    return [goal?.reached, goal?.verdict];
  };
  assert.deepEqual(judged('messages', 10, 10.5, 10.2), [
    '0.98 (0.95 to 1.00, range of 3 pairs)',
    'reached',
  ]);
  assert.equal(judged('messages', 10, 11, 10.2)[1], 'open');
  assert.equal(judged('messages', 11, 12)[1], 'missed');
  assert.deepEqual(judged('whole', 11, 11.4), ['1.12 (1.10 to 1.14, range of 2 pairs)', 'reached']);
  assert.equal(judged('whole', 11, 12)[1], 'open');
  const nine = [10, 11, 11.1, 11.2, 11.2, 11.3, 11.3, 11.4, 12];
  assert.deepEqual(judged('whole', ...nine), [
    '1.12 (1.10 to 1.14, 95 % interval of 9 pairs)',
    'reached',
  ]);
  assert.equal(judged('whole', 12, 13)[1], 'missed');
});

it('a ratio next to its goal has the digits that say on which side it lies', () => {
  const judged = (ratio: number): readonly unknown[] => {
    const pgbench = { state: 'measured', comparisons: [{ scenario: 'insert-durable', ratio }] };
    const goal = goalsOf({ ...syntheticResults(), pgbench: pgbench as never }, nothing).find(
      (one) => /of pgbench's/.test(one.goal),
    );
    return [goal?.reached, goal?.verdict];
  };
  assert.deepEqual(judged(1.25), ['1.25', 'reached']);
  assert.deepEqual(judged(1.2471), ['1.25', 'reached']);
  assert.deepEqual(judged(1.2512), ['1.251', 'missed']);
  assert.deepEqual(judged(1.25002), ['1.25002', 'missed']);
});

it('the highest rate of a ramp is a figure without a goal', () => {
  for (const highestRate of [1260, null]) {
    const ramp = { objective: 'p99<10ms', highestRate, finding: 'none' };
    const goal = loadWith({ ramps: [ramp as never] }).find(({ goal }) => /highest rate/.test(goal));
    assert.equal(goal?.verdict, 'none');
  }
  const ramp = { objective: 'p99<10ms', highestRate: 1, finding: 'none', check: 'off' };
  const goals = loadWith({ ramps: [ramp as never] }).map(({ goal }) => goal);
  assert.ok(goals.includes('the highest rate that keeps p99<10ms, the check off'));
});

it('a failover is judged as its own page judges it', () => {
  const lost = { messages: [], reports: [], optOuts: [], blocks: [] };
  const failover = { replication: 'sync', standbyDelayMs: 0, lost, wronglyAccepted: 0 };
  const judged = (ok: boolean, differences: readonly string[]) =>
    loadWith({ failovers: [{ ...failover, ok, differences } as never] }).find(({ goal }) =>
      /^1 failover to a synchronous standby/.test(goal),
    );
  assert.equal(judged(true, [])?.verdict, 'reached');
  assert.equal(judged(false, ['a block is gone'])?.verdict, 'missed');
  assert.match(judged(false, ['a block is gone'])?.reached ?? '', /a block is gone/);
});

it('a rollout is judged as its own page judges it', () => {
  const goals = [
    { goal: 'the longest wait', reached: '12 ms', ok: true },
    { goal: 'the longest send', reached: '212 ms', ok: false },
  ];
  const judged = goalsOf(syntheticResults(), { ...nothing, rollout: { goals } as never })
    .filter(({ goal }) => goal.startsWith('rollout: '))
    .map(({ goal, reached, verdict }) => [goal, reached, verdict]);
  assert.deepEqual(judged, [
    ['rollout: the longest wait', '12 ms', 'reached'],
    ['rollout: the longest send', '212 ms', 'missed'],
  ]);
});

it('what was not measured is open', () => {
  const goals = goalsOf({ ...syntheticResults(), designs: [], sweep: [] }, nothing);
  assert.ok(goals.length >= 5);
  for (const { verdict, reached } of goals.filter(({ goal }) => !goal.includes('pgbench'))) {
    assert.deepEqual([verdict, reached], ['open', 'not measured']);
  }
});

it('the page of a reference holds the goals of its rollout, and says where that ran elsewhere', () => {
  const reports = mkdtempSync(join(tmpdir(), 'optout-overview-'));
  try {
    const folder = join(reports, 'reference');
    writeSyntheticRun(folder, syntheticResults());
    const pageOf = (cpuModel: string): string => {
      const { environment, ...rollout } = syntheticRollout();
      const machine = { ...environment.machine, cpuModel };
      mkdirSync(join(folder, 'rollout'), { recursive: true });
      writeFileSync(
        join(folder, 'rollout', 'rollout.json'),
        JSON.stringify({ ...rollout, environment: { ...environment, machine } }),
      );
      const part = { title: '', command: '', startedAt: '', seconds: 1, commit: '' };
      return overviewMarkdown(folder, [{ ...part, name: 'rollout' }]);
    };
    assert.match(pageOf('Another 9000'), /The rollout ran on another machine .*: Another 9000\./);
    const same = pageOf(syntheticResults().environment.machine.cpuModel);
    assert.match(same, /\| rollout: /);
    assert.doesNotMatch(same, /another machine/);
  } finally {
    rmSync(reports, { recursive: true });
  }
});

it('the page of a reference holds its goals and its parts, and says that a bench was interrupted', () => {
  const reports = mkdtempSync(join(tmpdir(), 'optout-overview-'));
  try {
    const results = { ...syntheticResults(), resumedAt: ['2026-03-01T10:02:00.000Z'] };
    writeSyntheticRun(join(reports, 'reference'), results);
    const parts = [
      {
        name: 'bench',
        title: 'all',
        command: 'npm run bench',
        startedAt: '2026-03-01T10:02:42.000Z',
        seconds: 90,
        commit: 'abcdef0123',
      },
      {
        name: 'verify',
        title: 'rows',
        command: 'c',
        startedAt: '2026-03-01T10:04:12.000Z',
        seconds: 0,
        commit: '1',
      },
    ];
    writeFileSync(join(reports, 'reference', 'verify.html'), ''); // as bench:shapes makes one
    const page = overviewMarkdown(join(reports, 'reference'), parts);
    assert.match(page, /\| \[verify\]\(verify\.html\) \| rows \|/);
    assert.match(page, /\| one durable row: ≤ 1\.05 of no check \|.*(reached|missed|open) \|/);
    assert.match(page, /\| bench \| all \| 90\.0 s \| abcdef0 \| `npm run bench` \|/);
    assert.match(page, /\| all \(last piece of each part\) \| {2}\| 90\.0 s \| {2}\|/);
    assert.match(page, /The parts are of 2 commits/);
    assert.doesNotMatch(page, /from the first start/); // there may be days between them
    const together = parts.map((part) => ({ ...part, commit: '1' }));
    assert.match(
      overviewMarkdown(join(reports, 'reference'), together),
      /\| from the first start to the last end \| {2}\| 4 min 12 s \|/,
    );
    assert.match(page, /A single figure is compared as it is\./);
    assert.match(page, /interrupted 1 time .* it was 4 min 12 s\./);
  } finally {
    rmSync(reports, { recursive: true });
  }
});
