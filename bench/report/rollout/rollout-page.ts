import { join } from 'node:path';
import { writeTextFile } from '../../../db/cli/output-path.ts';
import { itemAt } from '../../../db/item-at.ts';
import type { RolloutResults, RolloutStage } from '../../rollout/results.ts';
import { stageLabel } from '../../rollout/stage-label.ts';
import { figureHtml, tableHtml, withoutZeros } from '../figure.ts';
import { dateText, formatBytes, formatCount, formatNs } from '../format.ts';
import { folded, type Html, html } from '../html.ts';
import { pageHtml, type Section } from '../page.ts';
import { listInFolderAbove } from '../runs-page.ts';
import { timelineFigure } from './timeline-figure.ts';

/** Writes the page of a rollout beside its rollout.json; returns its path. */
export function writeRolloutPage(results: RolloutResults, folder: string): string {
  const path = join(folder, 'index.html');
  writeTextFile(path, rolloutPageHtml(results));
  listInFolderAbove(folder);
  return path;
}

/** The page of a rollout, from its results alone. */
export function rolloutPageHtml(results: RolloutResults): string {
  return pageHtml({
    title: 'Rollout: the check comes into a database in use',
    subtitle: `${dateText(results.startedAt)} · ${formatCount(results.messages)} messages, ${formatCount(results.optOuts)} opt-outs · ${itemAt(results.environment.server.version.split(' on '), 0)}`,
    sections: [rightSection(results), waitSection(results), stagesSection(results)],
    links: [
      { href: '../index.html', text: '← above' },
      { href: 'rollout.json', text: 'rollout.json' },
    ],
  });
}

function rightSection({ checks }: RolloutResults): Section {
  const wrong = checks.filter(({ ok }) => !ok);
  return {
    id: 'right',
    question: 'Is it right at every moment?',
    mark: wrong.length === 0 ? 'good' : 'bad',
    answer:
      wrong.length === 0
        ? 'Every number that had to be refused was, from each switch on, and no other.'
        : `Not so: ${wrong.map(({ check, found }) => `${check} (${found})`).join('; ')}.`,
    body: tableHtml({
      caption: 'What was looked at',
      columns: [{ heading: 'Check' }, { heading: 'Found' }],
      rows: checks.map(({ check, found }) => [check, found]),
    }),
  };
}

function waitSection(results: RolloutResults): Section {
  const { goals } = results;
  const missed = goals.filter(({ ok }) => !ok);
  const told = (some: typeof goals): string =>
    some.map(({ goal, reached }) => `${goal} (${reached})`).join('; ');
  return {
    id: 'waits',
    question: 'Does anybody wait?',
    mark: missed.length === 0 ? 'good' : 'bad',
    answer:
      missed.length === 0
        ? `Not for long: ${told(goals)}.`
        : `Longer than wanted. Not kept: ${told(missed)}.`,
    body: html`${figureHtml(timelineFigure(results))}
${tableHtml({
  caption: 'What was wanted, and what was reached',
  columns: [{ heading: 'Wanted' }, { heading: 'Reached' }, { heading: 'Kept' }],
  rows: goals.map(({ goal, reached, ok }) => [goal, reached, ok ? 'yes' : 'no']),
})}`,
  };
}

function stagesSection({ stages, naiveAloneSeconds }: RolloutResults): Section {
  const ms = (value: number | null | undefined): string =>
    value === null || value === undefined ? '–' : formatNs(value * 1e6);
  return {
    id: 'stages',
    question: 'What does each step do?',
    mark: 'plain',
    answer: `${formatCount(stages.length)} stages, in the order of time.${naiveAloneSeconds === undefined ? '' : ` All at once without traffic takes ${formatNs(naiveAloneSeconds * 1e9)}.`}`,
    body: html`${tableHtml(
      withoutZeros({
        caption:
          'The traffic’s operations from when they were due; the longest wait for a lock, of the traffic and of the step itself; the longest for which the process that sends stood still',
        columns: [
          { heading: 'Stage' },
          { heading: 'Time', numeric: true },
          { heading: 'p99', numeric: true },
          { heading: 'Longest', numeric: true },
          { heading: 'Traffic’s lock wait', numeric: true },
          { heading: 'Its own', numeric: true },
          { heading: 'Generator’s pause', numeric: true },
          { heading: 'WAL', numeric: true },
          { heading: 'Made', numeric: true },
          { heading: 'Dead rows', numeric: true },
          { heading: 'Outcome' },
        ],
        rows: stages.map((stage) => [
          `${stageLabel(stage)}: ${stage.title}`,
          formatNs(stage.seconds * 1e9),
          ms(stage.sends.p99Ms),
          ms(stage.sends.longestMs),
          ms(stage.trafficWaits[0]?.waitedMs),
          ms(stage.ownWaits[0]?.waitedMs),
          ms(stage.generatorPauseMs),
          formatBytes(stage.walBytes),
          formatBytes(stage.derivedBytes),
          formatCount(stage.derivedDeadRows),
          stage.outcome,
        ]),
      }),
    )}
${toldTable(stages)}
${stages.map((stage) =>
  stage.trafficWaits.length === 0
    ? ''
    : folded(
        `For whom the traffic waited: ${stageLabel(stage)}`,
        tableHtml({
          caption: `The traffic’s longest waits, ${stageLabel(stage)}`,
          columns: [
            { heading: 'Lock' },
            { heading: 'Mode' },
            { heading: 'Waited', numeric: true },
            { heading: 'Held by' },
          ],
          rows: stage.trafficWaits.map(({ what, mode, waitedMs, heldBy }) => [
            what,
            mode,
            ms(waitedMs),
            heldBy,
          ]),
        }),
      ),
)}`,
  };
}

/** What the server itself told of waits; nothing where it was not asked. */
function toldTable(stages: readonly RolloutStage[]): Html | string {
  if (stages.every(({ toldWaits }) => toldWaits === undefined)) return '';
  const rows = stages.flatMap((stage) =>
    (stage.toldWaits ?? []).map(({ what, mode, waitedMs }) => [
      stageLabel(stage),
      what,
      mode,
      formatNs(waitedMs * 1e6),
    ]),
  );
  if (rows.length === 0) {
    return html`<p>The server told of no wait of 50 ms or more (log_lock_waits).</p>`;
  }
  return tableHtml({
    caption: 'The traffic’s waits of 50 ms or more, as the server told of them (log_lock_waits)',
    columns: [
      { heading: 'Stage' },
      { heading: 'Lock' },
      { heading: 'Mode' },
      { heading: 'Waited', numeric: true },
    ],
    rows,
  });
}
