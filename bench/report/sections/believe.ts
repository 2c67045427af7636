import type { Results, ScenarioResult } from '../../results/results.ts';
import { fewestForInterval } from '../../stats/median.ts';
import { blocksChart } from '../charts/blocks.ts';
import { type Figure, figureHtml, tableHtml } from '../figure.ts';
import {
  counted,
  formatNs,
  formatPercentile,
  formatRatio,
  sentenceCase,
  significant,
} from '../format.ts';
import { type Html, html } from '../html.ts';
import type { Section, SectionAnswer } from '../page.ts';
import { armColours, colours } from '../palette.ts';
import {
  isPaired,
  leadDesign,
  pairedOf,
  questionsOf,
  ratioOf,
  timedDesigns,
} from '../questions.ts';
import { environmentHtml } from './environment.ts';

/** Can I believe it: the method, how precise the intervals came out, drift, the environment. */
export function believeSection(results: Results): Section {
  const { method } = results;
  return {
    ...believeAnswer(results),
    body: html`${
      results.warnings.length > 0 &&
      html`<div class="note"><p><b>Know before you believe a figure:</b></p><ul>${results.warnings.map(
        (warning) => html`<li>${warning}</li>`,
      )}</ul></div>`
    }
<h3>Method</h3>
<ul>
<li>Pairs, not absolutes: short blocks with the check and with only the check switched off alternate in random order on one table and one connection. A figure is the median of the pairs’ ratios; its ${formatPercentile(method.confidence)} interval is a bootstrap over pairs (${method.bootstrapResamples} resamples).</li>
<li>A scenario ends when the interval’s half-width is ${formatPercentile(method.wantedHalfWidth)} of the baseline or less (after ${method.minimumPairs} pairs at the least), looked at after every ${method.pairsBetweenLooks} pairs, or when its part of ${method.secondsPerDesign} s a design is up; which of the two is said below.</li>
<li>Closed loop: the next statement starts when the last one ended. It answers “how long does one take”, not “what does a user wait at this rate”.</li>
<li>Two designs are compared by their ratios, each against its own control. Where the interval of that comparison includes 1 they “could not be told apart”: neither equal nor different.</li>
</ul>
${blockFigures(results).map(figureHtml)}
${precisionTable(results)}
${pgbenchHtml(results)}
${environmentHtml(results)}
<h3>What this does not show</h3>
<p>One machine, one disk, a warm cache unless a figure says cold, and generated data. Absolute times
differ elsewhere; ratios travel better, and the order of the designs best.</p>`,
  };
}

/** The answer alone. */
export function believeAnswer(results: Results): SectionAnswer {
  return {
    id: 'believe',
    question: 'Can I believe it?',
    mark: believeMark(results),
    answer: believeSentence(results),
  };
}

/** The answer, with its mark: good where every paired scenario reached the precision that was wanted. */
function believeSentence(results: Results): string {
  const paired = pairedScenarios(results);
  const precise = paired.filter((entry) => entry.scenario.paired.preciseEnough).length;
  const unresolved = paired.filter((entry) => !entry.scenario.paired.resolved).length;
  const limited = paired.filter((entry) => entry.scenario.client?.clientLimited === true).length;
  const weak = weakScenarios(results).length;
  if (paired.length === 0) {
    return weak === 0
      ? 'There are no paired figures to believe.'
      : `No figure is quoted: ${weakText(weak, 'were measured')}.`;
  }
  const parts = [
    precise === paired.length
      ? `All ${counted(paired.length, 'interval')} came out as narrow as was wanted (±${formatPercentile(results.method.wantedHalfWidth)})`
      : `${precise} of ${counted(paired.length, 'interval')} came out as narrow as was wanted (±${formatPercentile(results.method.wantedHalfWidth)}); the others ran out of time and are wider`,
  ];
  if (unresolved > 0) parts.push(`in ${unresolved} the check could not be told from none`);
  if (weak > 0) parts.push(weakText(weak, `more ${weak === 1 ? 'is' : 'are'} not quoted`));
  if (limited > 0) parts.push(`in ${limited} the client was the limit`);
  if (results.warnings.length > 0) parts.push(`${counted(results.warnings.length, 'warning')}`);
  return `${results.complete ? '' : 'The run is not complete. '}${parts.join('; ')}.`;
}

function weakText(weak: number, what: string): string {
  return `${weak} ${what}, on fewer than ${fewestForInterval} pairs`;
}

function weakScenarios(results: Results): readonly ScenarioResult[] {
  return timedDesigns(results).flatMap((design) =>
    design.scenarios.filter((scenario) => scenario.paired !== undefined && !isPaired(scenario)),
  );
}

function believeMark(results: Results): Section['mark'] {
  const paired = pairedScenarios(results);
  const precise = paired.every((entry) => entry.scenario.paired.preciseEnough);
  return results.complete &&
    results.warnings.length === 0 &&
    precise &&
    paired.length > 0 &&
    weakScenarios(results).length === 0
    ? 'good'
    : 'open';
}

function pairedScenarios(results: Results) {
  return timedDesigns(results).flatMap((design) =>
    design.scenarios.filter(isPaired).map((scenario) => ({ design, scenario })),
  );
}

function blockFigures(results: Results): readonly Figure[] {
  const lead = leadDesign(results);
  const questions = questionsOf(results);
  return [questions.oneRow ?? questions.oneRowNotDurable, questions.bulk].flatMap((name) => {
    const scenario = pairedOf(lead, name);
    return lead === undefined || scenario === undefined ? [] : [blockFigure(lead.name, scenario)];
  });
}

/** Every block of one scenario over time. */
export function blockFigure(design: string, scenario: ScenarioResult): Figure {
  const controls = scenario.blocks.filter((block) => block.arm === 'control' && !block.warmup);
  const medians = controls.map((block) => block.medianNs);
  const spread = medians.length === 0 ? 1 : Math.max(...medians) / Math.min(...medians);
  const warmup = scenario.blocks.filter((block) => block.warmup).length;
  const disturbed = scenario.blocks.filter(
    (block) => block.checkpoints + block.autovacuums > 0,
  ).length;
  return {
    finding: `${sentenceCase(scenario.title)}: without the check the slowest block took ${spread.toFixed(2)} times the fastest; pairs cancel that drift`,
    reading: `${design}: the median of every block over the time of the run. ${counted(warmup, 'block')} of warm-up (hollow) left out of the figures; ${disturbed === 0 ? 'no block' : counted(disturbed, 'block')} touched by a checkpoint or autovacuum${disturbed === 0 ? '' : ' (dashed line)'}.`,
    legend: [
      { colour: armColours.treatment, name: 'with the check', shape: 'dot' },
      { colour: armColours.control, name: 'without (triangles)', shape: 'dot' },
      ...(warmup > 0 ? [{ colour: colours.muted, name: 'warm-up', shape: 'hollow' as const }] : []),
    ],
    chart: blocksChart(
      `${scenario.title}: median of each block over time`,
      scenario.blocks.map((block) => ({
        seconds: block.startedMs / 1000,
        medianNs: block.medianNs,
        arm: block.arm,
        warmup: block.warmup,
        disturbed: block.checkpoints + block.autovacuums > 0,
      })),
    ),
    data: {
      caption: `${design}, ${scenario.title}: every block`,
      columns: [
        { heading: 'Block' },
        { heading: 'Arm' },
        { heading: 'Started', numeric: true },
        { heading: 'Statements', numeric: true },
        { heading: 'Median', numeric: true },
        { heading: '95 %', numeric: true },
        { heading: 'Maximum', numeric: true },
        { heading: 'WAL a statement', numeric: true },
        { heading: 'Note' },
      ],
      rows: scenario.blocks.map((block) => [
        `${block.order} (pair ${block.pair})`,
        block.arm === 'treatment' ? 'with' : 'without',
        `${significant(block.startedMs / 1000, 4)} s`,
        String(block.samples),
        formatNs(block.medianNs),
        formatNs(block.p95Ns),
        formatNs(block.maxNs),
        block.samples === 0 ? '–' : `${significant(block.walBytes / block.samples, 3)} B`,
        [
          block.warmup ? 'warm-up' : '',
          block.checkpoints > 0 ? 'checkpoint' : '',
          block.autovacuums > 0 ? 'autovacuum' : '',
          block.fullPageImages > 0 ? `${block.fullPageImages} full-page images` : '',
        ]
          .filter((text) => text !== '')
          .join(', '),
      ]),
    },
  };
}

function precisionTable(results: Results): Html {
  return html`<details><summary>How precise each figure is, and how busy the client was</summary>${tableHtml(
    {
      caption: 'Every paired scenario of every design',
      columns: [
        { heading: 'Design' },
        { heading: 'Scenario' },
        { heading: 'Pairs', numeric: true },
        { heading: 'Ratio', numeric: true },
        { heading: 'Half-width', numeric: true },
        { heading: 'Stopped because' },
        { heading: 'Client busy', numeric: true },
        { heading: 'Event loop p99', numeric: true },
      ],
      rows: timedDesigns(results)
        .flatMap((design) =>
          design.scenarios.flatMap((scenario) =>
            scenario.paired === undefined ? [] : [{ design, scenario, paired: scenario.paired }],
          ),
        )
        .map(({ design, scenario, paired }) => [
          design.name,
          scenario.title,
          `${paired.pairs}${paired.pairs < fewestForInterval ? ', too few' : ''}`,
          formatRatio(ratioOf(paired)),
          `±${significant(paired.halfWidth * 100, 2)} %`,
          scenario.stoppedBecause,
          ...clientCells(scenario),
        ]),
    },
  )}</details>`;
}

/** A scenario with pairs has timed something. */
function clientCells({ name, client }: ScenarioResult): readonly (Html | string)[] {
  if (client === undefined) throw new Error(`${name} has pairs, and nothing of its client`);
  return [
    html`${Math.round(client.utilisation * 100)} %${client.clientLimited && html` <span class="bad-text">the limit</span>`}`,
    formatNs(client.eventLoopDelayP99Ns),
  ];
}

function pgbenchHtml({ pgbench }: Results): Html {
  if (pgbench.state === 'absent') {
    return html`<p class="soft">Not compared with pgbench: ${pgbench.reason}.</p>`;
  }
  return html`<h3>The same statements through pgbench</h3>${tableHtml({
    caption: `Median latency through pgbench ${pgbench.version} and through this lab’s client, in alternating blocks`,
    columns: [
      { heading: 'Scenario' },
      { heading: 'Design' },
      { heading: 'Arm' },
      { heading: 'pgbench', numeric: true },
      { heading: 'this lab', numeric: true },
      { heading: 'ratio', numeric: true },
    ],
    rows: pgbench.comparisons.map((row) => [
      row.scenario,
      row.design,
      row.arm === 'treatment' ? 'with' : 'without',
      formatNs(row.pgbenchP50Ns),
      formatNs(row.oursP50Ns),
      row.ratio.toFixed(2),
    ]),
  })}`;
}
