import type { DesignResult, PairedFigure, Results, ScenarioResult } from '../results/results.ts';
import type { EstimateRange } from '../stats/estimate.ts';
import { fewestForInterval } from '../stats/median.ts';
import { counted, formatCount } from './format.ts';

/** The design that the schema itself makes: the one that a run without choice uses. */
export const defaultDesign = 'blocked_contacts';

/** A scenario of a design that has both arms. */
export type PairedScenario = ScenarioResult & { readonly paired: PairedFigure };

/** The goal for a durable insert of one row, and for a thousand in one statement: check over control. */
export const goals = { oneRow: 1.05, bulk: 2, bestBulk: 1.5 } as const;

/** The designs that were timed. */
export function timedDesigns(results: Results): readonly DesignResult[] {
  return results.designs.filter((design) => design.status === 'timed');
}

/** The default design where it was timed, else the first that was. */
export function leadDesign(results: Results): DesignResult | undefined {
  const timed = timedDesigns(results);
  return timed.find((design) => design.name === defaultDesign) ?? timed[0];
}

/** Whether a scenario has both arms and enough sessions to be quoted; figures on fewer are kept. */
export function isPaired(scenario: ScenarioResult): scenario is PairedScenario {
  return scenario.paired !== undefined && scenario.paired.sessions >= fewestForInterval;
}

/** Why a scenario has no figure that could be quoted, in a few words. */
export function whyNoFigure(scenario: ScenarioResult | undefined): string {
  if (scenario === undefined) return 'not measured';
  if (scenario.stoppedBecause === 'a statement timed out') return 'timed out';
  if (scenario.failure !== undefined) {
    return scenario.failure.includes('statement timeout') ? 'timed out' : 'failed';
  }
  return scenario.paired === undefined
    ? 'too few sessions'
    : counted(scenario.paired.sessions, 'pair');
}

/** What a reader asks for first: one durable row, a bulk statement, an opt-out report. */
export interface QuestionScenarios {
  readonly oneRow: string | undefined;
  readonly oneRowNotDurable: string | undefined;
  readonly bulk: string | undefined;
  readonly report: string | undefined;
}

/** Finds the scenarios that stand for the main questions among those that a run has. */
export function questionsOf(results: Results): QuestionScenarios {
  const paired = scenarioNames(results)
    .map((name) => anyScenario(results, name))
    .filter((scenario) => scenario !== undefined)
    .filter((scenario) => scenario.control !== 'none' && scenario.clients === 1)
    .filter(({ roundTripMs }) => roundTripMs === undefined)
    .filter((scenario) => scenario.control !== 'check off twice');
  const sends = paired.filter(({ kind, control }) => kind === 'send' && control === 'check off');
  const singles = sends.filter((scenario) => scenario.rowsPerStatement === 1);
  const bulks = sends
    .filter((scenario) => scenario.rowsPerStatement > 1)
    .sort((a, b) => fromThousand(a) - fromThousand(b));
  return {
    oneRow: singles.find((scenario) => scenario.durable)?.name,
    oneRowNotDurable: singles.find((scenario) => !scenario.durable)?.name,
    bulk: bulks[0]?.name,
    report: paired.find(({ kind }) => kind === 'report')?.name,
  };
}

/** The scenarios that stand for the main questions, and what each is called in a sentence. */
export function mainQuestions(results: Results): readonly Question[] {
  const questions = questionsOf(results);
  const named: readonly (readonly [string, string, string | undefined])[] = [
    ['one row', 'one row', questions.oneRow ?? questions.oneRowNotDurable],
    ['bulk', bulkName(results, questions.bulk), questions.bulk],
    ['report', `an opt-out report (${questions.report})`, questions.report],
  ];
  return named.flatMap(([heading, words, scenario]) =>
    scenario === undefined ? [] : [{ heading, words, scenario }],
  );
}

/** A main question: how a column is headed, how a sentence says it, and the scenario that answers it. */
export interface Question {
  readonly heading: string;
  readonly words: string;
  readonly scenario: string;
}

function bulkName(results: Results, scenario: string | undefined): string {
  const found = scenario === undefined ? undefined : anyScenario(results, scenario);
  return found === undefined ? 'bulk' : `${formatCount(found.rowsPerStatement)} rows at once`;
}

/** Every scenario of a run, in the order of the first design that has it. */
export function scenarioNames(results: Results): readonly string[] {
  return [
    ...new Set(
      results.designs.flatMap((design) => design.scenarios.map((scenario) => scenario.name)),
    ),
  ];
}

/** A scenario of whatever design has it, for its title and shape. */
export function anyScenario(results: Results, name: string): ScenarioResult | undefined {
  for (const design of results.designs) {
    const found = scenarioOf(design, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** One scenario of a design. */
export function scenarioOf(design: DesignResult, name: string): ScenarioResult | undefined {
  return design.scenarios.find((scenario) => scenario.name === name);
}

/** One paired scenario of a design. */
export function pairedOf(
  design: DesignResult | undefined,
  name: string | undefined,
): PairedScenario | undefined {
  return design?.scenarios.find(
    (scenario): scenario is PairedScenario => scenario.name === name && isPaired(scenario),
  );
}

/** The ratio of a paired figure, with its interval. */
export function ratioOf(paired: PairedFigure): EstimateRange {
  return { value: paired.ratio, low: paired.ratioLow, high: paired.ratioHigh };
}

/** The difference of a paired figure for one row, with its interval. */
export function differenceOf(paired: PairedFigure): EstimateRange {
  return {
    value: paired.differenceNsPerRow,
    low: paired.differenceLowNsPerRow,
    high: paired.differenceHighNsPerRow,
  };
}

function fromThousand(scenario: ScenarioResult): number {
  return Math.abs(Math.log(scenario.rowsPerStatement / 1_000));
}
