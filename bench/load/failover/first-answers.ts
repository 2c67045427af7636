import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { codeOf, isConnectionLost, UserError } from '../../../db/cli/errors.ts';
import { chooseServer, hostsOf } from '../../../db/connection/choose-server.ts';
import { connect } from '../../../db/connection/connect.ts';
import { isWorthReconnecting, refusal } from '../../../db/contract.ts';
import type { Design } from '../../../db/designs.ts';
import { readSql } from '../../../db/sql.ts';
import { clockMs } from '../client/clock.ts';

const sendSql = readSql(new URL('./sql/send.sql', import.meta.url));

/** When a client that keeps trying had its first answers, of the clock that all threads share. */
export interface FirstAnswers {
  /** To its first statement: a message to a number that was blocked before. */
  readonly refusedMs: number;
  /** To its second: a message to a number that was not. */
  readonly acceptedMs: number;
  /** The first was accepted. */
  readonly acceptedThoughBlocked: boolean;
}

/** Between two tries. */
const pauseMs = 5;

/**
 * A client that does nothing but try until it is served: each time it looks for the server that takes
 * writes, and sends first to a blocked number.
 */
export async function untilServed(
  url: string,
  design: Design,
  blockedPhone: string,
  freePhone: string,
  abandoned: () => boolean,
): Promise<FirstAnswers> {
  for (;;) {
    try {
      const client = await connect(await chooseServer(hostsOf(url)), 'optout-lab first answers');
      try {
        if (design.sessionSql !== undefined) await client.query(design.sessionSql);
        const refused = await isRefused(client, blockedPhone);
        const refusedMs = clockMs();
        if (await isRefused(client, freePhone)) throw new Error(`${freePhone} is refused`);
        return { refusedMs, acceptedMs: clockMs(), acceptedThoughBlocked: !refused };
      } finally {
        await client.end().catch(() => {});
      }
    } catch (error) {
      const mayPass =
        error instanceof UserError ||
        isConnectionLost(error) ||
        isWorthReconnecting(codeOf(error) ?? '');
      if (abandoned() || !mayPass) throw error;
    }
    await delay(pauseMs);
  }
}

async function isRefused(client: pg.Client, phone: string): Promise<boolean> {
  try {
    await client.query(sendSql, [phone]);
    return false;
  } catch (error) {
    if (codeOf(error) !== refusal.sqlState) throw error;
    return true;
  }
}
