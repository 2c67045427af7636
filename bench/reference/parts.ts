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
  /** Other servers that the embedded one is compared with. */
  readonly against: readonly OtherServer[];
}

/** A server, and what it is called in the reference. */
export interface OtherServer {
  readonly name: string;
  readonly url: string;
}

/** Time for timing one design at the last size. */
const designSeconds = 30;

/** Time for all scenarios of the default design. */
const scenarioSeconds = 300;

/** Time for the designs of the picture, all together: with more the reference would be larger than 12 MB. */
const picturedSeconds = 180;

/** Operations a second beside a rollout. */
const rolloutRate = 500;

/** Time for timing the default design against another server. */
const againstSeconds = 150;

/** Time for timing one design each time that the bench is repeated. */
const repeatSeconds = 10;

/** The size of what is measured beside the bench; a reference that does not reach it takes its last. */
const besideSize = '10M';

/** The default, the statement trigger, and those that are cheap for one row or in bulk. */
const pictured = [
  defaultDesignName,
  'blocked_hash',
  'statement_trigger',
  'statement_trigger_hash',
  'row_security_hash',
] as const;

/** How the names of the parts begin that repeat the bench. */
export const repeatName = 'repeat-';

/** The part that repeats the scenarios of the default design at the last size, hours later. */
export const scenariosAgainName = 'scenarios-again';

/** The parts in the order in which they need each other: the bench leaves its last size in place. */
export function referenceParts(options: ReferenceOptions): readonly Part[] {
  const { sizes, designs, out, name, rate, loadSeconds, against } = options;
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
  const beside = sizes.includes(besideSize) ? besideSize : largest;
  const scenarios = [
    ...['--scale', largest, '--designs', defaultDesignName, '--scenarios', 'all', '--no-plans'],
    ...['--max-seconds', String(scenarioSeconds)],
  ];
  // of what is measured again, what it prints is kept; the run itself would be too large to be committed
  const again = (part: string, title: string, ...args: readonly string[]): Part => ({
    name: part,
    title,
    script: 'bench',
    file: 'bench/commands/bench.ts',
    args: [...args, '--out', `${folder}-repeats`, '--run', part],
    makes: `../${name}-repeats/${part}`,
  });
  const offered = ['--rate', String(rate), '--duration', String(loadSeconds)];
  const repeat = (index: number): Part =>
    again(
      `${repeatName}${index}`,
      'every design once more, in a data set of its own: do runs agree?',
      ...['--scale', beside, '--designs', designs, '--database', 'optout_lab_repeat'],
      ...['--replace', '--no-instructions', '--no-plans', '--json'],
      ...['--max-seconds', String(repeatSeconds * count)],
    );
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
          '--instructions',
          '--resume',
        ],
      ],
    },
    repeat(1),
    {
      name: 'scenarios',
      title: 'every scenario of the default design at the last size',
      script: 'bench',
      file: 'bench/commands/bench.ts',
      args: [...scenarios, '--out', folder, '--run', 'scenarios'],
      makes: 'scenarios',
    },
    {
      name: 'five-designs',
      title: 'the designs of README’s picture, timed longer',
      script: 'bench',
      file: 'bench/commands/bench.ts',
      args: [
        ...['--scale', largest, '--designs', pictured.join(','), '--no-plans'],
        ...['--max-seconds', String(picturedSeconds), '--out', folder, '--run', 'five-designs'],
      ],
      makes: 'five-designs',
    },
    load('load-campaign', 'a campaign at a fixed rate', '--mix', 'campaign', ...offered),
    load('load-opt-out-wave', 'a wave of opt-outs', '--mix', 'opt-out-wave', ...offered),
    load(
      'load-ramp',
      'the highest rate that keeps the objective',
      ...['--ramp', '500..16000', '--slo', 'p99<10ms', '--check', 'both'],
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
    load(
      'load-failover',
      'a primary killed under load, and its standby promoted',
      ...['--failover', 'sync', '--failovers', '3'],
    ),
    repeat(2),
    {
      name: 'shapes',
      title: 'the check over data of other shapes',
      script: 'bench:shapes',
      file: 'bench/commands/bench-shapes.ts',
      args: [
        ...['--scale', 'small', '--name', `${name}-shapes`, '--again'],
        ...['--page', `${folder}/shapes.html`],
      ],
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
    repeat(3),
    again(
      scenariosAgainName,
      'every scenario of the default design at the last size, hours later',
      ...[...scenarios, '--no-instructions', '--json'],
    ),
    // the last: both servers get another data set
    ...against.map(
      (other): Part => ({
        name: `against-${other.name}`,
        title: `the server against another one: ${other.name}`,
        script: 'bench',
        file: 'bench/commands/bench.ts',
        args: [
          ...['--scale', beside, '--replace', '--against', other.url],
          ...['--max-seconds', String(againstSeconds), '--instructions'],
          ...['--out', `${folder}-against`, '--run', `against-${other.name}`],
        ],
        makes: `../${name}-against/against-${other.name}`,
      }),
    ),
  ];
}
