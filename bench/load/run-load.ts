import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';
import { onInterrupt } from '../../db/cli/command.ts';
import { closing } from '../../db/connection/closing.ts';
import type { Design } from '../../db/designs.ts';
import type { Lab } from '../../db/lab.ts';
import { scaleName } from '../../seed/data-set/scale.ts';
import { startEnvironment } from '../environment/environment.ts';
import { createRunFolder, type RunFolder } from '../results/run-folder.ts';
import { Live, type Screen } from './live.ts';
import type { LoadOptions } from './options/load-options.ts';
import { poolerText, poolerUrlOf } from './options/pooler-place.ts';
import type { TrialOptions } from './options/trial-options.ts';
import { compareClosedLoop } from './pgbench/compare-pgbench.ts';
import { judgeTrial, runRamp } from './ramp.ts';
import { type LoadReservation, reserveForLoad } from './reservation.ts';
import { loadFormatVersion } from './results/format-version.ts';
import type { LoadResults, LoadTrial, RampResult } from './results/results.ts';
import { runTrial } from './run-trial.ts';

/** A finished run: its results, and the folder that holds them. */
export interface FinishedLoad {
  readonly results: LoadResults;
  readonly folder: string;
}

/**
 * Runs what was asked for, design after design, and writes load.json. An interrupt ends the arrivals;
 * what was measured until then is verified and written all the same.
 */
export async function runLoad(
  lab: Lab,
  options: LoadOptions,
  out: Screen,
  onResults: (finished: FinishedLoad) => Promise<void>,
): Promise<FinishedLoad> {
  const abort = new AbortController();
  const work = carryOut(lab, options, out, abort.signal).then(async (finished) => {
    await onResults(finished);
    return finished;
  });
  const forget = onInterrupt(async () => {
    abort.abort();
    await work;
  });
  try {
    return await work;
  } finally {
    forget();
  }
}

async function carryOut(
  lab: Lab,
  options: LoadOptions,
  out: Screen,
  signal: AbortSignal,
): Promise<FinishedLoad> {
  const startedAt = new Date();
  const environment = await withSession(lab, (client) => startEnvironment(client, lab, 'load'));
  const { pooler } = options;
  const poolerUrl = pooler === undefined ? undefined : await poolerUrlOf(lab.url, pooler);
  const trials: LoadTrial[] = [];
  const ramps: RampResult[] = [];
  let pgbench: LoadResults['pgbench'];
  const folder = await closing(async (defer): Promise<RunFolder> => {
    const reservation = await reserveForLoad(lab);
    defer((failure) => reservation.close(failure));
    const created = createRunFolder(describeRun(options), startedAt, options);
    for (const design of options.designs) {
      if (signal.aborted) break;
      await reservation.useDesign(design, options.check);
      const done = await runDesign(
        lab,
        { ...options, poolerUrl },
        design,
        reservation,
        out,
        signal,
      );
      trials.push(...done.trials);
      if (done.ramp !== undefined) ramps.push(done.ramp);
      pgbench = done.pgbench ?? pgbench;
    }
    return created;
  });
  const results: LoadResults = {
    formatVersion: loadFormatVersion,
    kind: 'load',
    runId: folder.runId,
    startedAt: startedAt.toISOString(),
    finishedAt: new Date().toISOString(),
    commandLine: options.commandLine,
    complete: !signal.aborted,
    scale: options.dataSet === undefined ? 'empty' : scaleName(options.dataSet.messages),
    ...(options.dataSet === undefined ? {} : { dataSetSeed: options.dataSet.seed }),
    drawSeed: options.seed,
    ...(pooler === undefined ? {} : { pooler: poolerText(pooler) }),
    environment: await withSession(lab, (client) => environment.finish(client)),
    trials,
    ramps,
    ...(pgbench === undefined ? {} : { pgbench }),
  };
  writeFileSync(join(folder.path, 'load.json'), `${JSON.stringify(results, null, 1)}\n`);
  return { results, folder: folder.path };
}

/** A session for one thing: the server may be restarted between two. */
async function withSession<T>(lab: Lab, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await lab.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

interface DesignDone {
  readonly trials: readonly LoadTrial[];
  readonly ramp?: RampResult;
  readonly pgbench?: LoadResults['pgbench'];
}

async function runDesign(
  lab: Lab,
  options: LoadOptions & Pick<TrialOptions, 'poolerUrl'>,
  design: Design,
  reservation: LoadReservation,
  out: Screen,
  signal: AbortSignal,
): Promise<DesignDone> {
  const common: Omit<TrialOptions, 'rate'> = {
    ...options,
    url: lab.url,
    major: lab.major,
    design,
    durationMs: options.durationS * 1000,
    drainMs: options.drainS * 1000,
    signal,
    onBegin: (run) => reservation.begin(run),
    onEnd: () => reservation.finish(),
  };
  if (options.comparePgbench) {
    out.write(`closed loop beside pgbench, ${options.clients} connections\n`);
    const { comparison, trials } = await compareClosedLoop(common, (ours, pgbench) =>
      out.write(`  this generator ${Math.round(ours)}/s, pgbench ${Math.round(pgbench)}/s\n`),
    );
    return { trials, pgbench: comparison };
  }
  if (options.ramp !== undefined) {
    const { range, objective } = options.ramp;
    const { ramp, trials } = await runRamp(common, range, objective, {
      before: (rate) =>
        out.write(`${design.name}${options.check === 'off' ? ', check off,' : ''} at ${rate}/s: `),
      after: ({ kept, reason }) => out.write(`${kept ? 'kept' : 'missed'} (${reason})\n`),
    });
    return { trials, ramp };
  }
  const rate = options.rate === 'max' ? 'closed loop' : `${options.rate}/s`;
  const live = new Live(
    out,
    `${options.mix.name} on ${design.name}${options.check === 'off' ? ' with its check off' : ''}, ${rate}, ${options.clients} connections`,
  );
  const trial = await runTrial({
    ...common,
    rate: options.rate,
    onSecond: (second) => live.show(second),
  });
  const { objective } = options;
  if (objective === undefined) return { trials: [trial] };
  return {
    trials: [{ ...trial, objective: { text: objective.text, ...judgeTrial(trial, objective) } }],
  };
}

function describeRun(options: LoadOptions): string {
  const what = options.comparePgbench
    ? 'pgbench'
    : options.ramp !== undefined
      ? `ramp-${options.mix.name}`
      : options.mix.name;
  return `load-${what.replace(/[^\w-]+/g, '-')}`;
}
