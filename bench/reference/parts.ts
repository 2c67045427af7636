import { defaultDesignName, listDesigns } from '../../db/designs.ts';
import { itemAt } from '../../db/item-at.ts';
import type { Part } from '../parts/run-parts.ts';

/** How large the reference is, and where it goes. */
export interface ReferenceOptions {
  /** Ascending sizes such as 10k; the last one is measured in full and gets the load. */
  readonly sizes: readonly string[];
  readonly designs: string;
  /** The folder that holds runs, and the reference's name in it. */
  readonly out: string;
  readonly name: string;
  /** Operations a second, and seconds, of each offered load. */
  readonly rate: number;
  readonly loadSeconds: number;
}

/** Time for timing one design at the last size. */
const designSeconds = 30;

/** Time for all scenarios of the default design. */
const scenarioSeconds = 180;

/** Operations a second beside a rollout. */
const rolloutRate = 500;

/** The default, the statement trigger, and those that are cheap for one row or in bulk. */
const pictured = [
  defaultDesignName,
  'blocked_hash',
  'statement_trigger',
  'statement_trigger_hash',
  'row_security_hash',
] as const;

/** The parts in the order in which they need each other: the bench leaves its last size in place. */
export function referenceParts(options: ReferenceOptions): readonly Part[] {
  const { sizes, designs, out, name, rate, loadSeconds } = options;
  const folder = `${out}/${name}`;
  const largest = itemAt(sizes, sizes.length - 1);
  const count = designs === 'all' ? listDesigns().length : designs.split(',').length;
  const load = (part: string, title: string, ...args: readonly string[]): Part => ({
    name: part,
    title,
    script: 'load',
    file: 'bench/commands/load.ts',
    args: ['--out', folder, '--run', part, ...args],
    makes: part,
  });
  const offered = ['--rate', String(rate), '--duration', String(loadSeconds)];
  return [
    {
      name: 'bench',
      title: 'every design at every size, the last size in full, with plans',
      script: 'bench',
      file: 'bench/commands/bench.ts',
      args: [
        ...['--sweep', sizes.join(','), '--designs', designs, '--replace'],
        ...[
          '--max-seconds',
          String(designSeconds * count),
          '--out',
          out,
          '--run',
          name,
          '--resume',
        ],
      ],
    },
    {
      name: 'scenarios',
      title: 'every scenario of the default design at the last size',
      script: 'bench',
      file: 'bench/commands/bench.ts',
      args: [
        ...['--scale', largest, '--designs', defaultDesignName, '--scenarios', 'all'],
        ...['--max-seconds', String(scenarioSeconds), '--out', folder, '--run', 'scenarios'],
      ],
      makes: 'scenarios',
    },
    {
      name: 'five-designs',
      title: 'the designs of README’s picture, timed longer',
      script: 'bench',
      file: 'bench/commands/bench.ts',
      args: [
        ...['--scale', largest, '--designs', pictured.join(',')],
        ...['--max-seconds', String(scenarioSeconds), '--out', folder, '--run', 'five-designs'],
      ],
      makes: 'five-designs',
    },
    load('load-campaign', 'a campaign at a fixed rate', '--mix', 'campaign', ...offered),
    load('load-opt-out-wave', 'a wave of opt-outs', '--mix', 'opt-out-wave', ...offered),
    load(
      'load-ramp',
      'the highest rate that keeps the objective',
      '--ramp',
      '500..16000',
      '--slo',
      'p99<10ms',
    ),
    load('load-pgbench', 'the load generator beside pgbench', '--compare-pgbench'),
    {
      name: 'threshold',
      title: 'three becomes two, four and five while messages are sent',
      script: 'bench:threshold',
      file: 'bench/commands/bench-threshold.ts',
      args: ['--out', `${folder}/threshold.json`],
    },
    {
      name: 'verify',
      title: 'every row is still what the prediction says',
      script: 'seed',
      file: 'seed/commands/seed.ts',
      args: ['--scale', largest, '--verify'],
    },
    {
      name: 'seed-speed',
      title: 'the messages’ COPY against the server’s own from a file',
      script: 'bench:seed',
      file: 'bench/commands/bench-seed.ts',
      args: ['--scale', 'medium', '--pairs', '15', '--out', `${folder}/seed-speed.json`],
    },
    {
      name: 'seed-whole',
      title: 'a whole load against the server alone',
      script: 'bench:seed',
      file: 'bench/commands/bench-seed.ts',
      args: [
        ...['--whole', '--scale', largest, '--pairs', '6'],
        ...['--out', `${folder}/seed-whole.json`],
      ],
    },
    {
      name: 'rollout',
      title:
        'the check brought into a database in use, step by step beside traffic, and all at once',
      script: 'bench:rollout',
      file: 'bench/commands/bench-rollout.ts',
      args: [
        ...['--scale', largest, '--rate', String(rolloutRate), '--rollouts', '3'],
        ...['--out', folder, '--run', 'rollout'],
      ],
      makes: 'rollout',
    },
    {
      name: 'instructions',
      title: 'what each design’s check adds to one execution: instructions, pages, WAL',
      script: 'bench',
      file: 'bench/commands/bench.ts',
      args: [
        // on a cluster of its own: the size of the data set is no matter, and this part is the last
        ...['--scale', itemAt(sizes, 0), '--replace', '--designs', designs],
        ...['--scenarios', 'refused', '--max-seconds', String(count)],
        ...['--instructions', '--out', folder, '--run', 'instructions'],
      ],
      makes: 'instructions',
    },
  ];
}
