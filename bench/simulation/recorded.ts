import { readFileSync } from 'node:fs';
import { itemAt } from '../../db/item-at.ts';
import type { Draws } from '../stats/random.ts';
import type { LatencySource } from './models.ts';

/**
 * Latencies of real sessions of this lab with the check off in both arms, in the order of time: what
 * no model thought of is in them. Made by `npm run bench:coverage -- --record FILE`.
 */
export interface Recording {
  /** What was recorded, where and when, in a sentence. */
  readonly about: string;
  /** Of each pair of sessions its slices: nanoseconds of either session, the same index is one pair. */
  readonly sessions: readonly (readonly (readonly [readonly number[], readonly number[]])[])[];
}

/** The recording that the lab comes with. */
export const recordingFile = new URL('./recorded-sessions.json', import.meta.url);

export function readRecording(file: URL | string = recordingFile): Recording {
  return JSON.parse(readFileSync(file, 'utf8')) as Recording;
}

/**
 * Draws sessions and stretches of their slices from a recording. Which session is called the first is
 * drawn too, so that the truth is known: 1, times the ratio that the treatment is multiplied by.
 */
export function recordedSource(recording: Recording, draws: Draws, ratio: number): LatencySource {
  let slices = itemAt(recording.sessions, 0);
  let turned = false;
  let next = 0;
  return {
    open() {
      slices = itemAt(recording.sessions, draws.below(recording.sessions.length));
      turned = draws.chance(0.5);
      next = draws.below(slices.length);
    },
    slice(pairs, swapped) {
      const [first, second] = itemAt(slices, next++ % slices.length);
      const start = draws.below(Math.max(1, first.length - pairs + 1));
      const [treatment, control] = turned === swapped ? [first, second] : [second, first];
      const cut = (all: readonly number[]): readonly number[] => all.slice(start, start + pairs);
      return {
        treatmentNs: Float64Array.from(cut(treatment), (ns) => ns * ratio),
        controlNs: Float64Array.from(cut(control)),
      };
    },
  };
}
