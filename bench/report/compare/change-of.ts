import { ratioOfMedians } from '../../stats/bootstrap.ts';
import type { EstimateRange } from '../../stats/estimate.ts';

/**
 * The later figure over the earlier one, with its interval, from the samples of both. Everything that `compare`
 * judges goes through here, so that the interval is exchanged in one place.
 */
export function changeOf(later: readonly number[], earlier: readonly number[]): EstimateRange {
  return ratioOfMedians(later, earlier);
}
