import { closing } from '../../db/connection/closing.ts';
import { applyDesign, defaultDesignName, designNamed } from '../../db/designs.ts';
import type { Lab } from '../../db/lab.ts';
import { defaultDataSet } from '../../seed/data-set/data-set.ts';
import { ensureSeeded } from '../database/ensure-seeded.ts';
import { reserveForBench } from '../database/reservation.ts';
import { measureScenario } from '../paired/measure-scenario.ts';
import { readOptions } from '../run/options.ts';
import { insertNotDurable } from '../scenarios/insert-not-durable.ts';
import { sameTwice } from '../scenarios/same-twice.ts';
import type { Recording } from './recorded.ts';

/** Longest part of a slice that is kept: a recording is to be small. */
const pairsKept = 60;

/**
 * Records sessions of one row, not durable, the check off in both arms.
 *
 * @param wanted the size of the data set, and whether one of another size is emptied first
 */
export async function recordSessions(
  lab: Lab,
  wanted: { readonly messages: number; readonly replace: boolean },
  seconds: number,
): Promise<Recording> {
  const { seed } = defaultDataSet;
  const { messages } = wanted;
  const options = readOptions({ scale: String(messages) });
  const dataSet = await ensureSeeded(lab, { ...wanted, seed });
  const bySessions = new Map<number, [number[], number[]][]>();
  await closing(async (defer) => {
    const reservation = await reserveForBench(lab);
    defer((failure) => reservation.close(failure));
    const design = designNamed(defaultDesignName);
    await applyDesign(lab.url, reservation.admin, design);
    const bench = { ...options, reservation, major: lab.major, dataSet, runStartedMs: 0 };
    const never = { ...bench, method: { ...bench.method, wantedHalfWidth: 0 } };
    await measureScenario(never, design, sameTwice(insertNotDurable), seconds, {
      onSlice: ({ samples: { treatment, control }, sessions, swapped, warmup }) => {
        if (warmup || treatment === undefined || control === undefined) return;
        const kept = (ns: Float64Array): number[] => [...ns.subarray(0, pairsKept)].map(Math.round);
        const arms = [kept(treatment.turnsNs), kept(control.turnsNs)] as const;
        const own = bySessions.get(sessions) ?? [];
        own.push(swapped ? [arms[1], arms[0]] : [arms[0], arms[1]]);
        bySessions.set(sessions, own);
      },
    });
  });
  return {
    about: `one row, not durable, ${messages.toLocaleString('en')} messages, PostgreSQL ${lab.major}, ${new Date().toISOString().slice(0, 10)}`,
    sessions: [...bySessions.values()],
  };
}
