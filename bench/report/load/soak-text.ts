import { formatSeconds } from '../../../db/cli/number-text.ts';
import { itemAt } from '../../../db/item-at.ts';
import type { Growth, Soak } from '../../load/results/results.ts';
import { decimalsFor, formatBytes, formatCount, inWords, signed, significant } from '../format.ts';

/** What a soak found, for the end of its summary. */
export function soakLines(soak: Soak): readonly string[] {
  const width = Math.max(...soak.growth.map(({ name }) => name.length), 0);
  return [
    '',
    `  beside it: ${soak.events.map(({ name, startS, note }) => `${name} at ${formatSeconds(startS)} (${note})`).join(', ') || 'nothing'}`,
    ...soak.growth.map(
      (one) =>
        `  ${one.name.padEnd(width)}  ${valueText(one.first, one.unit)} to ${valueText(one.last, one.unit)}, change an hour: ${growthText(one)}: ${one.verdict === 'flat' ? 'level' : one.verdict}${one.cause === undefined ? '' : `, ${one.cause}`}`,
    ),
    ...(soak.memory === undefined ? [] : [`  ${memoryText(soak)}`]),
  ];
}

/** What stayed level and what did not, in a sentence or two: those by name that nothing explains. */
export function growthSummary({ growth }: Soak, elapsedS: number): string {
  const told = growth.filter(({ verdict }) => verdict !== 'too short');
  if (told.length === 0) return `${formatSeconds(elapsedS)} are too short to tell.`;
  const of = (verdict: Growth['verdict']): readonly Growth[] =>
    told.filter((one) => one.verdict === verdict);
  const grew = of('grows');
  const unexplained = grew.filter(isUnexplained).map(({ name }) => name);
  const fell = of('falls').map(({ name }) => name);
  return [
    `In ${formatSeconds(elapsedS)} ${of('flat').length} of ${told.length} figures stayed level`,
    ...(fell.length === 0 ? [] : [`${inWords(fell)} fell`]),
    grew.length === 0
      ? 'none grew'
      : unexplained.length === 0
        ? `${grew.length} grew, each by what the load wrote or first touched`
        : `${grew.length} grew, and nothing explains it of ${inWords(unexplained)}`,
  ]
    .join('; ')
    .concat('.');
}

/** It grows, and the lab does not know why. */
export function isUnexplained({ verdict, cause }: Growth): boolean {
  return verdict === 'grows' && (cause === undefined || cause === 'not known');
}

/** The generator's memory early and late, in a sentence. */
export function memoryText({ memory }: Soak): string {
  if (memory === undefined) return '';
  const { earlyS, earlyBytes, lateS, lateBytes, ratio } = memory;
  return `The generator had ${formatBytes(earlyBytes)} after ${formatSeconds(earlyS)} and ${formatBytes(lateBytes)} after ${formatSeconds(lateS)}, ${ratio.toFixed(2)} times as much.`;
}

/** A value with its unit. */
export function valueText(value: number, unit: Growth['unit']): string {
  if (unit === 'bytes') return value < 0 ? `−${formatBytes(-value)}` : formatBytes(value);
  const text = Number.isInteger(value) ? formatCount(value) : significant(value, 3);
  if (unit === 'ms' && value >= 1_000) return `${significant(value / 1_000, 3)} s`;
  return unit === 'ms' ? `${text} ms` : unit === 'a second' ? `${text}/s` : text;
}

/** Units of a change, the smallest first; one is used from one of it on. */
const units: Readonly<Record<'bytes' | 'ms' | 'count', readonly (readonly [string, number])[]>> = {
  bytes: [
    [' B', 1],
    [' kB', 2 ** 10],
    [' MB', 2 ** 20],
    [' GB', 2 ** 30],
  ],
  ms: [
    [' ms', 1],
    [' s', 1_000],
  ],
  count: [
    ['', 1],
    ['k', 1e3],
    ['M', 1e6],
  ],
};

/** How much it changed an hour, with its 95 % interval and as many digits as that allows: `+6.8 MB (+4.4 to +9.2)`. */
export function growthText({ perHour, unit }: Growth): string {
  if (perHour === undefined) return 'not told';
  const { value, low, high } = perHour;
  if (low === 0 && high === 0) return 'none';
  const known = units[unit === 'bytes' || unit === 'ms' ? unit : 'count'];
  const largest = Math.max(Math.abs(low), Math.abs(high));
  const [name, size] = known.findLast(([, each]) => largest >= each) ?? itemAt(known, 0);
  const scaled = { value: value / size, low: low / size, high: high / size };
  const text = (one: number): string => signed(one, Math.min(2, decimalsFor(scaled)));
  const suffix = unit === 'a second' ? '/s' : '';
  return `${text(scaled.value)}${name}${suffix} (${text(scaled.low)} to ${text(scaled.high)})`;
}
