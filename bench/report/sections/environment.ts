import type { Results, TableState } from '../../results/results.ts';
import { tableHtml } from '../figure.ts';
import { formatBytes, formatCount, formatNs } from '../format.ts';
import { type Html, html } from '../html.ts';

/** One fact of the environment: what it is called and what it was. */
export type Fact = readonly [name: string, value: string];

/** Everything about where a run ran that two runs might differ in. */
export function environmentFacts(results: Results): readonly Fact[] {
  const { server, machine, client, project } = results.environment;
  const load = (values: readonly number[]): string =>
    values.map((value) => value.toFixed(2)).join(', ');
  return [
    ['PostgreSQL', server.version],
    ['server', server.kind],
    ['encoding, collation', `${server.encoding}, ${server.collation}`],
    [
      'extensions',
      server.extensions.map((extension) => `${extension.name} ${extension.version}`).join(', '),
    ],
    ['database', formatBytes(server.databaseSizeBytes)],
    ['processor', `${machine.cpuModel}, ${machine.cpus} visible`],
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
    ['command', results.commandLine],
    ['scale, seed', `${results.dataSet.scale}, ${results.dataSet.seed}`],
    ['messages', formatCount(results.dataSet.messages)],
    ['blocked numbers', formatCount(results.dataSet.blockedContacts)],
    ['opt-outs', formatCount(results.dataSet.optOuts)],
    ['delivery reports', formatCount(results.dataSet.reports)],
  ];
}

/** `PostgreSQL 18.4`: what version() says, without the compiler's story. */
export function serverName(results: Results): string {
  const { version } = results.environment.server;
  return /^PostgreSQL \S+/.exec(version)?.[0] ?? version;
}

/** Server settings as text: `16384 (8kB)`. */
export function settingFacts(results: Results): readonly Fact[] {
  return results.environment.server.changedSettings.map((setting) => [
    setting.name,
    setting.unit === '' ? setting.value : `${setting.value} × ${setting.unit}`,
  ]);
}

/** The environment as tables. */
export function environmentHtml(results: Results): Html {
  const { relations, server, tables } = results.environment;
  const facts = (caption: string, rows: readonly Fact[]): Html =>
    tableHtml({ caption, columns: [{ heading: 'What' }, { heading: 'Value' }], rows });
  return html`<h3>Environment</h3>
${facts('Where and with what it ran', environmentFacts(results))}
<details><summary>${server.changedSettings.length} server settings that differ from the default</summary>${facts('Settings that differ from the server’s default', settingFacts(results))}</details>
<details><summary>${relations.length} relations and their sizes</summary>${tableHtml({
    caption: 'Relations when the run ended',
    columns: [
      { heading: 'Relation' },
      { heading: 'Kind' },
      { heading: 'Size', numeric: true },
      { heading: 'Rows', numeric: true },
    ],
    rows: relations.map((relation) => [
      relation.name,
      relation.kind,
      formatBytes(relation.sizeBytes),
      formatCount(Math.max(0, relation.rows)),
    ]),
  })}</details>
${tables !== undefined && html`<details><summary>The state of ${tables.length} tables</summary>${stateTable(tables)}</details>`}
<details><summary>How the server was built</summary>${facts('pg_config', Object.entries(server.pgConfig))}</details>`;
}

function stateTable(tables: readonly TableState[]): Html {
  return tableHtml({
    caption: 'Tables when the run began, after a VACUUM',
    columns: [
      { heading: 'Table' },
      { heading: 'Pages', numeric: true },
      { heading: 'All-visible', numeric: true },
      { heading: 'Live rows', numeric: true },
      { heading: 'Dead rows', numeric: true },
    ],
    rows: tables.map(({ name, pages, allVisiblePages, liveRows, deadRows }) => [
      name,
      formatCount(pages),
      formatCount(allVisiblePages),
      formatCount(liveRows),
      formatCount(deadRows),
    ]),
  });
}
