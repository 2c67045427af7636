import type { Results } from '../results/results.ts';
import { verdictOf } from '../stats/bootstrap.ts';
import type { EstimateRange } from '../stats/estimate.ts';
import { ratioOfRatios } from '../stats/ratio-of-ratios.ts';
import { formatRatio, inWords } from './format.ts';
import { type PairedScenario, pairedOf, ratioOf, scenarioOf, timedDesigns } from './questions.ts';

/** An interval that includes 1 and reaches further than this to either side says nothing of the cost. */
const widestRanked = 0.1;

/** An interval that reaches further than this share of the ratio says next to nothing, wherever it lies. */
const widestShare = 0.5;

/** One design's place in one scenario. */
export interface Rank {
  readonly design: string;
  readonly scenario: PairedScenario;
  /** With the check over without it. */
  readonly ratio: EstimateRange;
  /** Of this design's ratio over the best one's; includes 1 where the two could not be told apart. */
  readonly overBest: EstimateRange;
  /** Never of a design that is not resolved. */
  readonly tiedWithBest: boolean;
  readonly notResolved: boolean;
}

/**
 * The designs in one scenario that have a figure, the cheapest check first.
 *
 * Not resolved is a design whose own interval includes 1 and is wider than ±0.1 (half its width is
 * more): it can be told neither from no check nor from a dear one, and would be among the cheapest only
 * for its noise. Nor is one whose interval reaches further than half of its ratio to either side: it would
 * be tied with the cheapest and the dearest. Such designs come last, and are never the cheapest or tied with it. A narrow interval
 * that includes 1 is a check that costs next to nothing, and is ranked. The best of many is partly the
 * luckiest, and the worst the unluckiest: intervals of one over another are widened for as many
 * comparisons as there are pairs of designs.
 */
export function rankDesigns(results: Results, scenarioName: string): readonly Rank[] {
  const entries = timedDesigns(results)
    .flatMap((design) => {
      const scenario = pairedOf(design, scenarioName);
      if (scenario === undefined) return [];
      const ratio = ratioOf(scenario.paired);
      return [{ design: design.name, scenario, ratio, notResolved: isTooWide(ratio) }];
    })
    .sort((a, b) => Number(a.notResolved) - Number(b.notResolved) || a.ratio.value - b.ratio.value);
  const best = entries[0];
  if (best === undefined) return [];
  const comparisons = Math.max(1, (entries.length * (entries.length - 1)) / 2);
  return entries.map((entry) => {
    const overBest =
      entry === best
        ? { value: 1, low: 1, high: 1 }
        : ratioOfRatios(entry.ratio, best.ratio, comparisons);
    const toldApart = verdictOf(overBest) !== 'could not be told apart';
    return { ...entry, overBest, tiedWithBest: !entry.notResolved && !toldApart };
  });
}

/** Designs that were timed in a scenario and have no place in it, and the command that would give them one. */
export function unresolvedIn(
  results: Results,
  scenarioName: string,
): { readonly designs: readonly string[]; readonly command: string } | undefined {
  const ranked = rankedOf(rankDesigns(results, scenarioName)).map(({ design }) => design);
  const designs = timedDesigns(results)
    .filter((design) => scenarioOf(design, scenarioName) !== undefined)
    .map(({ name }) => name)
    .filter((name) => !ranked.includes(name));
  if (designs.length === 0) return undefined;
  const seconds = Math.ceil(results.method.secondsPerDesign * designs.length * longer);
  return {
    designs,
    command: `npm run bench -- --scale ${results.dataSet.scale} --designs ${designs.join(',')} --scenarios ${scenarioName} --max-seconds ${seconds}`,
  };
}

/** How much longer a design is timed that was not resolved, in the one scenario. */
const longer = 2;

function isTooWide(ratio: EstimateRange): boolean {
  const halfWidth = (ratio.high - ratio.low) / 2;
  if (halfWidth > widestShare * ratio.value) return true;
  return verdictOf(ratio) === 'could not be told apart' && halfWidth > widestRanked;
}

/** The designs that have a place, the cheapest first. */
export function rankedOf(ranks: readonly Rank[]): readonly Rank[] {
  return ranks.filter((rank) => !rank.notResolved);
}

/** `a is not resolved`, `a and b are …`; undefined where all have a place. */
export function unresolvedInWords(ranks: readonly Rank[]): string | undefined {
  const names = ranks.filter((rank) => rank.notResolved).map((rank) => rank.design);
  if (names.length === 0) return undefined;
  return `${inWords(names)} ${names.length === 1 ? 'is' : 'are'} not resolved`;
}

/** The cheapest design, or those that could not be told from it: `a`, or `a, b and 2 more`. */
export function winnersInWords(ranks: readonly Rank[], most = 3): string {
  const names = ranks.filter((rank) => rank.tiedWithBest).map((rank) => rank.design);
  if (names.length <= most) return inWords(names);
  return inWords([...names.slice(0, most - 1), `${names.length - most + 1} more`]);
}

/** A sentence: which design is the cheapest, by how much, or between which it could not be decided. */
export function rankingSentence(ranks: readonly Rank[]): string {
  if (ranks.length === 0) return 'no design was timed';
  const parts = [placesText(rankedOf(ranks)), unresolvedInWords(ranks)];
  return parts.filter((part) => part !== undefined).join('; ');
}

function placesText(ranked: readonly Rank[]): string | undefined {
  const tied = ranked.filter((rank) => rank.tiedWithBest);
  const next = ranked.find((rank) => !rank.tiedWithBest);
  const best = ranked[0];
  if (best === undefined) return undefined;
  const resolved = verdictOf(best.ratio) !== 'could not be told apart';
  if (tied.length === ranked.length && ranked.length > 1) {
    return `the ${ranked.length} designs could not be told apart`;
  }
  const cost = resolved
    ? `${times(best.ratio)} the time without a check`
    : 'a cost that could not be told from none';
  if (tied.length > 1) {
    return `${winnersInWords(ranked)} could not be told apart: the cheapest, at ${cost}`;
  }
  return next === undefined
    ? resolved
      ? `${best.design} takes ${cost}`
      : `${best.design} could not be told from no check`
    : `${best.design} is the cheapest, at ${cost}; ${next.design} follows at ${times(next.ratio)}`;
}

/** `1.04 times`. */
function times(ratio: EstimateRange): string {
  return `${formatRatio(ratio)} times`;
}
