import type pg from 'pg';
import { closing } from '../../db/connection/closing.ts';
import { connect } from '../../db/connection/connect.ts';
import { onlyRow } from '../../db/connection/only-row.ts';
import { failureOf, isRefusal, optedOut } from '../../db/contract.ts';
import { itemAt } from '../../db/item-at.ts';
import { readSql } from '../../db/sql.ts';
import { type Answer, type Sample, startOpenLoop } from '../load/client/open-loop.ts';
import { Draws } from '../stats/random.ts';

const sendSql = readSql(new URL('./sql/send.sql', import.meta.url));
const reportSql = readSql(new URL('./sql/report.sql', import.meta.url));

/** What its sessions are called in pg_stat_activity. */
export const trafficName = 'optout-lab rollout traffic';

/** A number of which the traffic reported opt-outs, and how many profiles that were acknowledged. */
export interface OptedOutNumber {
  readonly phone: string;
  profiles: number;
}

/** Whom the traffic texts, how often, and with how many sessions. */
export interface TrafficOptions {
  readonly url: string;
  readonly ratePerSecond: number;
  readonly clients: number;
  readonly phones: readonly string[];
  readonly profiles: readonly string[];
  readonly seed: number;
  /** Told of each session when it begins. */
  readonly onSession?: (client: pg.Client) => Promise<void>;
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
  for (let i = 0; i < clients; i++) {
    const client = await connect(url, trafficName);
    await options.onSession?.(client);
    sessions.push(client);
  }
  const numbers: WaveNumber[] = [];
  const ring: string[] = [];
  const draws = new Draws(options.seed, 'rollout');
  let operations = 0;

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
  async function operate(client: pg.Client): Promise<Answer['kind']> {
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
  async function nextOfWave(client: pg.Client): Promise<Answer['kind']> {
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
      return 'opt-out';
    }
    let number = numbers.at(-1);
    if (number === undefined || number.sent === 3) {
      const phone = `${options.ownPrefix}${String(numbers.length).padStart(6, '0')}`;
      number = { phone, profiles: 0, sent: 0, toReport: [] };
      numbers.push(number);
    }
    const profile = itemAt(profiles, number.sent++);
    number.toReport.push(await send(client, number.phone, profile));
    return 'send';
  }

  /** A refusal is an answer, too. */
  async function answerOf(client: pg.Client): Promise<Answer> {
    try {
      return { kind: await operate(client), refused: false };
    } catch (error) {
      if (isRefusal(failureOf(error))) return { kind: 'send', refused: true };
      throw error;
    }
  }

  const loop = await startOpenLoop({
    sessions,
    ratePerSecond,
    endMs: Number.POSITIVE_INFINITY,
    draws,
    operate: answerOf,
  });
  return {
    samples: loop.samples,
    optedOut: numbers,
    stop: () =>
      closing(async (defer) => {
        for (const client of sessions) defer(() => client.end());
        await loop.stop();
      }),
  };
}
