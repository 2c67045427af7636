import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { messageOf } from '../../../db/cli/errors.ts';
import { connect } from '../../../db/connection/connect.ts';
import { failureOf, isWorthRetrying } from '../../../db/contract.ts';
import { type Design, defaultDesignName, designNamed } from '../../../db/designs.ts';
import { itemAt } from '../../../db/item-at.ts';
import { readSql } from '../../../db/sql.ts';
import { topologyOf } from '../../../db/topologies/topology.ts';
import { clockMs } from '../client/clock.ts';
import type { Knowledge } from '../options/trial-options.ts';
import type { LoadReservation } from '../reservation.ts';
import type { SoakEvent } from '../results/soak-results.ts';
import { isRefused } from '../verify/probe.ts';
import { slotsPerNumber } from '../workload/fresh-numbers.ts';
import { countBits } from '../workload/opt-out-ledger.ts';

const optInSql = readSql(new URL('./sql/opt_in.sql', import.meta.url));

/** Something that is done to the server beside a load, for a stretch or at a moment. */
export interface Disturbance {
  readonly name: string;
  /** From when to when, as shares of the run; a moment's two are the same. */
  readonly stretches: readonly (readonly [from: number, to: number])[];
  /** Begins it; says what it is. */
  begin(): Promise<string>;
  /** Ends it: also what began and failed halfway. */
  end(): Promise<void>;
}

/** What disturbances act on. */
export interface Soaked extends Knowledge {
  readonly url: string;
  readonly reservation: LoadReservation;
  readonly design: Design;
  /** Told where the database is not as it should be: the run is not verified then. */
  readonly differ: (line: string) => void;
}

/** Numbers that opt in again at a time. */
const optInsAtOnce = 20;

/** The stretch in which another design is in place where the default is loaded, and the other way round. */
const otherDesign = 'statement_trigger';

/** All of them, in the order in which they come first. A further one is a further entry. */
export function disturbancesOf(soaked: Soaked): readonly Disturbance[] {
  return [
    checkpoints(soaked),
    oldTransaction(soaked),
    higherThreshold(soaked),
    changedDesign(soaked),
    optIns(soaked),
  ];
}

function checkpoints({ url }: Soaked): Disturbance {
  const moments = [1, 3, 5, 7, 9, 11].map((twelfth) => twelfth / 12);
  return {
    name: 'checkpoint',
    stretches: moments.map((moment) => [moment, moment] as const),
    begin: () =>
      inSession(url, async (client) => {
        await client.query('checkpoint');
        return 'asked for';
      }),
    end: async () => {},
  };
}

/** Its snapshot keeps VACUUM from removing what died since. It holds no lock on a table. */
function oldTransaction({ url }: Soaked): Disturbance {
  let client: pg.Client | undefined;
  return {
    name: 'old transaction',
    stretches: [
      [0.1, 0.2],
      [0.6, 0.7],
    ],
    async begin() {
      client = await connect(url, 'optout-lab old transaction');
      await client.query('begin isolation level repeatable read');
      await client.query('select pg_catalog.pg_current_snapshot()');
      return 'a snapshot held open';
    },
    async end() {
      await client?.end().catch(() => {});
      client = undefined;
    },
  };
}

function higherThreshold({ reservation, thresholds }: Soaked): Disturbance {
  let changed: { readonly from: number; readonly to: number } | undefined;
  return {
    name: 'threshold',
    stretches: [[0.25, 0.4]],
    async begin() {
      changed = await reservation.changeThreshold((from) => {
        const to = Math.min(from + 1, slotsPerNumber);
        thresholds.set(from, to); // before: from now on either may be
        return to;
      });
      thresholds.set(changed.to);
      return `${changed.to} instead of ${changed.from}`;
    },
    async end() {
      if (changed === undefined) return;
      thresholds.set(changed.from, changed.to);
      await reservation.restoreThreshold();
      thresholds.set(changed.from);
      changed = undefined;
    },
  };
}

function changedDesign({ reservation, design }: Soaked): Disturbance {
  const other = designNamed(design.name === defaultDesignName ? otherDesign : defaultDesignName);
  return {
    name: 'design',
    stretches: [[0.45, 0.55]],
    async begin() {
      await reservation.useDesign(other, 'on');
      return `${other.name} instead of ${design.name}`;
    },
    end: () => reservation.useDesign(design, 'on'),
  };
}

/**
 * Numbers that the load has just had blocked, and still writes to, opt in again: from the same transaction
 * on each may be sent to, and what is reported later blocks it once more.
 */
function optIns(soaked: Soaked): Disturbance {
  const { url, ledger, numbers, thresholds, profileIds, differ } = soaked;
  const moments = [3, 7, 11, 15, 19, 23].map((part) => part / 24);
  const isBlocked = (number: number): boolean =>
    countBits(ledger.acknowledged(number)) >= thresholds.must;
  return {
    name: 'opt-ins',
    stretches: moments.map((moment) => [moment, moment] as const),
    begin: () =>
      inSession(url, async (client) => {
        const { optIns: areThere } = await topologyOf(client);
        if (!areThere) return 'not done: a cluster has no opt-ins yet';
        let taken = 0;
        let count = 0;
        for (const number of ledger.lastOf(isBlocked, optInsAtOnce)) {
          const phone = numbers.phone(number);
          ledger.optIn(number, 'begins');
          try {
            taken += await optInEverywhere(client, phone, itemAt(profileIds, 0), differ);
            count++;
          } finally {
            ledger.optIn(number, 'ends');
          }
        }
        return `${count} blocked numbers, ${taken} opt-outs`;
      }),
    end: async () => {},
  };
}

/** Opts a number in and, before that is committed, tries a message to it. */
async function optInEverywhere(
  client: pg.Client,
  phone: string,
  profileId: string,
  differ: (line: string) => void,
): Promise<number> {
  for (;;) {
    await client.query('begin isolation level read committed');
    try {
      const { rows } = await client.query<{ taken: number }>(optInSql, [phone]);
      if (await isRefused(client, profileId, phone))
        differ(`${phone} is refused after it opted in`);
      await client.query('commit');
      return itemAt(rows, 0).taken;
    } catch (error) {
      await client.query('rollback');
      if (!isWorthRetrying(failureOf(error))) throw error; // a report may have met it
    }
  }
}

async function inSession<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await connect(url, 'optout-lab soak');
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** A step of the plan: something begins or ends. */
interface Step {
  readonly atMs: number;
  readonly disturbance: Disturbance;
  readonly what: 'begin' | 'end' | 'moment';
}

/**
 * Carries the disturbances out at their times, one after the other, until `over`; then ends what has begun.
 * One that fails is told in its note, and the load goes on.
 *
 * @throws where one cannot be ended: the database is not what it was
 */
export async function disturb(
  disturbances: readonly Disturbance[],
  startMs: number,
  durationMs: number,
  over: AbortSignal,
): Promise<readonly SoakEvent[]> {
  const events: SoakEvent[] = [];
  const begun = new Map<Disturbance, { readonly startS: number; readonly note: string }>();
  const now = (): number => Math.round(clockMs() - startMs) / 1000;
  const begin = async (disturbance: Disturbance): Promise<void> => {
    const startS = now();
    const note = await disturbance.begin().catch((error) => `not done: ${messageOf(error)}`);
    begun.set(disturbance, { startS, note });
  };
  const end = async (disturbance: Disturbance): Promise<void> => {
    const was = begun.get(disturbance);
    if (was === undefined) return;
    begun.delete(disturbance);
    await disturbance.end();
    events.push({ name: disturbance.name, startS: was.startS, endS: now(), note: was.note });
  };
  for (const { atMs, disturbance, what } of stepsOf(disturbances, durationMs)) {
    const leftMs = startMs + atMs - clockMs();
    if (leftMs > 0) await delay(leftMs, undefined, { signal: over }).catch(() => {});
    if (over.aborted) break;
    if (what !== 'end') await begin(disturbance);
    if (what !== 'begin') await end(disturbance);
  }
  for (const disturbance of [...begun.keys()].reverse()) await end(disturbance);
  return events;
}

function stepsOf(disturbances: readonly Disturbance[], durationMs: number): readonly Step[] {
  return disturbances
    .flatMap((disturbance) =>
      disturbance.stretches.flatMap(([from, to]): readonly Step[] =>
        from === to
          ? [{ atMs: from * durationMs, disturbance, what: 'moment' }]
          : [
              { atMs: from * durationMs, disturbance, what: 'begin' },
              { atMs: to * durationMs, disturbance, what: 'end' },
            ],
      ),
    )
    .sort((a, b) => a.atMs - b.atMs);
}
