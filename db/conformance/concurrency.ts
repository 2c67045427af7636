import type pg from 'pg';
import { CheckFailure } from '../cli/errors.ts';
import {
  failureOf,
  type IsolationLevel,
  isolationLevels,
  isWorthRetrying,
  optedOut,
} from '../contract.ts';
import type { Behaviour } from './behaviour.ts';
import { expectRefused } from './expect.ts';
import type { Fixture } from './fixture.ts';

/** How often they meet at each level. One round is rarely enough to catch a race. */
const rounds = 10;
const attempts = 200;

/** So many sessions meet at most; where more profiles block, the others have reported before. */
const mostSessions = 3;

/**
 * Sessions report the last profiles that a number's block takes at the same moment. Each has taken its
 * snapshot before any of them reports, so that none can see another's opt-out; each commits as soon
 * as its own report is stored. An error that an application retries is retried, as it would.
 */
const simultaneous = (level: IsolationLevel): Behaviour => ({
  name: `sessions that report the last profiles at the same moment block the number (${level})`,
  async run(fixture) {
    const { threshold } = fixture;
    const meeting = Math.min(threshold, mostSessions);
    const sessions = await Promise.all(Array.from({ length: meeting }, () => fixture.session()));
    const observer = await fixture.session();
    for (let round = 1; round <= rounds; round++) {
      const phone = fixture.phone();
      const messages: string[] = [];
      for (const profile of await fixture.profiles(threshold)) {
        messages.push(await fixture.send(observer, phone, profile));
      }
      for (const message of messages.splice(0, threshold - meeting)) {
        await fixture.report(observer, message, 'failed', optedOut);
      }
      for (const session of sessions) await openSnapshot(session, level);
      await Promise.all(
        sessions.map((session, index) => reportAndCommit(fixture, session, level, messages[index])),
      );
      await expectRefused(
        `round ${round} of ${rounds}: a message after all were committed`,
        fixture.send(observer, phone, await fixture.profile()),
      );
    }
  },
});

/** What must hold when sessions report at the same moment, one check for each isolation level. */
export const concurrency: readonly Behaviour[] = isolationLevels.map(simultaneous);

async function openSnapshot(session: pg.Client, level: IsolationLevel): Promise<void> {
  await session.query(`begin isolation level ${level}`);
  await session.query('select 1 from outbound_messages limit 1');
}

async function reportAndCommit(
  fixture: Fixture,
  session: pg.Client,
  level: IsolationLevel,
  messageId: string | undefined,
): Promise<void> {
  if (messageId === undefined) throw new Error('each session has a message');
  for (let attempt = 1; attempt <= attempts; attempt++) {
    try {
      await fixture.report(session, messageId, 'failed', optedOut);
      await session.query('commit');
      return;
    } catch (error) {
      await session.query('rollback');
      if (!isWorthRetrying(failureOf(error))) throw error;
      await openSnapshot(session, level);
    }
  }
  await session.query('rollback');
  throw new CheckFailure(`a report was not stored in ${attempts} attempts`);
}
