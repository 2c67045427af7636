import type { ArmSlice, Results, ScenarioResult, Slice } from '../../results/results.ts';
import { fewestForInterval } from '../../stats/median.ts';
import { slicesChart } from '../charts/slices.ts';
import { type Figure, figureHtml, tableHtml } from '../figure.ts';
import {
  counted,
  formatBytes,
  formatCount,
  formatNs,
  formatPercentile,
  formatRatio,
  sentenceCase,
  significant,
} from '../format.ts';
import { folded, type Html, html } from '../html.ts';
import { noiseFloorText } from '../noise-floor.ts';
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
  const slices = slicesFigures(results);
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
${methodItems(results).map((item) => html`<li>${item}</li>`)}
<li>Closed loop: the next statement starts when the last one ended. It answers “how long does one take”, not “what does a user wait at this rate”.</li>
</ul>
${slices.length > 0 && html`<h3>What the machine did meanwhile</h3><p class="soft">${slicesReading}</p>`}
${slices.map(figureHtml)}
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

/** The verdict in a line. */
export function believeLine(results: Results): string {
  const paired = pairedScenarios(results);
  if (paired.length === 0) return `no figure; ${moreTime(results)}`;
  const precise = paired.filter(({ scenario }) => scenario.paired.preciseEnough).length;
  const warnings = results.warnings.length;
  return `every figure by pairs, with its interval: ${precise} of ${formatCount(paired.length)} within ±${formatPercentile(results.method.wantedHalfWidth)}${warnings === 0 ? '' : `; ${counted(warnings, 'warning')}`}`;
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
      ? `No pair of sessions came to its end in ${results.method.secondsPerDesign} s a design; ${moreTime(results)}.`
      : `No figure is quoted: ${weakText(weak, 'were measured')}; ${moreTime(results)}.`;
  }
  const parts = [
    precise === paired.length
      ? `All ${counted(paired.length, 'interval')} came out as narrow as was wanted (±${formatPercentile(results.method.wantedHalfWidth)})`
      : `${precise} of ${counted(paired.length, 'interval')} came out as narrow as was wanted (±${formatPercentile(results.method.wantedHalfWidth)}); the others ran out of time and are wider`,
  ];
  const floor = noiseFloorText(results);
  if (floor !== undefined) parts.push(floor);
  if (unresolved > 0) parts.push(`in ${unresolved} the check could not be told from none`);
  if (weak > 0) parts.push(weakText(weak, `more ${weak === 1 ? 'is' : 'are'} not quoted`));
  if (limited > 0) parts.push(`in ${limited} the client was the limit`);
  if (results.warnings.length > 0) parts.push(`${counted(results.warnings.length, 'warning')}`);
  return `${parts.join('; ')}.`;
}

/** What to do where there was too little time for any figure. */
function moreTime(results: Results): string {
  const { dataSet, method } = results;
  const seconds = Math.ceil(
    4 * method.secondsPerDesign * Math.max(1, timedDesigns(results).length),
  );
  return `give it more time, or a quieter machine: npm run bench -- --scale ${dataSet.scale} --max-seconds ${seconds}`;
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
  return results.warnings.length === 0 &&
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

function slicesFigures(results: Results): readonly Figure[] {
  const lead = leadDesign(results);
  const questions = questionsOf(results);
  return [questions.oneRow ?? questions.oneRowNotDurable, questions.bulk].flatMap((name) => {
    const scenario = pairedOf(lead, name);
    return lead === undefined || scenario === undefined ? [] : [slicesFigure(lead.name, scenario)];
  });
}

const slicesReading =
  'The median of either arm in every stretch of pairs, over the time of the run; hollow is warm-up, which is left out of the figures, a dashed line a checkpoint or autovacuum.';

/** Every slice of one scenario over time. */
export function slicesFigure(design: string, scenario: ScenarioResult): Figure {
  const controls = scenario.slices.flatMap(({ warmup, control }) =>
    warmup || control === undefined ? [] : [control.medianNs],
  );
  const spread = controls.length === 0 ? 1 : Math.max(...controls) / Math.min(...controls);
  const warmup = scenario.slices.filter((slice) => slice.warmup).length;
  const disturbed = scenario.slices.filter(isDisturbed).length;
  const blocks = scenario.method === 'blocks';
  const noun = blocks ? 'pair of blocks' : 'slice';
  const nouns = blocks ? 'pairs of blocks' : 'slices';
  const arms = (['treatment', 'control'] as const).flatMap((arm) =>
    scenario.slices.flatMap((slice) => {
      const own = slice[arm];
      return own === undefined ? [] : [{ arm, slice, own }];
    }),
  );
  return {
    id: `slices-${scenario.name}`,
    finding: `${sentenceCase(scenario.title)}: without the check the slowest ${noun} took ${spread.toFixed(2)} times the fastest; pairs cancel that drift`,
    reading: `${design}, ${scenario.title}: ${counted(warmup, noun, nouns)} of warm-up, ${disturbed === 0 ? 'none' : disturbed} touched by a checkpoint or autovacuum.`,
    kindReading: slicesReading,
    legend: [
      { colour: armColours.treatment, name: 'with the check', shape: 'dot' },
      { colour: armColours.control, name: 'without (triangles)', shape: 'dot' },
      ...(warmup > 0 ? [{ colour: colours.muted, name: 'warm-up', shape: 'hollow' as const }] : []),
    ],
    chart: slicesChart(
      `${scenario.title}: median of each ${noun} over time`,
      arms.map(({ arm, slice, own }) => ({
        seconds: slice.startedMs / 1000,
        medianNs: own.medianNs,
        arm,
        warmup: slice.warmup,
        disturbed: isDisturbed(slice),
      })),
    ),
    data: {
      caption: `${design}, ${scenario.title}: every ${noun}`,
      columns: [
        { heading: 'Sessions' },
        { heading: 'Arms' },
        { heading: 'Started', numeric: true },
        { heading: 'Pairs', numeric: true },
        { heading: 'With', numeric: true },
        { heading: 'Without', numeric: true },
        { heading: 'Difference', numeric: true },
        { heading: 'Machine busy', numeric: true },
        { heading: 'Note' },
      ],
      rows: scenario.slices.map((slice) => [
        String(slice.sessions),
        slice.swapped ? 'changed' : 'as opened',
        `${significant(slice.startedMs / 1000, 4)} s`,
        String((slice.control ?? slice.treatment)?.samples ?? '–'),
        armText(slice.treatment),
        armText(slice.control),
        slice.differenceNs === undefined ? '–' : formatNs(slice.differenceNs),
        slice.busyShare === undefined ? '–' : `${Math.round(slice.busyShare * 100)} %`,
        [
          slice.warmup ? 'warm-up' : '',
          slice.checkpoints > 0 ? 'checkpoint' : '',
          slice.autovacuums > 0 ? 'autovacuum' : '',
          slice.fullPageImages > 0 ? `${slice.fullPageImages} full-page images` : '',
          slice.stealShare !== undefined && slice.stealShare > 0.01
            ? `${Math.round(slice.stealShare * 100)} % stolen`
            : '',
        ]
          .filter((text) => text !== '')
          .join(', '),
      ]),
    },
  };
}

function armText(arm: ArmSlice | undefined): string {
  return arm === undefined ? '–' : formatNs(arm.medianNs);
}

function isDisturbed({ checkpoints, autovacuums }: Slice): boolean {
  return checkpoints + autovacuums > 0;
}

/** What a ratio and an added time are, and how far their intervals hold. */
function figureWords({ ratio }: Results['method'], confidence: string): string {
  const held = 'holds the truth in 95 to 98 of 100 modelled series (npm run bench:coverage)';
  return ratio === undefined
    ? `The figure is the trimmed mean over sessions; its ${confidence} interval ${held}.`
    : `The ratio is the trimmed mean of those of single pairs; its ${confidence} interval, made over sessions, ${held}. The added time is the trimmed mean over sessions.`;
}

/** How the figures came about, one sentence or two each; of older runs as they came about then. */
function methodItems({ method, designs }: Results): readonly string[] {
  const confidence = formatPercentile(method.confidence);
  const width = formatPercentile(method.wantedHalfWidth);
  const ends = `or when its part of ${method.secondsPerDesign} s a design is up; which of the two is said below.`;
  if (method.order === 'shuffled pairs') {
    return [
      `Pairs, not absolutes: short blocks with the check and with only the check switched off alternate in random order on one table and one connection. A figure is the median of the pairs’ ratios; its ${confidence} interval is a bootstrap over pairs (${method.bootstrapResamples} resamples).`,
      `A scenario ends when the interval’s half-width is ${width} of the baseline or less (after ${method.minimumPairs} pairs at the least), looked at after every ${method.pairsBetweenLooks} pairs, ${ends}`,
      'Two designs are compared by their ratios, each against its own control. Where the interval of that comparison includes 1 they “could not be told apart”: neither equal nor different.',
    ];
  }
  const used = new Set(designs.flatMap(({ scenarios }) => scenarios.map((one) => one.method)));
  return [
    'Pairs of single statements: two sessions take turns, statement by statement, in random order, one with the check and one without. What slows the machine slows both.',
    `The arms change sessions several times, and sessions are opened anew: a session’s own share cancels. ${figureWords(method, confidence)}`,
    method.placement === undefined
      ? 'Where the server’s side of the sessions ran was left to the system.'
      : 'Where one client sends, the server’s side of both arms is kept on one processor, so that neither arm has the client’s beside it more often.',
    prefaultWords(method),
    ...[...used].flatMap((one) => armMethodWords[one] ?? []),
    `A scenario ends when the interval’s half-width is ${width} of the baseline or less (twice that for a thousand rows and for reports), after ${method.fewestSessions} pairs of sessions at the least, ${ends}`,
    'Two designs are compared by their ratios, each against its own control, widened for as many comparisons as there are pairs of designs. Where the interval includes 1 they “could not be told apart”: neither equal nor different.',
  ];
}

function prefaultWords({ prefault, prefaultUpToBytes }: Results['method']): string {
  if (prefault === undefined) {
    return 'Sessions are fresh: the first time that one reads a page of an index it has to map that page, which one that has been open for long has done.';
  }
  const where =
    prefaultUpToBytes === undefined
      ? ''
      : `, where these have ${formatBytes(prefaultUpToBytes)} at most`;
  return `Every session has read all pages of the lookup’s indexes before it is timed${where}: as one that has been open for long.`;
}

const armMethodWords: Readonly<Partial<Record<ScenarioResult['method'], string>>> = {
  'trigger modes':
    'Both arms on one table: the check’s trigger rests in a session that is a replica (session_replication_role); all other triggers, foreign keys included, fire in both.',
  'twin tables':
    'Where the trigger’s mode cannot be chosen: two tables like that of the messages, with the same keys and foreign keys, empty at first, one with the check and one without.',
  'session role': 'A policy: the control’s role is the owner’s, which passes by it.',
  'twin view': 'A view: the control inserts through a view without the check, into the same table.',
};

function precisionTable(results: Results): Html {
  return folded(
    'How precise each figure is, and how busy the client was',
    tableHtml({
      caption: 'Every paired scenario of every design',
      columns: [
        { heading: 'Design' },
        { heading: 'Scenario' },
        { heading: 'How the arms differ' },
        { heading: 'Sessions', numeric: true },
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
          scenario.method,
          `${paired.sessions}${paired.sessions < fewestForInterval ? ', too few' : ''}`,
          formatCount(paired.pairs),
          formatRatio(ratioOf(paired)),
          `±${significant(paired.halfWidth * 100, 2)} %`,
          scenario.stoppedBecause,
          ...clientCells(scenario),
        ]),
    }),
  );
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
    caption: `Median latency through pgbench ${pgbench.version.replace(/^pgbench /, '')} and through this lab’s client, in alternating blocks`,
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
