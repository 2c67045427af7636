import { throughPooler } from '../network/through-pooler.ts';
import type { Capability, ProcessorCache, Results } from '../results/results.ts';
import { formatBytes, formatCount, formatNs } from './format.ts';

/** One fact of the environment: what it is called and what it was. */
export type Fact = readonly [name: string, value: string];

/** Everything about where a run ran, and on what, that two runs might differ in. */
export function environmentFacts(results: Results): readonly Fact[] {
  return [
    ...placeFacts(results.environment),
    ...poolerFacts(results),
    ['command', results.commandLine],
    ['scale, seed', `${results.dataSet.scale}, ${results.dataSet.seed}`],
    ...(results.dataSet.shape === undefined ? [] : [['shape', results.dataSet.shape] as const]),
    ['messages', formatCount(results.dataSet.messages)],
    ['blocked numbers', formatCount(results.dataSet.blockedContacts)],
    ['opt-outs', formatCount(results.dataSet.optOuts)],
    ['delivery reports', formatCount(results.dataSet.reports)],
  ];
}

/** Server, machine, client and commit: of a run or of a load. */
export function placeFacts(environment: Results['environment']): readonly Fact[] {
  const { server, machine, client, project } = environment;
  const load = (values: readonly number[]): string =>
    values.map((value) => value.toFixed(2)).join(', ');
  return [
    ['PostgreSQL', server.version],
    ['server', server.kind],
    ...(server.cluster === undefined ? [] : [['nodes', server.cluster] as const]),
    ['encoding, collation', `${server.encoding}, ${server.collation}`],
    [
      'extensions',
      server.extensions.map((extension) => `${extension.name} ${extension.version}`).join(', '),
    ],
    ...capabilityFacts(server.capabilities ?? []),
    ['database', formatBytes(server.databaseSizeBytes)],
    ...(server.hugePages === undefined ? [] : [['huge pages', server.hugePages] as const]),
    ...buildFacts(environment),
    ['processor', `${machine.cpuModel}, ${machine.cpus} visible`],
    ...hardwareFacts(machine),
    ['memory', formatBytes(machine.memoryBytes)],
    [
      'disk',
      machine.disk === undefined
        ? 'not visible from here'
        : `${machine.disk.fileSystem} on ${machine.disk.device}${
            machine.disk.fsyncNs === undefined
              ? ''
              : `, 8 kB and fsync in ${formatNs(machine.disk.fsyncNs)}`
          }`,
    ],
    ['system', `${machine.platform}, ${machine.kernel}`],
    ['load average before', load(machine.loadBefore)],
    ['load average after', load(machine.loadAfter)],
    ...processorTimeFacts(machine),
    ['Node', `${client.node} (V8 ${client.v8})`],
    [
      'packages',
      Object.entries(client.packages)
        .map(([name, version]) => `${name} ${version}`)
        .join(', '),
    ],
    ['clock resolution', formatNs(client.clockResolutionNs)],
    [
      'commit',
      `${project.commit.slice(0, 12)}${project.dirty ? ', with uncommitted changes' : ''}`,
    ],
  ];
}

/** How a bench went through a pooler, where it did. */
function poolerFacts({ pooler }: Results): readonly Fact[] {
  if (pooler === undefined) return [];
  return [
    ['through a transaction pooler at', pooler],
    ...throughPooler.map(([what, how]): Fact => [`through the pooler: ${what}`, how]),
  ];
}

/** What the processor is by number, and what holds it, as far as the run says. */
export function hardwareFacts({
  processor,
  caches,
  hypervisor,
  product,
}: Results['environment']['machine']): readonly Fact[] {
  return said([
    ['processor by number', processor && entriesText(processor.identity)],
    ['caches', caches?.map(cacheText).join(', ')],
    ['hypervisor', hypervisor],
    ['machine', product],
  ]);
}

/** `PostgreSQL 18.4; Intel Xeon, 2 processors, huge pages`: server and machine in a few words. */
export function placeWords({ machine, server }: Results['environment']): string {
  const [version] = server.version.split(' on ');
  const pages = server.hugePages === 'on' ? ', huge pages' : '';
  return `${version}; ${machine.cpuModel}, ${machine.cpus} processors${pages}`;
}

/** What the processors did between the beginning of the run and its end. */
export function processorTimeFacts({
  busyShare,
  stealShare,
}: Results['environment']['machine']): readonly Fact[] {
  const percent = (share: number | undefined): string | undefined =>
    share === undefined ? undefined : `${(share * 100).toFixed(1)} %`;
  return said([
    ['processors busy during the run', percent(busyShare)],
    ['taken by other machines (steal)', percent(stealShare)],
  ]);
}

function said(facts: readonly (readonly [string, string | undefined])[]): readonly Fact[] {
  return facts.flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, value] as const],
  );
}

function entriesText(entries: Readonly<Record<string, string>>): string {
  return Object.entries(entries)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}

function cacheText({ level, holds, sizeBytes }: ProcessorCache): string {
  const what = holds === 'both' ? '' : holds === 'data' ? ' data' : ' instructions';
  return `L${level}${what} ${formatBytes(sizeBytes)}`;
}

/** What the compiler was told, where the role may know. */
function buildFacts({ server }: Results['environment']): readonly Fact[] {
  const flags = server.pgConfig['CFLAGS'];
  return flags === undefined ? [] : [['compiled with', flags]];
}

/** What the server let the run do, and what the run did without. */
export function capabilityFacts(capabilities: readonly Capability[]): readonly Fact[] {
  if (capabilities.length === 0) return [];
  const allowed = capabilities.filter((one) => one.allowed).map(({ name }) => name);
  return [
    [
      'the role may use',
      allowed.length === 0 ? 'none of what the lab asks for' : allowed.join(', '),
    ],
    ...capabilities
      .filter((one) => !one.allowed)
      .map(
        ({ name, reason, without }): Fact => [
          `without ${name}`,
          reason === undefined ? without : `${without} (${reason})`,
        ],
      ),
  ];
}

/** `PostgreSQL 18.4`: what version() says, without the compiler's story; and whether a pooler was before it. */
export function serverName({
  environment,
  pooler,
}: Pick<Results, 'environment' | 'pooler'>): string {
  const { version } = environment.server;
  const name = /^PostgreSQL \S+/.exec(version)?.[0] ?? version;
  return pooler === undefined ? name : `${name} through a pooler`;
}

/** Server settings as text: `16384 (8kB)`. */
export function settingFacts(results: Pick<Results, 'environment'>): readonly Fact[] {
  return results.environment.server.changedSettings.map((setting) => [
    setting.name,
    setting.unit === '' ? setting.value : `${setting.value} × ${setting.unit}`,
  ]);
}
