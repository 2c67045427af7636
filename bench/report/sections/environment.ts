import type { Results, TableState } from '../../results/results.ts';
import { environmentFacts, type Fact, settingFacts } from '../environment-facts.ts';
import { tableHtml } from '../figure.ts';
import { formatBytes, formatCount } from '../format.ts';
import { folded, type Html, html } from '../html.ts';

/** The environment as tables. */
export function environmentHtml(results: Results): Html {
  const { relations, server, tables, machine } = results.environment;
  const flags = machine.processor?.flags ?? [];
  const facts = (caption: string, rows: readonly Fact[]): Html =>
    tableHtml({
      caption,
      columns: [{ heading: 'What' }, { heading: 'Value' }],
      rows: rows.map(([name, value]) => [html`<span class="line">${name}</span>`, value]),
    });
  return html`<h3>Environment</h3>
${facts('Where and with what it ran', environmentFacts(results))}
${flags.length > 0 && folded(`${flags.length} flags of the processor`, html`<p>${flags.join(' ')}</p>`)}
${folded(`${server.changedSettings.length} server settings that differ from the default`, facts('Settings that differ from the server’s default', settingFacts(results)))}
${folded(
  `${relations.length} relations and their sizes`,
  tableHtml({
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
  }),
)}
${tables !== undefined && folded(`The state of ${tables.length} tables`, stateTable(tables))}
${folded('How the server was built', facts('pg_config', Object.entries(server.pgConfig)))}`;
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
