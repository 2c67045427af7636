import type { LoadTrial } from '../../load/results/results.ts';
import { formatCount, significant } from '../format.ts';

/** A load in a few words. */
export function trialName(trial: LoadTrial): string {
  const rate = trial.rate === 'max' ? 'closed loop' : `${formatCount(trial.rate)}/s`;
  const off = trial.check === 'off' ? ' with its check off' : '';
  return `${trial.mix.name} on ${trial.design}${off}, ${rate}`;
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
