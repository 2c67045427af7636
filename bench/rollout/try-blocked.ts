import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { connect } from '../../db/connection/connect.ts';
import { withSession } from '../../db/connection/with-session.ts';
import { failureOf, isRefusal } from '../../db/contract.ts';
import { itemAt } from '../../db/item-at.ts';
import { readSql } from '../../db/sql.ts';
import { rolloutName } from './run-files.ts';
import { trafficName } from './traffic.ts';

const trySql = readSql(new URL('./sql/try.sql', import.meta.url));

/** Sends to each of some numbers once; tells how many of the messages were accepted. */
export function acceptedOf(url: string, phones: readonly string[]): Promise<number> {
  return withSession(connect(url, rolloutName), async (client) => {
    let accepted = 0;
    for (const phone of phones) if (await isAccepted(client, phone)) accepted++;
    return accepted;
  });
}

/** Somebody who goes on sending to blocked numbers. */
export interface Trying {
  /** Ends it, and tells what became of the messages. */
  stop(): Promise<{ readonly accepted: number; readonly refused: number }>;
}

/** Between two messages: enough of them for any moment to be hit, too few to be a load. */
const tryEveryMs = 2;

/** Starts to send to some numbers, one after another, in a session of its own. Returns once one was answered. */
export async function startTrying(url: string, phones: readonly string[]): Promise<Trying> {
  const client = await connect(url, trafficName);
  const counts = { accepted: 0, refused: 0 };
  let stopped = false;
  let next = 0;
  const tryNext = async (): Promise<void> => {
    const phone = itemAt(phones, next++ % phones.length);
    counts[(await isAccepted(client, phone)) ? 'accepted' : 'refused']++;
  };
  await tryNext();
  const working = (async () => {
    while (!stopped) {
      await delay(tryEveryMs);
      await tryNext();
    }
  })();
  working.catch(() => {}); // told when it is stopped
  return {
    async stop() {
      stopped = true;
      try {
        await working;
        return counts;
      } finally {
        await client.end();
      }
    },
  };
}

/** Whether a message to a number goes through. */
async function isAccepted(client: pg.Client, phone: string): Promise<boolean> {
  try {
    await client.query({ name: 'try', text: trySql, values: [phone] });
    return true;
  } catch (error) {
    if (isRefusal(failureOf(error))) return false;
    throw error;
  }
}
