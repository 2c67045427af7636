import type { LoadTrial } from '../../load/results/results.ts';
import { formatCount, significant } from '../format.ts';

/** A load in a few words. */
export function trialName(trial: LoadTrial): string {
  const rate = trial.rate === 'max' ? 'closed loop' : `${formatCount(trial.rate)}/s`;
  const off = trial.check === 'off' ? ' with its check off' : '';
  return `${trial.mix.name} on ${trial.design}${off}, ${rate}`;
}

/**
 * The caption of a table of a load: seen over that of the first load of a page, and of the others told to those
 * who hear them read.
 */
export function captionOf(
  caption: string,
  trial: LoadTrial,
  explained: boolean,
): { readonly caption: string; readonly label: string } {
  return { caption: explained ? caption : '', label: `${caption}: ${trialName(trial)}` };
}

/** A time in words; a dash for none. */
export function ms(value: number | null): string {
  if (value === null) return '–';
  return value >= 1_000
    ? `${significant(value / 1_000, 3)}\u00a0s`
    : `${significant(value, 3)}\u00a0ms`;
}

/** The text as a sentence. */
export function sentence(text: string): string {
  const trimmed = text.trim();
  return `${trimmed.slice(0, 1).toUpperCase()}${trimmed.slice(1)}${trimmed.endsWith('.') ? '' : '.'}`;
}

/** Answers a second. */
export function answersPerSecond({ donePerSecond }: Pick<LoadTrial, 'donePerSecond'>): string {
  return donePerSecond === null ? 'not known' : formatCount(donePerSecond);
}

/** A counter of the server's, or the sum of several, as text: a server may not have one of them. */
export function counterText(
  counters: Readonly<Record<string, number>>,
  names: readonly string[],
  format: (value: number) => string,
): string {
  const values = names.map((name) => counters[name]);
  const known = values.filter((value) => value !== undefined);
  return known.length < values.length
    ? 'not counted'
    : format(known.reduce((sum, value) => sum + value, 0));
}
