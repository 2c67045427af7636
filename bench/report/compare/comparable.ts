import type { Environment, Results } from '../../results/results.ts';
import { hardwareFacts } from '../environment-facts.ts';
import { formatBytes, formatCount } from '../format.ts';

/** Whether two runs can be compared at all, said before anything else. */
export interface Comparability {
  /** Why not: where there is one, nothing is judged. */
  readonly reasons: readonly string[];
  /** What else is not the same: figures are judged, and a change may be its doing. */
  readonly cautions: readonly string[];
}

/** Settings by which a commit is durable or not: with another one, a commit is another thing. */
const durability: readonly string[] = ['fsync', 'synchronous_commit', 'full_page_writes'];

/** Of the method, what says for how long and how narrow; the rest says what a figure is. */
const effort: readonly string[] = [
  'secondsPerDesign',
  'wantedHalfWidth',
  'fewestSessions',
  'minimumPairs',
  'pairsBetweenLooks',
  'bootstrapResamples',
  'prefaultUpToBytes',
];

/** Two bench runs. */
export function comparability(before: Results, after: Results): Comparability {
  return {
    reasons: [
      ...dataReasons(before.dataSet, after.dataSet),
      ...durabilityReasons(before.environment, after.environment),
      ...methodReasons(before.method, after.method),
      ...durableReasons(before, after),
    ],
    cautions: [
      ...poolerCautions(before, after),
      ...ratioCautions(before.method, after.method),
      ...prefaultCautions(before.method, after.method),
      ...environmentCautions(before.environment, after.environment),
    ],
  };
}

/** Through another pooler, or none, a statement goes another way: told of runs and of loads. */
export function poolerCautions(
  before: Pick<Results, 'pooler'>,
  after: Pick<Results, 'pooler'>,
): readonly string[] {
  const through = ({ pooler }: Pick<Results, 'pooler'>): string =>
    pooler === undefined ? 'no pooler' : `the pooler at ${pooler}`;
  return before.pooler === after.pooler
    ? []
    : [`it went through ${through(before)} before and ${through(after)} after`];
}

/** Older ratios were trimmed means over sessions: of the same pairs a little less than those of single pairs. */
function ratioCautions(
  { ratio: was }: Results['method'],
  { ratio: is }: Results['method'],
): readonly string[] {
  const words = (ratio: typeof was): string => ratio ?? 'of sessions';
  return was === is
    ? []
    : [
        `the ratios are ${words(was)} before and ${words(is)} after: a difference of 1 % may be no other`,
      ];
}

/** A design whose indexes lie between the two was timed with new sessions in one of them. */
function prefaultCautions(before: Results['method'], after: Results['method']): readonly string[] {
  const [was, is] = [before.prefaultUpToBytes, after.prefaultUpToBytes];
  const words = (bytes: number | undefined): string =>
    bytes === undefined ? 'any size' : `up to ${formatBytes(bytes)}`;
  return was === is || before.prefault === undefined || after.prefault === undefined
    ? []
    : [`sessions had read indexes of ${words(was)} before and of ${words(is)} after`];
}

/** How durable a commit of the server is. */
export function durabilityReasons(before: Environment, after: Environment): readonly string[] {
  return durability.flatMap((name) => {
    const [was, is] = [settingOf(before, name), settingOf(after, name)];
    return was === is ? [] : [`commits are not alike: ${name} is ${was} before and ${is} after`];
  });
}

/** Server, settings and machine: a comparison may be of just these, so they are told and no more. */
export function environmentCautions(before: Environment, after: Environment): readonly string[] {
  const facts = ({
    server,
    machine,
  }: Environment): readonly (readonly [string, string | undefined])[] => [
    ['the server', /^PostgreSQL \S+/.exec(server.version)?.[0] ?? server.version],
    ['the kind of server', server.kind],
    ["the server's compiler flags", server.pgConfig['CFLAGS']],
    ["the server's huge pages", server.hugePages],
    ['the processor', `${machine.cpuModel}, ${machine.cpus} visible`],
    ...hardwareFacts(machine).map(([name, value]) => [`the ${name}`, value] as const),
    ['the memory', `${Math.round(machine.memoryBytes / 2 ** 30)} GB`],
    ['the system', machine.platform],
    ['the disk', machine.disk?.fileSystem ?? 'not visible'],
  ];
  const later = new Map(facts(after));
  return [
    ...facts(before).flatMap(([name, was]) => {
      const is = later.get(name);
      // older runs do not say all of it
      if (was === undefined || is === undefined || was === is) return [];
      return [`${name} ${name.endsWith('s') ? 'are' : 'is'} not the same (${was}; ${is})`];
    }),
    ...flagCautions(before, after),
    ...settingCautions(before, after),
  ];
}

function flagCautions(before: Environment, after: Environment): readonly string[] {
  const found = differingFlags(before, after);
  if (found === undefined) return [];
  const { onlyBefore, onlyAfter } = found;
  return [
    `the flags of the processor are not the same (${onlyBefore.length} before only, ${onlyAfter.length} after only)`,
  ];
}

/** The flags of the processor that only one of two has; undefined where none, or one does not say. */
export function differingFlags(
  before: Environment,
  after: Environment,
): { readonly onlyBefore: readonly string[]; readonly onlyAfter: readonly string[] } | undefined {
  const [was, is] = [before.machine.processor?.flags, after.machine.processor?.flags];
  if (was === undefined || is === undefined) return undefined;
  const onlyBefore = was.filter((flag) => !is.includes(flag));
  const onlyAfter = is.filter((flag) => !was.includes(flag));
  return onlyBefore.length + onlyAfter.length === 0 ? undefined : { onlyBefore, onlyAfter };
}

function settingCautions(before: Environment, after: Environment): readonly string[] {
  const names = [before, after].flatMap(({ server }) =>
    server.changedSettings.map(({ name }) => name),
  );
  const different = [...new Set(names)].filter(
    (name) => !durability.includes(name) && settingOf(before, name) !== settingOf(after, name),
  );
  return different.length === 0 ? [] : [`settings are not the same (${different.join(', ')})`];
}

function settingOf({ server }: Environment, name: string): string {
  const found = server.changedSettings.find((setting) => setting.name === name);
  return found === undefined ? 'at its default' : found.value;
}

function dataReasons(before: Results['dataSet'], after: Results['dataSet']): readonly string[] {
  const text = ({ messages, seed, shape, optOuts, blockedContacts }: Results['dataSet']): string =>
    `${formatCount(messages)} messages, seed ${seed}, ${shape === undefined ? '' : `shape ${shape}, `} ${formatCount(optOuts)} opt-outs, ${formatCount(blockedContacts)} blocked numbers`;
  const [was, is] = [text(before), text(after)];
  return was === is ? [] : [`the data are not the same: ${was} before, ${is} after`];
}

/** What of the method is not the same: what a figure is, not how long it took or how narrow it was wanted. */
export function methodReasons(
  before: Results['method'],
  after: Results['method'],
): readonly string[] {
  const entries = (method: object): ReadonlyMap<string, string> =>
    new Map(
      Object.entries(method)
        .filter(([name]) => !effort.includes(name) && name !== 'ratio')
        .map(([name, value]) => [name, JSON.stringify(value)]),
    );
  const [was, is] = [entries(before), entries(after)];
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((name) =>
    was.get(name) === is.get(name)
      ? []
      : [
          `the method is not the same: ${name} is ${was.get(name) ?? 'absent'} before and ${is.get(name) ?? 'absent'} after`,
        ],
  );
}

/** A scenario may be durable on one server and not on the other. */
function durableReasons(before: Results, after: Results): readonly string[] {
  const durableOf = (results: Results): ReadonlyMap<string, boolean> =>
    new Map(
      results.designs.flatMap(({ scenarios }) =>
        scenarios.map(({ name, durable }) => [name, durable] as const),
      ),
    );
  const [was, is] = [durableOf(before), durableOf(after)];
  return [...was].flatMap(([name, durable]) =>
    is.has(name) && is.get(name) !== durable
      ? [`${name} is durable ${durable ? 'before and not after' : 'after and not before'}`]
      : [],
  );
}
