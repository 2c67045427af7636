import assert from 'node:assert/strict';
import { it } from 'node:test';
import { UserError } from '../../../db/cli/errors.ts';
import type { Results } from '../../results/results.ts';
import { syntheticDesigns } from '../testing/synthetic-design.ts';
import { syntheticResults } from '../testing/synthetic-results.ts';
import { compareRuns } from './compare-runs.ts';
import { comparisonText } from './comparison-text.ts';
import { figuresOfKind } from './figure-kinds.ts';
import { type Gate, gateFailures, parseLimit } from './gate.ts';

const before = syntheticResults({ runId: 'before' });
const fivePercent: Gate = { limits: [parseLimit('5%')], required: [] };

const failures = (after: Results, gate = fivePercent, earlier = before): readonly string[] =>
  gateFailures(compareRuns(earlier, after), gate, (kind) => [
    figuresOfKind(kind, earlier),
    figuresOfKind(kind, after),
  ]);

const withScenarios = (
  change: (scenario: Results['designs'][number]['scenarios'][number]) => object | undefined,
): Results => ({
  ...before,
  designs: before.designs.map((design) => ({
    ...design,
    scenarios: design.scenarios.flatMap((scenario) => {
      const changed = change(scenario);
      return changed === undefined ? [] : [{ ...scenario, ...changed }];
    }),
  })),
});

it('a run passes beside itself', () => {
  assert.deepEqual(failures(before), []);
});

it('what is slower with its whole interval does not pass', () => {
  const slower = syntheticResults({
    designs: syntheticDesigns.map((design) =>
      design.name === 'opt_outs_count' ? { ...design, checkNs: 4e6, bulkNs: 4e6 } : design,
    ),
  });
  assert.match(failures(slower).join('\n'), /slower by more than 5 %.*opt_outs_count/);
});

it('a scenario that was renamed is a figure that is missing, whatever the others say', () => {
  const [first] = before.designs.flatMap(({ scenarios }) => scenarios);
  assert.ok(first !== undefined);
  const renamed = withScenarios((scenario) =>
    scenario.name === first.name ? { name: 'another-name' } : {},
  );
  assert.match(
    failures(renamed).join('\n'),
    /^the later run lacks \d+ of the earlier one's figures/,
  );
});

it('a scenario that failed in the later run is a figure that is missing, though its name is there', () => {
  const failed = withScenarios((scenario) =>
    scenario.durable ? { paired: undefined, stoppedBecause: 'it failed', failure: 'no' } : {},
  );
  assert.match(failures(failed).join('\n'), /lacks \d+ of the earlier one's figures/);
});

it('where every scenario was renamed nothing could be judged', () => {
  const renamed = withScenarios(({ name }) => ({ name: `${name}-2` }));
  assert.match(failures(renamed).join('\n'), /nothing could be judged/);
});

it('runs of other data, another durability or another method are not compared, and say so first', () => {
  const { server } = before.environment;
  const others: readonly (readonly [RegExp, Results])[] = [
    [/the data are not the same/, { ...before, dataSet: { ...before.dataSet, messages: 7 } }],
    [
      /fsync is at its default before and off after/,
      {
        ...before,
        environment: {
          ...before.environment,
          server: {
            ...server,
            changedSettings: [
              ...server.changedSettings,
              { name: 'fsync', value: 'off', unit: '', source: 'configuration file' },
            ],
          },
        },
      },
    ],
    [
      /the method is not the same: blockedShare/,
      { ...before, method: { ...before.method, blockedShare: 0.5 } },
    ],
    [
      /the method is not the same: placement is absent before and "sessions on one processor" after/,
      { ...before, method: { ...before.method, placement: 'sessions on one processor' } },
    ],
    [/is durable before and not after/, withScenarios(() => ({ durable: false }))],
  ];
  for (const [reason, after] of others) {
    assert.match(failures(after).join('\n'), /^nothing could be judged: /);
    assert.match(failures(after).join('\n'), reason);
    const comparison = compareRuns(before, after);
    assert.deepEqual(comparison.changes, []);
    const said = comparisonText(comparison, 1_000).split('\n')[2] ?? '';
    assert.match(said, /^The runs cannot be compared: /);
  }
});

it('another machine, server version or setting is told first, and judged all the same', () => {
  const after: Results = {
    ...before,
    environment: {
      ...before.environment,
      machine: { ...before.environment.machine, cpuModel: 'Another processor' },
      server: {
        ...before.environment.server,
        version: 'PostgreSQL 17.10 on x86_64',
        changedSettings: [],
      },
    },
  };
  assert.deepEqual(failures(after), []);
  assert.match(
    comparisonText(compareRuns(before, after), 1_000),
    /^The runs can be compared, but the server is not the same \(PostgreSQL 18\.4; PostgreSQL 17\.10\); the processor .*; settings are not the same \(shared_buffers\)/m,
  );
});

it('another hypervisor, cache or flag of the processor is told; what an older run did not say is not', () => {
  const on = (machine: Partial<Results['environment']['machine']>): Results => ({
    ...before,
    environment: {
      ...before.environment,
      machine: { ...before.environment.machine, ...machine },
    },
  });
  const here = on({
    hypervisor: 'KVM',
    caches: [{ level: 3, holds: 'both', sizeBytes: 32 * 2 ** 20 }],
    processor: { identity: { model: '143' }, flags: ['avx512f', 'fpu', 'sse2'] },
  });
  const there = on({
    hypervisor: 'none',
    caches: [{ level: 3, holds: 'both', sizeBytes: 64 * 2 ** 20 }],
    processor: { identity: { model: '143' }, flags: ['fpu', 'gfni', 'sse2', 'vaes'] },
  });
  const comparison = compareRuns(here, there);
  assert.deepEqual(comparison.comparability.cautions, [
    'the caches are not the same (L3 32 MB; L3 64 MB)',
    'the hypervisor is not the same (KVM; none)',
    'the flags of the processor are not the same (1 before only, 2 after only)',
  ]);
  assert.deepEqual(
    comparison.environment.find(({ name }) => name === 'flags of the processor'),
    { name: 'flags of the processor', before: 'avx512f', after: 'gfni vaes' },
  );
  const withOlder = compareRuns(before, there);
  assert.deepEqual(withOlder.comparability.cautions, []);
  assert.deepEqual(compareRuns(there, before).comparability.cautions, []);
  assert.deepEqual(
    withOlder.environment.find(({ name }) => name === 'hypervisor'),
    { name: 'hypervisor', before: 'not recorded', after: 'none' },
  );
});

it('memory in pages of another size, and how large indexes sessions had read, are told', () => {
  const with_ = (hugePages: string, prefaultUpToBytes: number | undefined): Results => ({
    ...before,
    environment: {
      ...before.environment,
      server: { ...before.environment.server, hugePages },
    },
    method: {
      ...before.method,
      prefault: 'indexes of the lookup',
      ...(prefaultUpToBytes === undefined ? {} : { prefaultUpToBytes }),
    },
  });
  const cautions = (one: Results, other: Results): readonly string[] =>
    compareRuns(one, other).comparability.cautions;
  const [small, large] = [with_('off', 32 * 2 ** 20), with_('on', 512 * 2 ** 20)];
  assert.deepEqual(failures(large).length, 1); // read first, and nothing read: another method
  assert.deepEqual(cautions(small, large), [
    'sessions had read indexes of up to 32 MB before and of up to 512 MB after',
    "the server's huge pages are not the same (off; on)",
  ]);
  assert.deepEqual(cautions(large, with_('on', undefined)), [
    'sessions had read indexes of up to 512 MB before and of any size after',
  ]);
});

it('how long a run took and how narrow its intervals were wanted is no other method', () => {
  const after = {
    ...before,
    method: { ...before.method, secondsPerDesign: 1, wantedHalfWidth: 1 },
  };
  assert.deepEqual(failures(after), []);
});

it('a scenario that is required must have been judged, whether or not there is a limit', () => {
  const required = (name: string): Gate => ({ limits: [], required: [name] });
  const [first] = before.designs.flatMap(({ scenarios }) => scenarios);
  assert.ok(first !== undefined);
  assert.deepEqual(failures(before, required(first.name)), []);
  assert.deepEqual(failures(before, required('no-such')), ['no-such was not judged']);
  assert.deepEqual(
    failures(
      withScenarios(() => undefined),
      { limits: [], required: [] },
    ),
    [],
  );
});

const counted = (instructions: Readonly<Record<string, number>>): Results =>
  Object.assign(
    { ...before },
    {
      instructions: {
        state: 'counted',
        designs: [
          {
            name: 'blocked_contacts',
            scenarios: Object.entries(instructions).map(([name, value]) => ({
              name,
              treatment: { instructions: value },
            })),
          },
        ],
      },
    },
  );

it('a named kind of figure has a limit of its own, and a missing one does not pass', () => {
  const gate: Gate = { limits: [parseLimit('instructions=1%')], required: [] };
  const earlier = counted({ insert: 100_000, bulk: 50_000 });
  const of = (later: Results): string => failures(later, gate, earlier).join('\n');
  assert.equal(of(counted({ insert: 100_900, bulk: 50_000 })), '');
  assert.match(
    of(counted({ insert: 101_100, bulk: 50_000 })),
    /^1 with more than 1 % more instructions, the most blocked_contacts, insert: 1.1 % more$/,
  );
  assert.match(
    of(counted({ insert: 100_000 })),
    /lacks 1 .* blocked_contacts, bulk \(instructions\)/,
  );
});

it('a run without that kind, and a kind that there is not, is an error of the input', () => {
  const gate: Gate = { limits: [parseLimit('instructions=1%')], required: [] };
  assert.throws(
    () => failures(before, gate),
    (error) => error instanceof UserError && /^before has no instructions: /.test(error.message),
  );
  assert.throws(
    () => parseLimit('instruction=1%'),
    (error) => error instanceof UserError && /no kind of figure "instruction"/.test(error.message),
  );
  assert.throws(() => parseLimit('fast'), /Say a percentage/);
});
