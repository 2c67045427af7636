import type { Results } from '../results.ts';
import { pairRatios, ratioOfMedians, verdictOf } from './contrast.ts';
import { formatRatio, type Interval, inWords } from './format.ts';
import { type PairedScenario, pairedOf, ratioOf, timedDesigns } from './roles.ts';

/** One design's place in one scenario. */
export interface Rank {
  readonly design: string;
  readonly scenario: PairedScenario;
  /** With the check over without it. */
  readonly ratio: Interval;
  /** Of this design's ratio over the best one's; includes 1 where the two could not be told apart. */
  readonly overBest: Interval;
  readonly tiedWithBest: boolean;
}

/** The designs in one scenario, the cheapest check first. */
export function rankDesigns(results: Results, scenarioName: string): readonly Rank[] {
  const entries = timedDesigns(results)
    .flatMap((design) => {
      const scenario = pairedOf(design, scenarioName);
      return scenario === undefined ? [] : [{ design: design.name, scenario }];
    })
    .sort((a, b) => a.scenario.paired.ratio - b.scenario.paired.ratio);
  const best = entries[0];
  if (best === undefined) return [];
  const bestRatios = pairRatios(best.scenario);
  return entries.map(({ design, scenario }) => {
    const overBest =
      scenario === best.scenario
        ? { estimate: 1, low: 1, high: 1 }
        : ratioOfMedians(pairRatios(scenario), bestRatios);
    return {
      design,
      scenario,
      ratio: ratioOf(scenario.paired),
      overBest,
      tiedWithBest: verdictOf(overBest) === 'could not be told apart',
    };
  });
}

/** The cheapest design, or those that could not be told from it: `a`, or `a, b and 2 more`. */
export function winnersInWords(ranks: readonly Rank[], most = 3): string {
  const names = ranks.filter((rank) => rank.tiedWithBest).map((rank) => rank.design);
  if (names.length <= most) return inWords(names);
  return inWords([...names.slice(0, most - 1), `${names.length - most + 1} more`]);
}

/** A sentence: which design is the cheapest, by how much, or between which it could not be decided. */
export function rankingSentence(ranks: readonly Rank[]): string {
  const tied = ranks.filter((rank) => rank.tiedWithBest);
  const next = ranks.find((rank) => !rank.tiedWithBest);
  const best = ranks[0];
  if (best === undefined) return 'no design was timed';
  const resolved = verdictOf(best.ratio) !== 'could not be told apart';
  if (tied.length === ranks.length && ranks.length > 1) {
    return `the ${ranks.length} designs could not be told apart`;
  }
  const cost = resolved
    ? `${times(best.ratio)} the time without a check`
    : 'a cost that could not be told from none';
  if (tied.length > 1) {
    return `${winnersInWords(ranks)} could not be told apart: the cheapest, at ${cost}`;
  }
  return next === undefined
    ? resolved
      ? `${best.design} takes ${cost}`
      : `${best.design} could not be told from no check`
    : `${best.design} is the cheapest, at ${cost}; ${next.design} follows at ${times(next.ratio)}`;
}

/** `1.04 times`. */
function times(ratio: Interval): string {
  return `${formatRatio(ratio)} times`;
}
