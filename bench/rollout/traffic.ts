import type pg from 'pg';
import { closing } from '../../db/connection/closing.ts';
import { connect } from '../../db/connection/connect.ts';
import { onlyRow } from '../../db/connection/only-row.ts';
import { failureOf, isRefusal, isWorthRetrying, optedOut } from '../../db/contract.ts';
import { itemAt } from '../../db/item-at.ts';
import { readSql } from '../../db/sql.ts';
import { startPreciseTimer } from '../load/client/precise-timer.ts';
import { Schedule } from '../load/workload/arrivals.ts';
import { Draws } from '../stats/random.ts';

const sendSql = readSql(new URL('./sql/send.sql', import.meta.url));
const reportSql = readSql(new URL('./sql/report.sql', import.meta.url));

/** What its sessions are called in pg_stat_activity. */
export const trafficName = 'optout-lab rollout traffic';

/** What the traffic did at one moment. */
export interface Sample {
  /** When it was due, by performance.now(). */
  readonly dueMs: number;
  /** From then until it was answered. */
  readonly latencyMs: number;
  readonly kind: 'send' | 'report' | 'opt-out';
  readonly refused: boolean;
}

/** A number of which the traffic reported an opt-out, and when the third was acknowledged. */
export interface OptedOutNumber {
  readonly phone: string;
  profiles: number;
  thirdAtMs: number | undefined;
}

/** Whom the traffic texts, how often, and with how many sessions. */
export interface TrafficOptions {
  readonly url: string;
  readonly ratePerSecond: number;
  readonly clients: number;
  readonly phones: readonly string[];
  readonly profiles: readonly string[];
  readonly seed: number;
  /** Numbers of the traffic's own opt-outs begin with this; no other run's do. */
  readonly ownPrefix: string;
}

/** An application that goes on sending. */
export interface Traffic {
  readonly samples: readonly Sample[];
  readonly optedOut: readonly OptedOutNumber[];
  /** Ends it when what is due has been answered; throws what made it fail. */
  stop(): Promise<void>;
}

/** Of twenty operations one is for the wave of opt-outs, two are reports, the others send. */
const wave = 20;

/** Messages of whose fate a report may tell. */
const ringSize = 1_000;

/** Whether its profiles' messages have been sent, and which of them are to be reported. */
interface WaveNumber extends OptedOutNumber {
  sent: number;
  readonly toReport: string[];
}

/**
 * Sends at a fixed rate, whatever becomes of what was sent before: latency counts from when an operation
 * was due. Some numbers are told 21610 by three profiles, so that what is installed meanwhile has
 * something to record; a refusal counts as an answer, anything else that fails ends the traffic.
 */
export async function startTraffic(options: TrafficOptions): Promise<Traffic> {
  const { url, ratePerSecond, clients, phones, profiles } = options;
  const sessions: pg.Client[] = [];
  for (let i = 0; i < clients; i++) sessions.push(await connect(url, trafficName));
  const timer = await startPreciseTimer();
  const samples: Sample[] = [];
  const numbers: WaveNumber[] = [];
  const ring: string[] = [];
  const idle = [...sessions];
  const draws = new Draws(options.seed, 'rollout');
  const schedule = new Schedule({
    kind: 'poisson',
    ratePerSecond,
    startMs: performance.now(),
    endMs: Number.POSITIVE_INFINITY,
    part: 0,
    parts: 1,
    draws,
  });
  let stopped = false;
  let failure: unknown;
  let operations = 0;
  let busy = 0;
  let drained: () => void = () => {};
  const answered = new Promise<void>((resolve) => {
    drained = resolve;
  });
  const armed = timer.onWake(() => pump());

  const send = async (client: pg.Client, phone: string, profile: string): Promise<string> => {
    // named, so that a session plans it once
    const sent = await client.query<{ id: string }>({
      name: 'send',
      text: sendSql,
      values: [profile, phone],
    });
    return onlyRow(sent).id;
  };
  const report = (client: pg.Client, message: string, code: number | null): Promise<unknown> =>
    client.query({
      name: 'report',
      text: reportSql,
      values: [message, code === null ? 'delivered' : 'failed', code],
    });

  /** One operation; tells what it was. */
  async function operate(client: pg.Client): Promise<Sample['kind']> {
    const turn = operations++ % wave;
    if (turn === wave - 1) return nextOfWave(client);
    const known = turn >= wave - 3 ? ring[draws.below(ring.length)] : undefined;
    if (known !== undefined) {
      await report(client, known, null);
      return 'report';
    }
    const phone = itemAt(phones, draws.below(phones.length));
    const id = await send(client, phone, itemAt(profiles, draws.below(profiles.length)));
    if (ring.length < ringSize) ring.push(id);
    else ring[operations % ringSize] = id;
    return 'send';
  }

  /** Reports a message of the wave, or sends the next one. */
  async function nextOfWave(client: pg.Client): Promise<Sample['kind']> {
    const waiting = numbers.find(({ toReport }) => toReport.length > 0);
    const message = waiting?.toReport.shift();
    if (waiting !== undefined && message !== undefined) {
      try {
        await report(client, message, optedOut);
      } catch (error) {
        waiting.toReport.unshift(message);
        throw error;
      }
      waiting.profiles++;
      if (waiting.profiles === 3) waiting.thirdAtMs = performance.now();
      return 'opt-out';
    }
    let number = numbers.at(-1);
    if (number === undefined || number.sent === 3) {
      const phone = `${options.ownPrefix}${String(numbers.length).padStart(6, '0')}`;
      number = { phone, profiles: 0, thirdAtMs: undefined, sent: 0, toReport: [] };
      numbers.push(number);
    }
    const profile = itemAt(profiles, number.sent++);
    number.toReport.push(await send(client, number.phone, profile));
    return 'send';
  }

  async function attempt(client: pg.Client, dueMs: number): Promise<void> {
    for (;;) {
      try {
        const kind = await operate(client);
        samples.push({ dueMs, latencyMs: performance.now() - dueMs, kind, refused: false });
        return;
      } catch (error) {
        if (isRefusal(failureOf(error))) {
          const latencyMs = performance.now() - dueMs;
          samples.push({ dueMs, latencyMs, kind: 'send', refused: true });
          return;
        }
        if (!isWorthRetrying(failureOf(error))) throw error;
      }
    }
  }

  function pump(): void {
    while (!stopped && idle.length > 0 && schedule.nextMs <= performance.now()) {
      const client = idle.pop();
      if (client === undefined) break;
      busy++;
      attempt(client, schedule.take())
        .catch((error: unknown) => {
          failure ??= error;
          stopped = true;
        })
        .finally(() => {
          busy--;
          idle.push(client);
          pump();
        });
    }
    if (stopped) {
      if (busy === 0) drained();
    } else if (idle.length > 0) armed.set(schedule.nextMs);
  }
  pump();

  return {
    samples,
    optedOut: numbers,
    stop: () =>
      closing(async (defer) => {
        for (const client of sessions) defer(() => client.end());
        defer(() => timer.close());
        stopped = true;
        pump();
        await answered;
        if (failure !== undefined) throw failure;
      }),
  };
}
