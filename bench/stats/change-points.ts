/** Where a series changes its level. */
export interface ChangePoint {
  /** The first item of the new level. */
  readonly at: number;
  /** How likely a series that never changes shows as much. */
  readonly p: number;
}

/** Of fewer items on either side nothing is said. */
const fewest = 4;

/** In a shorter series no change can be told. */
export const shortestSeries = 2 * fewest;

/**
 * The items at which a series changes its level, in their order: Pettitt's test for one change point
 * (A. N. Pettitt, A non-parametric approach to the change-point problem, Applied Statistics 28, 1979), and
 * again in the parts before and after one that was found (binary segmentation). It asks for ranks alone, so
 * that one outlier is no change; the level is divided among as many tests as there can be.
 *
 * @param values in the order of time; their unit does not matter
 * @param level  how likely at most a series without a change is told to have one
 */
export function changePoints(values: readonly number[], level = 0.05): readonly ChangePoint[] {
  const tests = Math.max(1, Math.floor(values.length / fewest) - 1);
  const within = (from: number, until: number): readonly ChangePoint[] => {
    if (until - from < 2 * fewest) return [];
    const found = pettitt(values.slice(from, until));
    if (found === undefined || found.p > level / tests) return [];
    const at = from + found.at;
    return [...within(from, at), { at, p: found.p }, ...within(at, until)];
  };
  return within(0, values.length);
}

/** Pettitt's statistic: the split whose sides differ most by ranks, with its approximate p. */
function pettitt(values: readonly number[]): ChangePoint | undefined {
  const n = values.length;
  let best: { readonly at: number; readonly u: number } | undefined;
  let u = 0;
  for (const [index, value] of values.entries()) {
    // of the split before the next item: by how much more often an earlier item is less than a later one
    for (const [other, than] of values.entries())
      u += other === index ? 0 : Math.sign(than - value);
    const at = index + 1;
    if (at < fewest || n - at < fewest) continue;
    if (best === undefined || Math.abs(u) > Math.abs(best.u)) best = { at, u };
  }
  if (best === undefined) return undefined;
  return { at: best.at, p: Math.min(1, 2 * Math.exp((-6 * best.u ** 2) / (n ** 3 + n ** 2))) };
}
