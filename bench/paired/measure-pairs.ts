import type pg from 'pg';
import { codeOf, messageOf, UserError } from '../../db/cli/errors.ts';
import { closing } from '../../db/connection/closing.ts';
import { queryCanceled } from '../../db/sqlstates.ts';
import { citus } from '../../db/topologies/topology.ts';
import { commitsAreDurable } from '../environment/durability.ts';
import { DelayedSocket } from '../network/delayed-socket.ts';
import type { Arm, ScenarioResult } from '../results/results.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { isPreciseEnough, type SessionsFigures } from '../stats/paired-estimate.ts';
import { seededRandom, seedFor } from '../stats/random.ts';
import { fewestForTrimmedMean } from '../stats/trimmed-mean.ts';
import { type Arms, armNames } from './arms/arms.ts';
import { startLoad } from './client-load.ts';
import { Collected, type SummaryOptions } from './collected.ts';
import { readCounters } from './counters.ts';
import {
  type ArmSessions,
  type MeasuredSlice,
  measureSlice,
  type PairBench,
  type SliceTask,
} from './measure-slice.ts';
import { firstPacing, mayOpenSessions, type Pacing, pacingOf } from './pacing.ts';
import { placeSessions, startSessionsPlacer } from './pin-sessions.ts';
import type { Placer } from './placer.ts';
import type { Place, Places } from './places.ts';
import { cancelLateStatements, openPooled, pooledCommitsAreDurable } from './pooled.ts';

/** What is measured, where, and how its arms differ. */
export interface PairTask<D> {
  readonly bench: PairBench<D>;
  readonly places: Places;
  readonly scenario: Scenario<D>;
  /** Makes the arms, after the sessions' own preparations; they are taken down at the end. */
  readonly makeArms: () => Promise<Arms>;
  readonly secondsAllowed: number;
  /** Lets a session be as one that has been open for long, before it takes a role that its design gives it. */
  readonly settle?: ((session: pg.Client) => Promise<void>) | undefined;
  /** Longest that two sessions are kept. */
  readonly mostSessionsMs?: number | undefined;
  /** Never stop before so many pairs: the slowest statements are asked for. */
  readonly fewestPairs?: number | undefined;
  /** Told of each slice as it was measured. */
  readonly onSlice?: ((slice: MeasuredSlice) => void) | undefined;
  /** Told of the pairs of sessions so far: each time that one has ended, of many each time that a fiftieth has. */
  readonly onSessions?: ((sessions: readonly SessionsFigures[]) => void) | undefined;
}

/**
 * Measures one scenario of a design that is in place: sessions of its own, two for each client, again
 * and again, in which the arms take turns statement by statement, until precise enough or out of time.
 */
export async function measurePairs<D>(task: PairTask<D>): Promise<ScenarioResult> {
  const { bench, places, scenario, secondsAllowed, mostSessionsMs, settle } = task;
  const { onSlice, onSessions } = task;
  const { reservation, method } = bench;
  const { design } = places.treatment;
  let durable = scenario.durable;
  for (const place of new Set(Object.values(places))) {
    durable &&=
      bench.poolerUrl === undefined
        ? await commitsAreDurable(place.reservation.admin)
        : await pooledCommitsAreDurable(bench.poolerUrl);
    // what a session sets at the coordinator does not reach the workers, who commit its rows
    durable ||= place.reservation.topology === citus && scenario.at === undefined;
  }
  const stream = (what: string): number =>
    seedFor(bench.seed, `${design.name} ${scenario.name} ${what}`);
  const options: SummaryOptions = {
    rule: {
      confidence: method.confidence,
      wantedHalfWidth: method.wantedHalfWidth * scenario.widthFactor,
      fewestSessions: method.fewestSessions,
      fewestPairs: task.fewestPairs,
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
    for (const place of new Set(Object.values(places))) {
      defer(() => place.reservation.removeMade(place.design, [...phones]));
    }
    defer(() => load.stop());
    // several clients at once are there to keep several processors busy
    const isPlaced = method.placement !== undefined && scenario.clients === 1;
    const placer = isPlaced ? startSessionsPlacer() : undefined;
    defer(() => placer?.close());
    if (bench.poolerUrl !== undefined) {
      const watcher = await reservation.openClient(design);
      defer(() => watcher.end().catch(() => {}));
      defer(cancelLateStatements(watcher, timeoutMs));
    }
    try {
      const arms = await task.makeArms();
      methodUsed = arms.method;
      defer(() => arms.takeDown());
      const order = seededRandom(stream('order of the arms'));
      let pacing = firstPacing(scenario.rowsPerStatement);
      const missing = (): number =>
        scenario.control === 'none'
          ? Number(!collected.hasSamples)
          : fewestForTrimmedMean - collected.sessions.length;
      let tookMs = 0;
      let nextLook = 0;
      const mayGoOn = (): boolean =>
        mayOpenSessions(secondsAllowed, leftSeconds(), missing(), tookMs);
      for (let sessions = 0; sessions === 0 || mayGoOn(); sessions++) {
        const begunMs = performance.now();
        const slicesBeforeMs = collected.slicesMs();
        const sliceTask: SessionsTask<D> = {
          ...{ bench, places, scenario, arms, placer, settle, pacing },
          ...{ sessions, order, load, timeoutMs },
          before: await readCounters(reservation.admin, bench.major),
        };
        await measureSessions(sliceTask, pacing, phones, (slice) => {
          collected.add(slice);
          onSlice?.(slice);
        });
        collected.endSessions();
        tookMs = performance.now() - begunMs;
        const overheadMs = tookMs - (collected.slicesMs() - slicesBeforeMs);
        pacing = pacingOf(secondsAllowed, collected.turnMs(), overheadMs, mostSessionsMs);
        const { length: complete } = collected.sessions;
        if (complete < nextLook && mayGoOn()) continue;
        nextLook = Math.max(complete + 1, Math.ceil(complete * moreAtEachLook));
        onSessions?.(collected.sessions);
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
    title: titleOf(scenario, durable, places),
    rowsPerStatement: scenario.rowsPerStatement,
    clients: scenario.clients,
    durable,
    kind: scenario.kind,
    ...(scenario.roundTripMs === undefined ? {} : { roundTripMs: scenario.roundTripMs }),
    control: scenario.control,
    method: methodUsed,
    statement: scenario.statement,
    ...collected.summary(),
    ...load.result(),
    stoppedBecause,
    ...(failure === undefined ? {} : { failure }),
  };
}

/** What was timed, where that is not what the scenario says: how safe its commits were, and which node was asked. */
function titleOf(
  { title, at, durable: wanted }: Pick<Scenario, 'title' | 'at' | 'durable'>,
  durable: boolean,
  places: Places,
): string {
  const durability = wanted === durable ? '' : durable ? ' (durable here)' : ' (not durable here)';
  const isThrough =
    at === undefined &&
    Object.values(places).some(({ reservation }) => reservation.topology === citus);
  return `${title}${durability}${isThrough ? ', through the coordinator' : ''}`;
}

/** The figure is looked at anew with so many times as many sessions: a look at thousands of them takes a while. */
const moreAtEachLook = 1.02;

/** Numbers that sessions have made blocked are removed now and then, so that the tables keep their size. */
const mostPhones = 2_000;

/** What all slices of two sessions share. */
interface SessionsTask<D> extends Omit<SliceTask<D>, 'slice' | 'swapped'> {
  /** Where it matters on which processor the server's side of them runs. */
  readonly placer: Placer | undefined;
  readonly settle: PairTask<D>['settle'];
}

/** Opens sessions, lets the arms change between them, and closes them. */
async function measureSessions<D>(
  task: SessionsTask<D>,
  { slicesPerSessions }: Pacing,
  phones: Set<string>,
  keep: (slice: MeasuredSlice) => void,
): Promise<void> {
  await closing(async (defer) => {
    const opened: pg.Client[] = [];
    defer(() => Promise.all(opened.map((client) => client.end().catch(() => {}))));
    const sessions = await openSessions(task, (client) => opened.push(client));
    if (task.placer !== undefined) await placeSessions(task.placer, sessions.all);
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
    if (phones.size > mostPhones) {
      for (const { reservation, design } of new Set(Object.values(task.places))) {
        await reservation.removeMade(design, [...phones]);
      }
      phones.clear();
    }
  });
}

/**
 * Two sessions for each client, which the arms take in turn. Where the arms are two places no session can
 * change sides: there are two pairs of sessions, opened in either order.
 */
async function openSessions<D>(
  task: SessionsTask<D>,
  opened: (client: pg.Client) => unknown,
): Promise<ArmSessions> {
  const { scenario, arms, places } = task;
  const openOne = async (arm: Arm): Promise<pg.Client> => {
    const session = await openSession(task, places[arm]);
    opened(session);
    return session;
  };
  const open = (arm: Arm): Promise<readonly pg.Client[]> =>
    allOf(Array.from({ length: scenario.clients }, () => openOne(arm)));
  if (arms.method === 'two databases') {
    const straight = { treatment: await open('treatment'), control: await open('control') };
    const control = await open('control');
    const swapped = { treatment: await open('treatment'), control };
    return {
      of: (arm, isSwapped) => (isSwapped ? swapped : straight)[arm],
      all: [straight, swapped].flatMap((pair) => [...pair.treatment, ...pair.control]),
    };
  }
  const [first = [], second = first] = await allOf(armNames(arms).map(open));
  return {
    of: (arm, isSwapped) => ((arm === 'treatment') === isSwapped ? second : first),
    all: [...first, ...second],
  };
}

/** What all of them give, once each has ended: none goes on unseen when another fails. Throws what the first failed with. */
async function allOf<T>(work: readonly Promise<T>[]): Promise<readonly T[]> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

async function openSession<D>(
  { bench, scenario, timeoutMs, settle }: SessionsTask<D>,
  { reservation, design }: Place,
): Promise<pg.Client> {
  const { roundTripMs } = scenario;
  const { poolerUrl } = bench;
  const line = roundTripMs === undefined ? undefined : new DelayedSocket(roundTripMs / 2);
  const client =
    poolerUrl !== undefined
      ? await openPooled(poolerUrl, line)
      : scenario.at === undefined
        ? await reservation.openClient(design, settle, line)
        : await reservation.openWorker();
  if (line !== undefined && !line.used) {
    throw new UserError(
      `${scenario.name} needs a session without TLS: its network is put in between`,
    );
  }
  if (poolerUrl !== undefined) return client; // what it sets others would get
  const settings = [`set statement_timeout = ${timeoutMs}`];
  if (!scenario.durable) settings.push('set synchronous_commit = off');
  await client.query(settings.join(';'));
  return client;
}
