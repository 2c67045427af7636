import { closing } from '../../db/connection/closing.ts';
import { withSession } from '../../db/connection/with-session.ts';
import type { Design } from '../../db/designs.ts';
import type { Lab } from '../../db/lab.ts';
import { serverProcess } from '../../db/server/cluster.ts';
import { startEnvironment } from '../environment/environment.ts';
import { poolerUrlOf } from '../network/pooler-place.ts';
import { createRunFolder, type RunFolder } from '../results/run-folder.ts';
import { type FinishedLoad, writeLoad } from './finished-load.ts';
import { Live, type Screen } from './live.ts';
import type { LoadOptions } from './options/load-options.ts';
import type { Second, TrialOptions } from './options/trial-options.ts';
import { compareClosedLoop } from './pgbench/compare-pgbench.ts';
import { judgeTrial, runRamp } from './ramp.ts';
import { type LoadReservation, reserveForLoad } from './reservation.ts';
import type { LoadResults, LoadTrial, RampResult } from './results/results.ts';
import { runTrial } from './run-trial.ts';
import { runSoak } from './soak/run-soak.ts';

/** Runs what was asked for, design after design, and writes load.json. */
export async function runLoad(
  lab: Lab,
  options: LoadOptions,
  out: Screen,
  signal: AbortSignal,
): Promise<FinishedLoad> {
  const startedAt = new Date();
  const environment = await withSession(lab.connect(), (client) =>
    startEnvironment(client, lab, 'load'),
  );
  const { pooler } = options;
  const poolerUrl = pooler === undefined ? undefined : await poolerUrlOf(lab.url, pooler);
  const trials: LoadTrial[] = [];
  const ramps: RampResult[] = [];
  let pgbench: LoadResults['pgbench'];
  const folder = await closing(async (defer): Promise<RunFolder> => {
    const reservation = await reserveForLoad(lab);
    defer((failure) => reservation.close(failure));
    const created = createRunFolder(describeRun(options), startedAt, options);
    const turns = options.designs.flatMap((design) =>
      options.checks.map((check) => ({ design, check })),
    );
    for (const { design, check } of turns) {
      if (signal.aborted) break;
      await reservation.useDesign(design, check);
      const asked = { ...options, poolerUrl, check };
      const done = await runDesign(lab, asked, design, reservation, out, signal);
      trials.push(...done.trials);
      if (done.ramp !== undefined) ramps.push(done.ramp);
      pgbench = done.pgbench ?? pgbench;
    }
    return created;
  });
  return writeLoad(folder, startedAt, options, {
    complete: !signal.aborted,
    environment: await withSession(lab.connect(), (client) => environment.finish(client)),
    trials,
    ramps,
    ...(pgbench === undefined ? {} : { pgbench }),
  });
}

interface DesignDone {
  readonly trials: readonly LoadTrial[];
  readonly ramp?: RampResult;
  readonly pgbench?: LoadResults['pgbench'];
}

async function runDesign(
  lab: Lab,
  options: LoadOptions & Pick<TrialOptions, 'poolerUrl' | 'check'>,
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
  const one = { ...common, rate: options.rate, onSecond: (second: Second) => live.show(second) };
  const trial = options.soak
    ? await runSoak(one, reservation, () => serverPidOf(lab))
    : await runTrial(one);
  live.end();
  const { objective } = options;
  if (objective === undefined) return { trials: [trial] };
  return {
    trials: [{ ...trial, objective: { text: objective.text, ...judgeTrial(trial, objective) } }],
  };
}

/** The embedded server's first process; another one's memory cannot be seen. */
function serverPidOf({ server }: Lab): number | undefined {
  if (server.kind === 'external') return undefined;
  const process = serverProcess(server.paths);
  return process.state === 'running' ? process.pid : undefined;
}

function describeRun(options: LoadOptions): string {
  const what = options.comparePgbench
    ? 'pgbench'
    : options.ramp !== undefined
      ? `ramp-${options.mix.name}`
      : `${options.soak ? 'soak-' : ''}${options.mix.name}`;
  return `load-${what.replace(/[^\w-]+/g, '-')}`;
}
