import { formatSeconds } from '../../../db/cli/number-text.ts';
import type { Growth, Soak } from '../../load/results/results.ts';
import { formatBytes, formatCount, significant } from '../format.ts';

/** What a soak found, for the end of its summary. */
export function soakLines(soak: Soak): readonly string[] {
  const width = Math.max(...soak.growth.map(({ name }) => name.length), 0);
  return [
    '',
    `  beside it: ${soak.events.map(({ name, startS, note }) => `${name} at ${formatSeconds(startS)} (${note})`).join(', ') || 'nothing'}`,
    ...soak.growth.map(
      (one) =>
        `  ${one.name.padEnd(width)}  ${valueText(one.first, one.unit)} to ${valueText(one.last, one.unit)}, ${growthText(one)} an hour: ${one.verdict === 'flat' ? 'level' : one.verdict}${one.cause === undefined ? '' : `, ${one.cause}`}`,
    ),
    ...(soak.memory === undefined ? [] : [`  ${memoryText(soak)}`]),
  ];
}

/** The generator's memory early and late, in a sentence. */
export function memoryText({ memory }: Soak): string {
  if (memory === undefined) return '';
  const { earlyS, earlyBytes, lateS, lateBytes, ratio } = memory;
  return `The generator had ${formatBytes(earlyBytes)} after ${formatSeconds(earlyS)} and ${formatBytes(lateBytes)} after ${formatSeconds(lateS)}: ${ratio.toFixed(3)} times.`;
}

/** A value with its unit. */
export function valueText(value: number, unit: Growth['unit']): string {
  if (unit === 'bytes') return value < 0 ? `−${formatBytes(-value)}` : formatBytes(value);
  const text = Number.isInteger(value) ? formatCount(value) : significant(value, 3);
  return unit === 'ms' ? `${text} ms` : unit === 'a second' ? `${text}/s` : text;
}

/** How much it changed an hour, with its interval. */
export function growthText({ perHour, unit }: Growth): string {
  if (perHour === undefined) return 'not told';
  const { value, low, high } = perHour;
  const text = (one: number): string => `${one > 0 ? '+' : ''}${valueText(one, unit)}`;
  return `${text(value)} (${text(low)} to ${text(high)})`;
}
