import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { UserError } from '../../../db/cli/errors.ts';
import { connect } from '../../../db/connection/connect.ts';
import { onlyRow } from '../../../db/connection/only-row.ts';
import type { Design } from '../../../db/designs.ts';
import { readSql } from '../../../db/sql.ts';
import { clockMs } from '../client/clock.ts';
import type { TrialOptions } from '../options/trial-options.ts';
import { commonSilences, type Silence } from '../record/silences.ts';
import type { Failover, LostRows, ReplicationKind } from '../results/failover-results.ts';
import type { LoadTrial, Verification } from '../results/results.ts';
import { runTrial } from '../run-trial.ts';
import { type FirstAnswers, untilServed } from './first-answers.ts';
import { type Derived, findLoss, type Loss, readDerived } from './lost-rows.ts';
import type { Pair } from './pair.ts';

const replayedSql = readSql(new URL('./sql/replayed.sql', import.meta.url));

/** Numbers that no load sends to: the first is blocked before it begins. */
export const failoverPhones = { blocked: '+12015550100', free: '+12015550101' } as const;

/** One failover to come. */
export interface FailoverPlan {
  readonly pair: Pair;
  readonly replication: ReplicationKind;
  readonly standbyDelayMs: number;
  /** After the load's start. */
  readonly killAfterMs: number;
}

/** What happened, of the clock that all threads share. */
interface Events extends FirstAnswers {
  readonly killedMs: number;
  readonly promotedMs: number;
  readonly atPromotion: Derived;
}

/**
 * Kills the primary under a load, promotes the standby, and finds out what is lost: the killed primary is
 * started once more, by itself, and compared. A load that ends before has no failover.
 */
export async function runFailover(
  plan: FailoverPlan,
  options: Omit<TrialOptions, 'url'>,
): Promise<{ readonly trial: LoadTrial; readonly failover?: Failover }> {
  const { pair } = plan;
  let timer: NodeJS.Timeout | undefined;
  let events: Promise<Events> | undefined;
  let startMs = 0;
  let loss: Loss | undefined;
  let silences: readonly Silence[] = [];
  const failed = new AbortController();
  const ends = [failed.signal, ...(options.signal === undefined ? [] : [options.signal])];
  try {
    const trial = await runTrial({
      ...options,
      url: pair.url,
      signal: AbortSignal.any(ends),
      onStart(atMs) {
        startMs = atMs;
        timer = setTimeout(() => {
          events = failOver(plan, options.design);
          events.catch(() => failed.abort()); // the load has nothing to wait for any more
        }, plan.killAfterMs);
      },
      async beforeVerifying(run) {
        clearTimeout(timer);
        if (events === undefined) return;
        const { atPromotion } = await events;
        silences = commonSilences(run.workers.map(({ result }) => result.totals.silences));
        const promoted = await connect(pair.standbyUrl);
        try {
          loss = await pair.withKilledPrimary((killed) =>
            findLoss(killed, promoted, run, atPromotion),
          );
        } finally {
          await promoted.end();
        }
      },
    });
    if (events === undefined || loss === undefined) return { trial };
    return { trial, failover: describe(plan, startMs, await events, loss, trial, silences) };
  } finally {
    clearTimeout(timer);
    await events?.catch(() => {});
  }
}

/** An interrupt does not stop it halfway: it takes a moment, and then there is a server again. */
async function failOver({ pair }: FailoverPlan, design: Design): Promise<Events> {
  const standby = await connect(pair.standbyUrl); // so that the promotion itself is all that is waited for
  let over = false;
  try {
    const killedMs = clockMs();
    await pair.killPrimary();
    const { blocked, free } = failoverPhones;
    const served = untilServed(pair.url, design, blocked, free, () => over);
    served.catch(() => {}); // awaited below
    await untilReplayed(standby);
    const atPromotion = await readDerived(standby);
    await promote(standby);
    const promotedMs = clockMs();
    return { ...(await served), killedMs, promotedMs, atPromotion };
  } finally {
    over = true;
    await standby.end();
  }
}

/** Looks without progress after which the rest is half a record, which is never replayed. */
const idleLooks = 20;

/** Waits until a standby whose primary is gone has replayed what it received. */
async function untilReplayed(standby: pg.Client): Promise<void> {
  let last = '';
  for (let idle = 0; idle < idleLooks; await delay(2)) {
    const { replayed, complete } = onlyRow(
      await standby.query<{ replayed: string; complete: boolean }>(replayedSql),
    );
    if (complete) return;
    idle = replayed === last ? idle + 1 : 0;
    last = replayed;
  }
}

/** How long a promotion may take. */
const promoteMs = 60_000;

/** Promotes a standby and waits until it takes writes; pg_promote's own waiting looks every tenth of a second. */
async function promote(standby: pg.Client): Promise<void> {
  await standby.query('select pg_promote(false)');
  const deadlineMs = clockMs() + promoteMs;
  for (;;) {
    const { standby: isStandby } = onlyRow(
      await standby.query<{ standby: boolean }>('select pg_is_in_recovery() as standby'),
    );
    if (!isStandby) return;
    if (clockMs() > deadlineMs) throw new UserError('the standby was not promoted within a minute');
    await delay(1);
  }
}

function describe(
  { replication, standbyDelayMs }: FailoverPlan,
  startMs: number,
  events: Events,
  { lost, unreplicated, behind }: Loss,
  trial: LoadTrial,
  silences: readonly Silence[],
): Failover {
  const seconds = (ms: number): number => Math.round(ms - startMs) / 1000;
  const { verification } = trial;
  const answeredMs = endOfOutage(silences, events);
  const differences = [
    ...(events.acceptedThoughBlocked
      ? ['the first message after the failover went to a blocked number and was accepted']
      : []),
    ...(replication === 'sync'
      ? verification.differences
      : unexplained(verification, lost, behind)),
  ];
  return {
    replication,
    standbyDelayMs,
    killedS: seconds(events.killedMs),
    promotedS: seconds(events.promotedMs),
    refusedS: seconds(events.refusedMs),
    acceptedS: seconds(events.acceptedMs),
    answeredS: answeredMs === undefined ? null : seconds(answeredMs),
    unreplicated,
    lost,
    wronglyAccepted: verification.wrongAnswers,
    ok: differences.length === 0,
    differences,
  };
}

/** When the last of the load's silences ended that met the time between kill and promotion. */
function endOfOutage(
  silences: readonly Silence[],
  { killedMs, promotedMs }: Pick<Events, 'killedMs' | 'promotedMs'>,
): number | undefined {
  const met = silences.filter(({ fromMs, toMs }) => fromMs <= promotedMs && toMs >= killedMs);
  return met.length === 0 ? undefined : Math.max(...met.map(({ toMs }) => toMs));
}

/** What is not as acknowledged, and is not what the killed primary had more than its standby either. */
export function unexplained(
  verification: Verification,
  lost: LostRows,
  behind: Loss['behind'],
): readonly string[] {
  const { messages, reports, optOuts, wrongAnswers, wrongExamples } = verification;
  const lines: string[] = [];
  for (const [noun, found, known] of [
    ['messages', messages.missing, lost.messages.length],
    ['reports', reports.missing, lost.reports.length],
  ] as const) {
    if (found !== known) {
      lines.push(
        `${found} acknowledged ${noun} are missing, and the killed primary has ${known} of them`,
      );
    }
  }
  const unexpected = messages.unexpected + reports.unexpected;
  if (unexpected > 0) lines.push(`${unexpected} rows are there that were refused or failed`);
  if (behind.size === 0 && optOuts.differences.length > 0) lines.push(...optOuts.differences);
  if (behind.size === 0 && wrongAnswers > 0) lines.push(`${wrongAnswers} answers were wrong`);
  for (const { what, phone, messageId } of wrongExamples) {
    if (what === 'accepted though blocked' && behind.has(phone)) continue;
    lines.push(`${phone} ${what} (message ${messageId}), and none of its opt-outs is lost`);
  }
  return lines;
}
