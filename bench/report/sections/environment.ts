import type { Results, TableState } from '../../results/results.ts';
import { environmentFacts, type Fact, settingFacts } from '../environment-facts.ts';
import { tableHtml } from '../figure.ts';
import { formatBytes, formatCount } from '../format.ts';
import { type Html, html } from '../html.ts';

/** The environment as tables. */
export function environmentHtml(results: Results): Html {
  const { relations, server, tables, machine } = results.environment;
  const flags = machine.processor?.flags ?? [];
  const facts = (caption: string, rows: readonly Fact[]): Html =>
    tableHtml({ caption, columns: [{ heading: 'What' }, { heading: 'Value' }], rows });
  return html`<h3>Environment</h3>
${facts('Where and with what it ran', environmentFacts(results))}
${flags.length > 0 && html`<details><summary>${flags.length} flags of the processor</summary><p>${flags.join(' ')}</p></details>`}
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
