import type { DesignResult, Results } from '../../results/results.ts';
import type { EstimateRange } from '../../stats/estimate.ts';
import { tableHtml } from '../figure.ts';
import {
  formatChange,
  formatNs,
  formatNsWithin,
  formatSignedNsWithin,
  inWords,
} from '../format.ts';
import { folded, type Html } from '../html.ts';
import type { Section, SectionAnswer } from '../page.ts';
import {
  anyScenario,
  differenceOf,
  leadDesign,
  type PairedScenario,
  pairedOf,
  questionsOf,
  ratioOf,
  timedDesigns,
  whyNoFigure,
} from '../questions.ts';

/** What a commit may take elsewhere, in milliseconds: a good disk, a network's, a bad one's. */
export const commitsMs = [0.1, 1, 10] as const;

/** What the check costs a send and a report, on this machine and with other commits. */
export function costSection(results: Results): Section {
  const table = commitTable(results);
  return {
    ...costAnswer(results),
    body: table !== undefined && folded('Every design with commits of other lengths', table),
  };
}

/** The answer alone. */
export function costAnswer(results: Results): SectionAnswer {
  const lead = leadDesign(results);
  const questions = questionsOf(results);
  const row = questions.oneRow === undefined ? 'a row that is not durable' : 'a durable row';
  const asked = [
    [row, questions.oneRow ?? questions.oneRowNotDurable],
    [bulkWords(results, questions.bulk), questions.bulk],
    ['a report that an opt-out came', questions.report],
  ] as const;
  const parts = asked.flatMap(([words, scenario]) =>
    lead === undefined || scenario === undefined ? [] : [`${words}: ${costText(lead, scenario)}`],
  );
  const commits = lead === undefined || !isTold(results, lead) ? [] : commitShares(results, lead);
  const shares = commits.map(({ ms, percent }) => `${percent} where a commit takes ${ms} ms`);
  return {
    id: 'cost',
    question: 'What does it cost?',
    mark: parts.length === 0 ? 'open' : 'plain',
    answer:
      parts.length === 0
        ? 'Nothing was timed that would say.'
        : `${lead?.name} adds to ${parts.join('; to ')}.${shares.length === 0 ? '' : ` A durable row takes ${inWords(shares)}.`}`,
  };
}

function bulkWords(results: Results, scenario: string | undefined): string {
  const rows =
    scenario === undefined ? undefined : anyScenario(results, scenario)?.rowsPerStatement;
  return rows === undefined ? 'bulk' : `each of ${rows.toLocaleString('en')} rows at once`;
}

function costText(design: DesignResult, name: string): string {
  const scenario = pairedOf(design, name);
  if (scenario === undefined) {
    return `not resolved (${whyNoFigure(design.scenarios.find((one) => one.name === name))})`;
  }
  return pairedText(scenario);
}

/** `+13 µs (+8 %)`; where it could not be told from nothing, its bounds. */
function pairedText({ paired }: PairedScenario): string {
  const added = differenceOf(paired);
  return !isToldFromNone(added)
    ? `between ${moreOrLess(added.low)} and ${moreOrLess(added.high)}, not told from nothing`
    : `${formatSignedNsWithin(added)} (${formatChange(ratioOf(paired))})`;
}

/** Whether time was told from none, more or less: by its own interval, which is wider than the ratio's. */
function isToldFromNone({ low, high }: EstimateRange): boolean {
  return low > 0 || high < 0;
}

function moreOrLess(ns: number): string {
  return `${formatNs(Math.abs(ns))} ${ns < 0 ? 'less' : 'more'}`;
}

/** Whether the time that a design adds to one row was told from nothing: of what was not, no share is worked out. */
function isTold(results: Results, design: DesignResult): boolean {
  const { oneRow, oneRowNotDurable } = questionsOf(results);
  const added = pairedOf(design, oneRow ?? oneRowNotDurable);
  return added !== undefined && isToldFromNone(differenceOf(added.paired));
}

/** What the added time of one durable row is of a row whose commit takes so long. */
export function commitShares(
  results: Results,
  design: DesignResult,
): readonly { readonly ms: number; readonly percent: string }[] {
  const { oneRow, oneRowNotDurable } = questionsOf(results);
  const added = pairedOf(design, oneRow ?? oneRowNotDurable);
  const apart = pairedOf(design, oneRowNotDurable);
  if (added === undefined || apart === undefined) return [];
  const { differenceNsPerRow, differenceLowNsPerRow, differenceHighNsPerRow } = added.paired;
  return commitsMs.map((ms) => {
    const whole = apart.paired.baselineNs + ms * 1e6;
    const percent = formatChange({
      value: 1 + differenceNsPerRow / whole,
      low: 1 + differenceLowNsPerRow / whole,
      high: 1 + differenceHighNsPerRow / whole,
    });
    return { ms, percent };
  });
}

/** Every design's added time, and what it is of a row with other commits. */
function commitTable(results: Results): Html | undefined {
  const { oneRow, oneRowNotDurable } = questionsOf(results);
  const rows = timedDesigns(results).flatMap((design) => {
    const scenario = pairedOf(design, oneRow ?? oneRowNotDurable);
    const shares = commitShares(results, design);
    if (scenario === undefined || shares.length === 0) return [];
    const added = formatNsWithin(differenceOf(scenario.paired));
    return [[design.name, added, ...shares.map(({ percent }) => percent)]];
  });
  if (rows.length === 0) return undefined;
  return tableHtml({
    caption:
      'What the check adds to one durable row, and what that is of a send (without the check, not durable, as measured here) plus a commit of another length: worked out, not measured',
    columns: [
      { heading: 'Design' },
      { heading: 'Added to one row', numeric: true },
      ...commitsMs.map((ms) => ({ heading: `Commit of ${ms} ms`, numeric: true })),
    ],
    rows,
  });
}
