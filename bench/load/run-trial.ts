import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../db/cli/errors.ts';
import { chooseServer, hostsOf } from '../../db/connection/choose-server.ts';
import { itemAt } from '../../db/item-at.ts';
import { untilSettled } from '../../db/topologies/citus/settle.ts';
import { citus } from '../../db/topologies/topology.ts';
import { clockMs } from './client/clock.ts';
import { untilSessionsAreGone } from './client/connections.ts';
import type { WorkerOptions } from './client/worker-options.ts';
import { Workers } from './client/workers.ts';
import { ControlSession } from './control-session.ts';
import type { TrialOptions } from './options/trial-options.ts';
import { applicationStatements, type Prepared, prepareRun } from './prepare.ts';
import { Seconds } from './record/align-intervals.ts';
import { ProcessorWatch } from './record/processors.ts';
import type { IntervalReport } from './record/recorder.ts';
import { Sampler } from './record/sampler.ts';
import { snapshotDeltas, takeSnapshot } from './record/server-counters.ts';
import { Timeline } from './record/timeline.ts';
import type { LoadTrial } from './results/results.ts';
import { describeTrial } from './trial-figures.ts';
import { removeRun } from './verify/remove-run.ts';
import type { RunRecord } from './verify/run-record.ts';
import { verifyRun } from './verify/verify.ts';
import { FreshNumbers } from './workload/fresh-numbers.ts';
import { OptOutLedger } from './workload/opt-out-ledger.ts';
import { Thresholds } from './workload/thresholds.ts';

/** Connections that one thread serves well. */
const clientsPerWorker = 16;

/** Runs one load, verifies the database, and removes what it made. */
export async function runTrial(options: TrialOptions): Promise<LoadTrial> {
  const folder = mkdtempSync(join(tmpdir(), 'optout-lab-load-'));
  const control = new ControlSession(options.url);
  try {
    const fromUnixMs = Date.now();
    const first = await control.patiently();
    const prepared = await prepareRun(
      first,
      options.design,
      options.straight ? options.url : undefined,
    );
    const before = await takeSnapshot(first, options.major);
    await options.onBegin?.({ ...prepared, fromUnixMs });
    const plans = planWorkers(options, prepared, folder);
    const startedAt = new Date().toISOString();
    const carried = await carry(options, plans, new Sampler(control));
    if (prepared.topology === citus) await control.close(); // its connections to workers may have broken
    const client = await control.patiently(); // the server may just be coming back after a crash
    await untilSessionsAreGone(client);
    const after = await takeSnapshot(client, options.major);
    const run: RunRecord = {
      ...prepared,
      design: options.design,
      check: options.check,
      seed: options.seed,
      fromUnixMs,
      ledger: itemAt(plans, 0).ledger,
      workers: carried.results.map((result, worker) => ({
        result,
        messageOutcomes: itemAt(plans, worker).messageOutcomes,
        reportOutcomes: itemAt(plans, worker).reportOutcomes,
      })),
    };
    await options.beforeVerifying?.(run);
    if (prepared.topology === citus) await untilSettled(client);
    const verification = await verifyRun(client, run);
    if (!options.keep) {
      const { ownProfileIds } = prepared;
      const url = await chooseServer(hostsOf(options.url));
      await removeRun({ url, client }, options.design, { ...run, ownProfileIds });
    }
    await options.onEnd?.();
    return describeTrial({
      ...carried,
      options,
      workers: plans.length,
      startedAt,
      interrupted: options.signal?.aborted === true,
      server: snapshotDeltas(before, after),
      verification,
    });
  } finally {
    await control.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** How many threads a load gets: one is enough for many connections, and two are not faster on few cores. */
export function workersFor(clients: number, asked: number | undefined): number {
  const chosen =
    asked ??
    Math.min(Math.ceil(clients / clientsPerWorker), Math.max(1, availableParallelism() - 1));
  return Math.min(chosen, clients);
}

function planWorkers(
  options: TrialOptions,
  prepared: Prepared,
  folder: string,
): readonly WorkerOptions[] {
  const workers = workersFor(options.clients, options.workers);
  const { design, isolation } = options;
  const sessionSql = [
    ...(isolation === 'default' ? [] : [`set default_transaction_isolation = '${isolation}'`]),
    ...(design.sessionSql === undefined ? [] : [design.sessionSql]),
  ];
  const thresholds = Thresholds.memory(prepared.threshold);
  const numbers = new FreshNumbers(prepared.freshAreas, options.seed);
  const { count } = numbers;
  if (options.trace !== undefined && options.trace.contacts > count) {
    throw new UserError(
      `the trace has ${options.trace.contacts} contacts, and there are ${count} numbers to stand for them`,
    );
  }
  const ledger = OptOutLedger.memory(count);
  options.onKnowledge?.({
    thresholds: new Thresholds(thresholds),
    ledger: new OptOutLedger(ledger),
    numbers,
    profileIds: prepared.profileIds,
  });
  const { topology, ...known } = prepared; // of it, plain data passes to a thread
  return Array.from({ length: workers }, (_, worker) => ({
    ...known,
    url: options.poolerUrl ?? options.url,
    pooled: options.poolerUrl !== undefined,
    isCluster: topology === citus,
    worker,
    workers,
    // connections are shared out as evenly as they go
    clients: Math.floor((options.clients + workers - 1 - worker) / workers),
    mix: options.mix,
    check: options.check,
    seed: options.seed,
    rate: options.rate,
    durationMs: options.durationMs,
    drainMs: options.drainMs,
    sessionSql,
    statements: { ...applicationStatements(topology), ...options.statements },
    ...(options.plain
      ? {
          dataSet: undefined,
          profileIds: prepared.profileIds.slice(0, 1),
          plainAreas: prepared.plainAreas.slice(0, 1),
        }
      : { dataSet: options.dataSet }),
    ledger,
    trace: options.trace,
    thresholds,
    messageOutcomes: join(folder, `messages-${worker}`),
    reportOutcomes: join(folder, `reports-${worker}`),
  }));
}

/** Carries the load; what the workers say of a second is shown when all have said it. */
async function carry(options: TrialOptions, plans: readonly WorkerOptions[], sampler: Sampler) {
  const series = new Timeline();
  const seconds = new Seconds(plans.keys());
  let showing = Promise.resolve();
  const show = async (second: number, reports: readonly IntervalReport[]): Promise<void> => {
    // the end of the run is no second of its own where nothing was left for it
    if (reports.every(({ last, counts }) => last && counts.done === 0)) return;
    const sample = await sampler.sample();
    if (sample !== undefined) series.addSample(second, sample);
    options.onSecond?.({ second, reports, sample });
  };
  const workers = new Workers(plans, (worker, said) => {
    series.addReport(said);
    const over = seconds.add(worker, said);
    if (over !== undefined) showing = showing.then(() => show(over.second, over.reports));
  });
  await workers.ready();
  await sampler.sample();
  const processors = new ProcessorWatch();
  const startMs = clockMs() + 100;
  workers.start(startMs);
  options.onStart?.(startMs);
  const stop = (): void => workers.stop();
  options.signal?.addEventListener('abort', stop, { once: true });
  if (options.signal?.aborted === true) stop();
  try {
    const results = await workers.finished();
    await showing;
    return {
      results,
      intervals: series.intervals(),
      startMs,
      elapsedMs: clockMs() - startMs,
      processors: processors.read(),
    };
  } finally {
    options.signal?.removeEventListener('abort', stop);
    await workers.terminate();
  }
}
