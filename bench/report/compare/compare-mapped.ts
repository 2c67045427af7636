import { UserError } from '../../../db/cli/errors.ts';
import type { MappedResults } from '../../mapped/results.ts';
import type { PairedFigure } from '../../results/results.ts';
import type { EstimateRange } from '../../stats/estimate.ts';
import { ratioOfRatios } from '../../stats/ratio-of-ratios.ts';
import { formatRatio, formatRatioBounds } from '../format.ts';
import { textTable } from '../text-table.ts';
import { durabilityReasons, environmentCautions, methodReasons } from './comparable.ts';

/** Why a run in a mapping's tables is not held against one in the lab's own. */
export const otherTables =
  'has other tables, indexes, triggers and data, and no commit in its times';

/**
 * Two runs in one mapping's tables, in text: what the check adds after over what it added before, each ratio
 * against its own run's control.
 *
 * @throws UserError where they are of different tables
 */
export function compareMappedText(before: MappedResults, after: MappedResults): string {
  const tables = ({ messages, reports }: MappedResults): string => `${messages} and ${reports}`;
  if (tables(before) !== tables(after)) {
    throw new UserError(
      `one run is in ${tables(before)}, the other in ${tables(after)}: not comparable`,
    );
  }
  const notes = [
    ...durabilityReasons(before.environment, after.environment),
    ...methodReasons(before.method, after.method),
    ...environmentCautions(before.environment, after.environment),
  ];
  return [
    `\nwith the check over without, in ${tables(after)}\n\n`,
    textTable(columns, rowsOf(before, after)),
    notes.length === 0 ? '' : `\n${notes.map((note) => `! ${note}\n`).join('')}`,
  ].join('');
}

const columns = [
  { heading: 'scenario' },
  { heading: 'before', align: 'right' },
  { heading: 'after', align: 'right' },
  { heading: 'after / before', align: 'right' },
] as const;

function rowsOf(before: MappedResults, after: MappedResults): readonly (readonly string[])[] {
  return after.scenarios.flatMap(({ name, paired }) => {
    const earlier = before.scenarios.find((scenario) => scenario.name === name)?.paired;
    if (paired === undefined || earlier === undefined) return [];
    const [was, is] = [rangeOf(earlier), rangeOf(paired)];
    return [[name, text(was), text(is), text(ratioOfRatios(is, was))]];
  });
}

function rangeOf({ ratio, ratioLow, ratioHigh }: PairedFigure): EstimateRange {
  return { value: ratio, low: ratioLow, high: ratioHigh };
}

/** `≈` where the interval includes 1. */
function text(range: EstimateRange): string {
  const bounds = formatRatioBounds(range, '–');
  return range.low <= 1 && range.high >= 1 ? `≈ ${bounds}` : `${formatRatio(range)} (${bounds})`;
}
