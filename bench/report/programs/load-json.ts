import {
  define,
  exactly,
  list,
  mapOf,
  number,
  numberOr,
  numberOrNull,
  type Of,
  object,
  oneOf,
  optional,
  text,
  yesOrNo,
} from '../../../db/format/schema.ts';
import { whatIsWrong } from '../../load/missed-objectives.ts';
import { replicationKinds } from '../../load/results/failover-results.ts';
import { closedLoopComparisonSchema, type LoadResults } from '../../load/results/results.ts';
import {
  checkSchema,
  countsSchema,
  type Latency,
  type LoadTrial,
  limitSchema,
  trialObjectiveSchema,
} from '../../load/results/trial-results.ts';

/** Counted up when a reader of an earlier version would misread a later file. */
const version = 1;

const percentilesSchema = define(
  'Percentiles',
  object(
    {
      answers: number(),
      p50: numberOrNull(),
      p90: numberOrNull(),
      p99: numberOrNull(),
      p999: numberOrNull(),
      p9999: numberOrNull(),
      max: numberOrNull(),
    },
    'In milliseconds; null where too few answers stand behind one.',
  ),
);

const trialSchema = define(
  'Trial',
  object(
    {
      design: text(),
      check: checkSchema,
      mix: text(),
      rate: numberOr('max', 'Operations offered a second, or `max` for the closed loop.'),
      clients: number(),
      elapsedS: number(),
      offeredPerSecond: numberOrNull(),
      donePerSecond: numberOrNull(),
      latencyMs: object({
        all: percentilesSchema,
        accepted: percentilesSchema,
        refused: percentilesSchema,
        report: percentilesSchema,
        optedOut: percentilesSchema,
      }),
      counts: countsSchema,
      errors: mapOf(number(), 'Statements that were answered with an error, by SQLSTATE.'),
      limit: limitSchema,
      objective: optional(trialObjectiveSchema),
      verified: yesOrNo('Whether the database held what was acknowledged.'),
      differences: list(text(), 'Why not.'),
    },
    'One load at one rate.',
  ),
);

const rampSchema = define(
  'Ramp',
  object(
    {
      design: text(),
      check: checkSchema,
      objective: text(),
      highestRate: numberOrNull('Null where no rate kept the objective.'),
      lowestMiss: numberOrNull('Null where every rate did.'),
      finding: text(),
    },
    'The search for the highest rate that keeps an objective; its loads are among the trials.',
  ),
);

const failoverSchema = define(
  'FailoverSummary',
  object(
    {
      replication: oneOf(replicationKinds),
      refusedAfterS: number('From the kill to the first refusal by the promoted standby.'),
      acceptedAfterS: number('From the kill to the first message that it accepted.'),
      lostMessages: number('Acknowledged, and not there afterwards.'),
      lostReports: number(),
      lostBlocks: number(),
      ok: yesOrNo(),
      differences: list(text(), 'Why not.'),
    },
    'One failover; its load is among the trials.',
  ),
);

export const loadJsonSchema = define(
  'LoadSummary',
  object(
    {
      format: exactly('opt-out-check-lab load'),
      version: exactly(version),
      run: text(),
      startedAt: text('ISO 8601, UTC.'),
      command: text(),
      server: text(),
      scale: text('Of the data set; `empty` without one.'),
      complete: yesOrNo('False where it was interrupted.'),
      failure: optional(text('Why the command ends with code 1; absent where it does not.')),
      trials: list(trialSchema),
      ramps: list(rampSchema),
      failovers: list(failoverSchema),
      pgbench: optional(closedLoopComparisonSchema),
    },
    'What load prints with --json, and report of a load. All that was measured, second by second, is in its load.json.',
  ),
);
export type LoadJson = Of<typeof loadJsonSchema>;

/** A load for another program: its figures and verdicts, without what they were made from. */
export function loadJson(results: LoadResults): LoadJson {
  const failure = whatIsWrong(results);
  return {
    format: 'opt-out-check-lab load',
    version,
    run: results.runId,
    startedAt: results.startedAt,
    command: results.commandLine,
    server: results.environment.server.version,
    scale: results.scale,
    complete: results.complete,
    ...(failure === undefined ? {} : { failure }),
    trials: results.trials.map(trialOf),
    ramps: results.ramps.map(
      ({ design, check = 'on', objective, highestRate, lowestMiss, finding }) => ({
        ...{ design, check, objective, highestRate, lowestMiss, finding },
      }),
    ),
    failovers: (results.failovers ?? []).map(failoverOf),
    ...(results.pgbench === undefined ? {} : { pgbench: results.pgbench }),
  };
}

function trialOf(trial: LoadTrial): LoadJson['trials'][number] {
  const { design, check = 'on', rate, clients, elapsedS, counts, limit, verification } = trial;
  const { accepted, refused, report, optedOut, all } = trial.latency;
  return {
    ...{ design, check, mix: trial.mix.name, rate, clients, elapsedS },
    offeredPerSecond: trial.offeredPerSecond,
    donePerSecond: trial.donePerSecond,
    latencyMs: {
      all: percentilesOf(all),
      accepted: percentilesOf(accepted),
      refused: percentilesOf(refused),
      report: percentilesOf(report),
      optedOut: percentilesOf(optedOut),
    },
    counts,
    errors: Object.fromEntries(
      Object.entries(trial.errors).map(([state, { answers }]) => [state, answers]),
    ),
    limit,
    ...(trial.objective === undefined ? {} : { objective: trial.objective }),
    verified: verification.ok,
    differences: verification.differences,
  };
}

function percentilesOf(
  latency: Latency,
): LoadJson['trials'][number]['latencyMs'][keyof LoadTrial['latency']] {
  return {
    answers: latency.samples,
    p50: latency.p50Ms,
    p90: latency.p90Ms,
    p99: latency.p99Ms,
    p999: latency.p999Ms,
    p9999: latency.p9999Ms,
    max: latency.maxMs,
  };
}

function failoverOf(
  failover: NonNullable<LoadResults['failovers']>[number],
): LoadJson['failovers'][number] {
  const { replication, killedS, refusedS, acceptedS, lost, ok, differences } = failover;
  return {
    replication,
    refusedAfterS: refusedS - killedS,
    acceptedAfterS: acceptedS - killedS,
    lostMessages: lost.messages.length,
    lostReports: lost.reports.length,
    lostBlocks: lost.blocks.length,
    ok,
    differences,
  };
}
