import type pg from 'pg';
import { codeOf, messageOf } from '../../db/cli/errors.ts';
import { closing } from '../../db/connection/closing.ts';
import type { Design } from '../../db/designs.ts';
import { queryCanceled } from '../../db/sqlstates.ts';
import type { Workbench } from '../database/workbench.ts';
import { commitsAreDurable } from '../environment/durability.ts';
import type { ScenarioResult } from '../results/results.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { isPreciseEnough } from '../stats/paired-estimate.ts';
import { seededRandom, seedFor } from '../stats/random.ts';
import { fewestForTrimmedMean } from '../stats/trimmed-mean.ts';
import { makeArms } from './arms/make-arms.ts';
import { startLoad } from './client-load.ts';
import { Collected, type SummaryOptions } from './collected.ts';
import { readCounters } from './counters.ts';
import {
  type MeasuredSlice,
  measureSlice,
  type SessionPair,
  type SliceTask,
} from './measure-slice.ts';
import { firstPacing, mostSecondsOver, type Pacing, pacingOf } from './pacing.ts';

/** What need not be said. */
export interface PairOptions {
  /** Twin tables also where the role might do otherwise: see makeArms. */
  readonly arms?: 'twin tables';
  /** Longest that two sessions are kept. */
  readonly mostSessionsMs?: number;
  /** Told of each slice as it was measured. */
  readonly onSlice?: (slice: MeasuredSlice) => void;
}

/**
 * Measures one scenario of a design that is in place: sessions of its own, two for each client, again
 * and again, in which the arms take turns statement by statement, until precise enough or out of time.
 */
export async function measureScenario(
  bench: Workbench,
  design: Design,
  scenario: Scenario,
  secondsAllowed: number,
  { arms: wantedArms, mostSessionsMs, onSlice }: PairOptions = {},
): Promise<ScenarioResult> {
  const { reservation, method } = bench;
  const durable = scenario.durable && (await commitsAreDurable(reservation.admin));
  const stream = (what: string): number =>
    seedFor(bench.seed, `${design.name} ${scenario.name} ${what}`);
  const options: SummaryOptions = {
    rule: {
      confidence: method.confidence,
      wantedHalfWidth: method.wantedHalfWidth * scenario.widthFactor,
      fewestSessions: method.fewestSessions,
    },
    rowsPerStatement: scenario.rowsPerStatement,
  };
  const collected = new Collected(options);
  const load = startLoad();
  const startedMs = performance.now();
  const leftSeconds = (): number => secondsAllowed - (performance.now() - startedMs) / 1_000;
  const timeoutMs = Math.ceil(secondsAllowed * 1_000);
  let stoppedBecause: ScenarioResult['stoppedBecause'] =
    scenario.control === 'none' ? 'single arm' : 'time is up';
  let failure: string | undefined;
  let methodUsed: ScenarioResult['method'] = 'one arm';
  const phones = new Set<string>();
  await closing(async (defer) => {
    defer(() => reservation.removeMade(design, [...phones]));
    defer(() => load.stop());
    try {
      const arms = await makeArms(reservation, design, scenario.control, wantedArms);
      methodUsed = arms.method;
      defer(() => arms.takeDown());
      const order = seededRandom(stream('order of the arms'));
      let pacing = firstPacing(scenario.rowsPerStatement);
      const mayGoOn = (): boolean =>
        leftSeconds() > 0 ||
        (scenario.control !== 'none' &&
          collected.sessions.length < fewestForTrimmedMean &&
          leftSeconds() > -mostSecondsOver(secondsAllowed));
      for (let sessions = 0; sessions === 0 || mayGoOn(); sessions++) {
        const begunMs = performance.now();
        const slicesBeforeMs = collected.slicesMs();
        const task: Omit<SliceTask, 'slice' | 'swapped'> = {
          ...{ bench, design, scenario, arms, pacing, sessions, order, load, timeoutMs },
          before: await readCounters(reservation.admin, bench.major),
        };
        await measureSessions(task, pacing, phones, (slice) => {
          collected.add(slice);
          onSlice?.(slice);
        });
        collected.endSessions();
        const overheadMs = performance.now() - begunMs - (collected.slicesMs() - slicesBeforeMs);
        pacing = pacingOf(secondsAllowed, collected.turnMs(), overheadMs, mostSessionsMs);
        if (scenario.control !== 'none' && isPreciseEnough(collected.sessions, options.rule)) {
          stoppedBecause = 'precise enough';
          break;
        }
      }
    } catch (error) {
      if (codeOf(error) === undefined) throw error; // not a statement's: a bug, or a lock that is held
      failure = messageOf(error);
      stoppedBecause = codeOf(error) === queryCanceled ? 'a statement timed out' : 'it failed';
    }
  });
  return {
    name: scenario.name,
    title: scenario.durable === durable ? scenario.title : `${scenario.title} (not durable here)`,
    rowsPerStatement: scenario.rowsPerStatement,
    clients: scenario.clients,
    durable,
    kind: scenario.kind,
    control: scenario.control,
    method: methodUsed,
    statement: scenario.statement,
    ...collected.summary(),
    ...load.result(),
    stoppedBecause,
    ...(failure === undefined ? {} : { failure }),
  };
}

/** Opens two sessions for each client, lets the arms change between them, and closes them. */
async function measureSessions(
  task: Omit<SliceTask, 'slice' | 'swapped'>,
  { slicesPerSessions }: Pacing,
  phones: Set<string>,
  keep: (slice: MeasuredSlice) => void,
): Promise<void> {
  const { bench, scenario, arms } = task;
  await closing(async (defer) => {
    const open = async (): Promise<readonly pg.Client[]> => {
      const opened: pg.Client[] = [];
      for (let client = 0; client < scenario.clients; client++) {
        opened.push(await openSession(task));
        defer(() => opened[client]?.end().catch(() => {}));
      }
      return opened;
    };
    const first = await open();
    const sessions: SessionPair =
      arms.method === 'one arm' ? [first, first] : [first, await open()];
    let { before } = task;
    for (let slice = 0; slice < slicesPerSessions; slice++) {
      const measured = await measureSlice(
        { ...task, before, slice, swapped: slice % 2 === 1 },
        sessions,
        (made) => {
          for (const phone of made) phones.add(phone);
        },
      );
      before = measured.after;
      keep(measured);
    }
    if (phones.size > 0) {
      await bench.reservation.removeMade(task.design, [...phones]);
      phones.clear();
    }
  });
}

async function openSession({
  bench,
  design,
  scenario,
  timeoutMs,
}: Pick<SliceTask, 'bench' | 'design' | 'scenario' | 'timeoutMs'>): Promise<pg.Client> {
  const client = await bench.reservation.openClient(design);
  if (!scenario.durable) await client.query('set synchronous_commit = off');
  await client.query(`set statement_timeout = ${timeoutMs}`);
  return client;
}
