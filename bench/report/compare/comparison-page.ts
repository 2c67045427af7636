import { overheadChart } from '../charts/overhead.ts';
import { serverName } from '../environment-facts.ts';
import { type Figure, figureHtml, tableHtml } from '../figure.ts';
import { dateText, formatChange, formatChangeInterval } from '../format.ts';
import { html } from '../html.ts';
import { type Mark, pageHtml } from '../page.ts';
import type { Change, Comparison } from './compare-runs.ts';
import { comparisonSentence, comparisonTables } from './comparison-tables.ts';

/** A comparison as a page: what changed as a chart, then the tables. */
export function comparisonPage(comparison: Comparison): string {
  const { before, after } = comparison;
  const judged = comparison.changes.filter((change) => change.judged);
  return pageHtml({
    title: `${before.runId} and ${after.runId}`,
    subtitle: `Before: ${dateText(before.startedAt)}, ${serverName(before)}. After: ${dateText(after.startedAt)}, ${serverName(after)}.`,
    sections: [
      {
        id: 'changes',
        question: 'What changed?',
        mark: comparison.missing.length > 0 && judged.length > 0 ? 'bad' : markOf(judged),
        answer: comparisonSentence(comparison),
        body: html`${judged.length > 0 && figureHtml(changeFigure(judged, comparison.kind))}
${comparisonTables(comparison).map(
  (table, index, all) =>
    html`<h3>${table.title}</h3>${tableHtml({
      label: table.title,
      // a note that several tables have is said above the first
      caption: all.findIndex(({ note }) => note === table.note) === index ? table.note : '',
      columns: table.columns.map((column) => ({
        heading: column.heading,
        numeric: column.align === 'right',
      })),
      rows: table.rows,
    })}`,
)}`,
      },
    ],
  });
}

function markOf(judged: readonly Change[]): Mark {
  if (judged.length === 0) return 'open';
  return judged.some((change) => change.verdict === 'slower') ? 'bad' : 'good';
}

function changeFigure(judged: readonly Change[], kind: Comparison['kind']): Figure {
  const shown = judged.slice(0, 40);
  const worst = shown[0];
  return {
    id: 'change',
    finding:
      worst === undefined || worst.verdict !== 'slower'
        ? 'Nothing got slower'
        : `${worst.design} got slowest: ${worst.title} by ${formatChange(worst.ratio)}`,
    reading: `The later run over the earlier one${kind === 'bench' ? ', drift divided out' : ''}, with its 95 % interval; right of the line is slower. Hollow and grey: could not be told apart.${judged.length > shown.length ? ` The first ${shown.length} of ${judged.length}.` : ''}`,
    chart: overheadChart(
      shown.map((change) => ({
        name: `${change.design}, ${change.scenario}`,
        ratio: change.ratio,
        label: formatChange(change.ratio),
        resolved: change.verdict !== 'could not be told apart',
      })),
      {
        label: 'Change from the earlier run to the later one, by design and scenario',
        axis: 'later run over earlier run',
        nameWidth: 330,
        whole: true,
      },
    ),
    data: {
      caption: 'Change by design and scenario',
      columns: [
        { heading: 'Design and scenario' },
        { heading: 'Change', numeric: true },
        { heading: '95 % interval', numeric: true },
      ],
      rows: shown.map((change) => [
        `${change.design}, ${change.title}`,
        formatChange(change.ratio),
        formatChangeInterval(change.ratio),
      ]),
    },
  };
}
