import type { DesignResult, Results, ScenarioResult } from '../results/results.ts';
import { verdictOf } from '../stats/bootstrap.ts';
import type { EstimateRange } from '../stats/estimate.ts';
import {
  formatBytes,
  formatNs,
  formatNsWithin,
  formatRatio,
  formatRatioBounds,
  formatSignedNsWithin,
} from './format.ts';
import {
  differenceOf,
  isPaired,
  leadDesign,
  mainQuestions,
  pairedOf,
  ratioOf,
  scenarioOf,
  timedDesigns,
  whyNoFigure,
} from './questions.ts';
import { totalSize } from './sections/size.ts';
import type { TextColumn } from './text-table.ts';

/** A table of cells as text, for the terminal and Markdown. */
export interface SummaryTable {
  readonly columns: readonly TextColumn[];
  readonly rows: readonly (readonly string[])[];
  /** Whether a ≈ stands in it. */
  readonly hasUnresolved: boolean;
}

/** The table that sums a run up: one row a design where several were timed, else one row a scenario. */
export function summaryTable(results: Results): SummaryTable {
  const lead = leadDesign(results);
  const table =
    lead !== undefined && timedDesigns(results).length === 1
      ? scenarioTable(lead)
      : designTable(results);
  const hasUnresolved = table.rows.some((row) => row.some((cell) => cell.startsWith('≈')));
  return { ...table, hasUnresolved };
}

type Cells = Omit<SummaryTable, 'hasUnresolved'>;

/** At most 80 characters wide: the interval stands after its ratio, or alone where it includes 1. */
function designTable(results: Results): Cells {
  // reports are in the verdict and in the page: there is room for two ratios
  const questions = mainQuestions(results).slice(0, 2);
  const timed = results.designs.filter((design) => design.status !== 'planned');
  return {
    columns: [
      { heading: 'design' },
      ...questions.map(({ heading }) => ({ heading, align: 'right' as const })),
      { heading: 'check', align: 'right' },
      { heading: 'on disk', align: 'right' },
    ],
    rows: timed.map((design) => [
      design.name,
      ...(design.status === 'timed'
        ? questions.map(({ scenario }) => ratioCell(design, scenario))
        : [design.status, ...questions.slice(1).map(() => '')]),
      serverCell(design),
      design.sizes.length === 0 ? '' : formatBytes(totalSize(design)),
    ]),
  };
}

function scenarioTable(design: DesignResult): Cells {
  return {
    columns: [
      { heading: 'scenario' },
      { heading: 'with / without', align: 'right' },
      { heading: 'added a row', align: 'right' },
      { heading: 'without', align: 'right' },
    ],
    rows: design.scenarios.map((scenario) => [scenario.name, ...scenarioCells(scenario)]),
  };
}

/** Of one scenario: time with over time without, what it adds to a row, and the time without. */
export function scenarioCells(scenario: ScenarioResult): readonly string[] {
  if (scenario.control === 'none') {
    const p50 = scenario.arms[0]?.percentiles.p50;
    return [
      p50 === undefined || p50 === null ? whyNoFigure(scenario) : `${formatNs(p50)} each`,
      '',
      '',
    ];
  }
  if (!isPaired(scenario)) return [whyNoFigure(scenario), '', ''];
  const { paired } = scenario;
  const ratio = ratioOf(paired);
  return [
    ratioText(ratio),
    verdictOf(ratio) === 'could not be told apart'
      ? ''
      : formatSignedNsWithin(differenceOf(paired)),
    formatNs(paired.baselineNs),
  ];
}

function ratioCell(design: DesignResult, name: string): string {
  const paired = pairedOf(design, name);
  return paired === undefined
    ? whyNoFigure(scenarioOf(design, name))
    : ratioText(ratioOf(paired.paired));
}

/** `1.83 (1.73–1.92)`; `≈ 0.97–1.11` where the interval includes 1. */
function ratioText(ratio: EstimateRange): string {
  const bounds = formatRatioBounds(ratio, '–');
  return verdictOf(ratio) === 'could not be told apart'
    ? `≈ ${bounds}`
    : `${formatRatio(ratio)} (${bounds})`;
}

function serverCell(design: DesignResult): string {
  const cost = design.serverSide?.nsPerRow;
  if (cost === undefined) return '';
  const interval = cost;
  return cost.low <= 0
    ? `≤ ${formatNsWithin({ ...interval, value: cost.high })}`
    : formatNsWithin(interval);
}
