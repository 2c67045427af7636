import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { unlessInterrupted } from '../../db/cli/command.ts';
import { closing } from '../../db/connection/closing.ts';
import { onlyRow } from '../../db/connection/only-row.ts';
import { failureOf, isRefusal } from '../../db/contract.ts';
import { defaultDesignName, designNamed } from '../../db/designs.ts';
import { itemAt } from '../../db/item-at.ts';
import { readSql } from '../../db/sql.ts';
import { profileId } from '../../seed/data-set/data-set.ts';
import { type BenchReservation, benchBody } from '../database/reservation.ts';
import type { BenchDataSet } from '../scenarios/blocked-contacts.ts';
import { createDraw } from '../scenarios/draw.ts';
import { reportStatements, type SentMessage, statements } from '../scenarios/statements.ts';
import { LatencyHistogram } from '../stats/histogram.ts';
import type { ThresholdStep } from './results.ts';

const insertMessagesSql = readSql(
  new URL('../scenarios/sql/insert_messages_returning.sql', import.meta.url),
);

/** Between two probes of the number that stays blocked. */
const probeEveryMs = 5;

/**
 * Changes the threshold step by step, each in one statement, while one session sends without a pause
 * and another goes on trying a number that is blocked before and after. The session puts back the
 * threshold that it found when it is closed, or cleared up after.
 *
 * @param reservation the default design must be in place
 */
export async function measureThreshold(
  reservation: BenchReservation,
  dataSet: BenchDataSet,
  thresholds: readonly number[],
  progress: (step: ThresholdStep) => void,
): Promise<readonly ThresholdStep[]> {
  const { admin } = reservation;
  const design = designNamed(defaultDesignName);
  const own = createDraw(dataSet, dataSet.options.seed).own(2);
  const [free, blocked] = [itemAt(own, 0), itemAt(own, 1)];
  const first = await currentThreshold(admin);
  const [sender, prober] = [
    await reservation.openClient(design),
    await reservation.openClient(design),
  ];
  return closing(async (defer) => {
    defer(() => reservation.removeMade(design, [free, blocked]));
    await blockForAll(reservation, dataSet, blocked, Math.max(first, ...thresholds));
    const steps: ThresholdStep[] = [];
    for (const to of thresholds) {
      await unlessInterrupted();
      const step = await change(reservation, to, { sender, prober, free, blocked, dataSet });
      steps.push(step);
      progress(step);
    }
    return steps;
  });
}

interface Traffic {
  readonly sender: pg.Client;
  readonly prober: pg.Client;
  readonly free: string;
  readonly blocked: string;
  readonly dataSet: BenchDataSet;
}

async function change(
  reservation: BenchReservation,
  to: number,
  traffic: Traffic,
): Promise<ThresholdStep> {
  const { admin } = reservation;
  const from = await currentThreshold(admin);
  const stop = new AbortController();
  const answers = Promise.all([send(traffic, stop.signal), probe(traffic, stop.signal)]);
  answers.catch(() => {}); // told below, when the change is over
  const { changed, seconds } = await reservation
    .change((client) => setThreshold(client, to))
    .finally(async () => {
      stop.abort();
      await answers.catch(() => {});
    });
  const [sends, probes] = await answers;
  const after = onlyRow(
    await admin.query<{ count: string }>('select count(*) from public.blocked_contacts'),
  );
  return {
    from,
    to,
    seconds,
    blocked: Number(changed.blocked),
    unblocked: Number(changed.unblocked),
    blockedAfter: Number(after.count),
    sends,
    probes,
  };
}

async function setThreshold(
  admin: pg.Client,
  to: number,
): Promise<{ changed: { blocked: string; unblocked: string }; seconds: number }> {
  const startedMs = performance.now();
  const answer = await admin.query<{ blocked: string; unblocked: string }>(
    'select blocked, unblocked from set_opt_out_block_threshold($1)',
    [to],
  );
  return { changed: onlyRow(answer), seconds: (performance.now() - startedMs) / 1_000 };
}

async function send(traffic: Traffic, signal: AbortSignal): Promise<ThresholdStep['sends']> {
  const latencies = LatencyHistogram.create('small');
  const profile = profileId(traffic.dataSet, 0);
  do {
    const startedNs = process.hrtime.bigint();
    const values = [profile, traffic.free, benchBody];
    await traffic.sender.query({ ...statements.insertMessage, values });
    latencies.record(Number(process.hrtime.bigint() - startedNs));
  } while (!signal.aborted);
  return { accepted: latencies.samples, percentiles: latencies.summary() };
}

async function probe(traffic: Traffic, signal: AbortSignal): Promise<ThresholdStep['probes']> {
  const profile = profileId(traffic.dataSet, 0);
  let [refused, accepted] = [0, 0];
  do {
    const values = [profile, traffic.blocked, benchBody];
    try {
      await traffic.prober.query({ ...statements.insertMessage, values });
      accepted++;
    } catch (error) {
      if (!isRefusal(failureOf(error))) throw error;
      refused++;
    }
    await delay(probeEveryMs);
  } while (!signal.aborted);
  return { refused, accepted };
}

/** A number that so many profiles were told 21610 for: blocked at every threshold that is measured. */
async function blockForAll(
  { admin, topology }: BenchReservation,
  dataSet: BenchDataSet,
  phone: string,
  profiles: number,
): Promise<void> {
  const senders = Array.from({ length: profiles }, (_, index) => profileId(dataSet, index));
  const { rows } = await admin.query<SentMessage>(insertMessagesSql, [
    senders,
    senders.map(() => phone),
    benchBody,
  ]);
  const { optOutReports, valuesOfAll } = reportStatements(topology);
  await admin.query(optOutReports, [...valuesOfAll(rows)]);
}

async function currentThreshold(client: pg.Client): Promise<number> {
  const answer = await client.query<{ threshold: number }>(
    'select opt_out_block_threshold() as threshold',
  );
  return onlyRow(answer).threshold;
}
