import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import type pg from 'pg';
import { codeOf, messageOf } from '../../db/cli/errors.ts';
import { closing } from '../../db/connection/closing.ts';
import type { Design } from '../../db/designs.ts';
import { itemAt } from '../../db/item-at.ts';
import { queryCanceled } from '../../db/sqlstates.ts';
import type { Workbench } from '../database/workbench.ts';
import { commitsAreDurable } from '../environment/durability.ts';
import type { Arm, Block, ClientLoad, ScenarioResult } from '../results/results.ts';
import { createDraw } from '../scenarios/draw.ts';
import type { BlockWork, Scenario } from '../scenarios/scenario.ts';
import { LatencyHistogram } from '../stats/histogram.ts';
import { quantileOfSorted } from '../stats/median.ts';
import { seededRandom, seedFor, shuffled } from '../stats/random.ts';
import { firstWarmup, laterWarmup, timeBlock } from './block.ts';
import { type BlockCounters, countersBetween, readCounters } from './counters.ts';
import { figureOf, type PairedOptions, summarise } from './pairs.ts';

/** Above this share of its time, the measuring process is taken to be the limit. */
const clientLimitedAbove = 0.9;

/** Measures one scenario of a design that is in place: pairs of blocks until precise enough or out of time. */
export async function measureScenario(
  bench: Workbench,
  design: Design,
  scenario: Scenario,
  secondsAllowed: number,
): Promise<ScenarioResult> {
  const { reservation, method } = bench;
  const durable = scenario.durable && (await commitsAreDurable(reservation.admin));
  const clients = await openClients(bench, design, scenario, secondsAllowed);
  const stream = (what: string): number =>
    seedFor(bench.seed, `${design.name} ${scenario.name} ${what}`);
  const order = seededRandom(stream('order of the arms'));
  const options: PairedOptions = {
    method,
    bootstrapSeed: stream('bootstrap'),
    rowsPerStatement: scenario.rowsPerStatement,
  };
  const state: Progress = {
    blocks: [],
    histograms: [],
    pending: [],
    load: startLoad(),
  };
  const deadlineMs = performance.now() + secondsAllowed * 1_000;
  const timeoutMs = Math.ceil(secondsAllowed * 1_000);
  const outOfTime = (): boolean => performance.now() >= deadlineMs;
  let stoppedBecause: ScenarioResult['stoppedBecause'] =
    scenario.control === 'none' ? 'single arm' : 'time is up';
  let failure: string | undefined;
  await closing(async (defer) => {
    defer(() => reservation.removeMade(design, state.pending));
    for (const client of clients) defer(() => client.end().catch(() => {}));
    defer(() => reservation.change((admin) => admin.query(design.checkOnSql)));
    defer(() => state.load.stop());
    try {
      for (let pair = 0; pair === 0 || !outOfTime(); pair++) {
        const arms: readonly Arm[] =
          scenario.control === 'none' ? ['treatment'] : shuffled(['treatment', 'control'], order);
        const seed = seedFor(bench.seed, `${scenario.name} ${pair}`);
        for (const arm of arms) {
          await measureBlock(bench, design, scenario, clients, state, {
            arm,
            pair,
            seed,
            timeoutMs,
          });
        }
        const looked =
          pair + 1 >= method.minimumPairs && (pair + 1) % method.pairsBetweenLooks === 0;
        if (looked && scenario.control !== 'none') {
          if (figureOf(state.blocks, options).preciseEnough) {
            stoppedBecause = 'precise enough';
            break;
          }
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
    statement: scenario.statement,
    ...summarise(state.blocks, state.histograms, options),
    ...state.load.result(),
    stoppedBecause,
    ...(failure === undefined ? {} : { failure }),
  };
}

interface BlockPlan {
  readonly arm: Arm;
  readonly pair: number;
  readonly seed: number;
  readonly timeoutMs: number;
}

interface Progress {
  readonly blocks: Block[];
  /** One for each block. */
  readonly histograms: LatencyHistogram[];
  /** Numbers to forget if a block does not come to its end. */
  pending: readonly string[];
  readonly load: LoadMeter;
}

async function measureBlock(
  bench: Workbench,
  design: Design,
  scenario: Scenario,
  clients: readonly pg.Client[],
  state: Progress,
  block: BlockPlan,
): Promise<void> {
  const { admin } = bench.reservation;
  const { arm, pair } = block;
  const checkOff =
    scenario.control === 'check off twice' ||
    (scenario.control === 'check off' && arm === 'control');
  const switchSql = checkOff ? design.checkOffSql : design.checkOnSql;
  await bench.reservation.change(() => admin.query(switchSql));
  // a slow design's preparations are statements too, and must end as those that are timed do
  await admin.query(`set statement_timeout = ${block.timeoutMs}`);
  let work: BlockWork;
  try {
    work = await scenario.prepare({
      arm,
      clients,
      admin,
      draw: createDraw(bench.dataSet, block.seed),
      blockThreshold: bench.dataSet.blockThreshold,
      blockedShare: bench.blockedShare,
    });
  } finally {
    await admin.query('set statement_timeout = 0');
  }
  state.pending = work.phones ?? [];
  let begun: { readonly counters: BlockCounters; readonly ms: number } | undefined;
  const afterWarmup = async (): Promise<void> => {
    const counters = await readCounters(admin, bench.major, clients);
    begun = { counters, ms: performance.now() - bench.runStartedMs };
    state.load.resume();
  };
  const { latenciesNs, durationMs } = await timeBlock(
    work,
    scenario.blockMs,
    afterWarmup,
    pair === 0 ? firstWarmup : laterWarmup(scenario.rowsPerStatement),
  );
  state.load.pause(latenciesNs.length);
  if (begun === undefined) throw new Error('a block was timed before its warm-up had ended');
  const counted = countersBetween(begun.counters, await readCounters(admin, bench.major, clients));
  const histogram = LatencyHistogram.create('small');
  for (const latencyNs of latenciesNs) histogram.record(latencyNs);
  state.histograms.push(histogram);
  state.blocks.push({
    order: state.blocks.length,
    pair,
    arm,
    startedMs: round(begun.ms),
    durationMs: round(durationMs),
    samples: latenciesNs.length,
    medianNs: Math.round(quantileOfSorted(latenciesNs, 0.5)),
    meanNs: Math.round(latenciesNs.reduce((sum, value) => sum + value, 0) / latenciesNs.length),
    p95Ns: Math.round(quantileOfSorted(latenciesNs, 0.95)),
    maxNs: Math.round(itemAt(latenciesNs, latenciesNs.length - 1)),
    warmup: false, // marked when the whole series is known
    ...counted,
  });
  await bench.reservation.removeMade(design, state.pending);
  state.pending = [];
}

async function openClients(
  bench: Workbench,
  design: Design,
  scenario: Scenario,
  secondsAllowed: number,
): Promise<readonly pg.Client[]> {
  const clients: pg.Client[] = [];
  for (let index = 0; index < scenario.clients; index++) {
    const client = await bench.reservation.openClient(design);
    if (!scenario.durable) await client.query('set synchronous_commit = off');
    await client.query(`set statement_timeout = ${Math.ceil(secondsAllowed * 1_000)}`);
    clients.push(client);
  }
  return clients;
}

/** Watches this process while blocks are timed, and only then. */
interface LoadMeter {
  resume(): void;
  pause(statements: number): void;
  stop(): void;
  /** Nothing where no block was timed. */
  result(): { readonly client?: ClientLoad };
}

function startLoad(): LoadMeter {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  let statements = 0;
  let activeMs = 0;
  let wallMs = 0;
  let cpuUs = 0;
  let since = performance.eventLoopUtilization();
  let cpu = process.cpuUsage();
  return {
    resume() {
      since = performance.eventLoopUtilization();
      cpu = process.cpuUsage();
      delay.enable();
    },
    pause(count) {
      delay.disable();
      const used = performance.eventLoopUtilization(since);
      activeMs += used.active;
      wallMs += used.active + used.idle;
      const spent = process.cpuUsage(cpu);
      cpuUs += spent.user + spent.system;
      statements += count;
    },
    stop: () => {
      delay.disable();
    },
    result: () => {
      if (statements === 0) return {};
      const utilisation = activeMs / wallMs;
      return {
        client: {
          eventLoopDelayP99Ns: Math.round(delay.percentile(99)),
          utilisation: Math.round(utilisation * 1_000) / 1_000,
          cpuNsPerStatement: Math.round((cpuUs * 1_000) / statements),
          clientLimited: utilisation > clientLimitedAbove,
        },
      };
    },
  };
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 1_000) / 1_000;
}
