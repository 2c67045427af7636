import type { IsolationLevel } from '../contract.ts';
import { itemAt } from '../item-at.ts';
import { blockingProfiles, type History, type Step } from './history.ts';
import {
  committedEvents,
  ownEvents,
  type Profiles,
  profilesOf,
  type View,
  whole,
} from './opt-out-events.ts';

/*
 * The model. It knows nothing of triggers, tables or locks: only what was acknowledged, in ticks of
 * one clock that advances when a statement is sent and when its answer arrives. What an ending says of
 * ordinals it passes on.
 */

/** One statement that was tried. */
export interface StepRecord {
  readonly step: Step;
  readonly sentAt: number;
  answeredAt: number;
  outcome: 'done' | 'refused' | 'retry';
  /** What a read saw: profiles, in order where the design keeps one; undefined for one that records none. */
  saw: readonly number[] | undefined;
}

/** One attempt at a transaction. */
export interface Attempt {
  readonly session: number;
  readonly level: IsolationLevel;
  /** When its first statement was sent: its snapshot, above READ COMMITTED, is not older. */
  startedAt: number;
  readonly steps: StepRecord[];
  /** When its commit was sent, and acknowledged; undefined where it did not commit. */
  commitSentAt: number | undefined;
  committedAt: number | undefined;
  /** When its end was acknowledged, whichever it was. */
  endedAt: number;
}

/** What was found when all was over. */
export interface Ending {
  readonly attempts: readonly Attempt[];
  /** For each number: whether the next message is refused. */
  readonly isBlocked: readonly boolean[];
  /**
   * For each number: the profiles that are recorded for it, in order where the design keeps one; undefined
   * for a design that records none.
   */
  readonly optOuts: readonly (readonly number[])[] | undefined;
  /** The numbers with an opt-out whose ordinal only who blocks may take, and without a block. */
  readonly unblockedOrdinals: readonly number[];
}

/** What is wrong with an ending; nothing where the history is as it should be. */
export function checkHistory(history: History, ending: Ending): readonly string[] {
  const events = committedEvents(history, ending.attempts);
  const wrong: string[] = [];

  for (const phone of history.before.keys()) {
    const { must, may } = profilesOf(phone, events, whole);
    const isBlocked = ending.isBlocked[phone] === true;
    const count = isBlocked ? may.size : must.size;
    const isWrong = isBlocked !== count >= blockingProfiles;
    if (isWrong) {
      wrong.push(
        `n${phone}: ${count} profiles have a committed 21610, ` +
          `and it is ${isBlocked ? 'blocked' : 'not blocked'}`,
      );
    }
    if (ending.optOuts === undefined) continue;
    const stored = new Set(itemAt(ending.optOuts, phone));
    if (!isWithin(must, stored) || !isWithin(stored, may)) {
      const expected = isWithin(may, must)
        ? `not ${told(must)}`
        : `not ${told(must)} and of ${told(may)} at most`;
      wrong.push(`n${phone}: opt_outs has the profiles ${told(stored)}, ${expected}`);
    } else if (!isWrong && isBlocked !== stored.size >= blockingProfiles) {
      wrong.push(
        `n${phone}: opt_outs has ${stored.size} profiles, ` +
          `and it is ${isBlocked ? 'blocked' : 'not blocked'}`,
      );
    }
  }

  for (const phone of ending.unblockedOrdinals) {
    wrong.push(`n${phone}: an opt-out has an ordinal that blocks, and there is no block`);
  }
  for (const attempt of ending.attempts) {
    for (const record of attempt.steps) wrong.push(...checkSend(events, attempt, record));
  }
  return wrong;
}

function isWithin(some: ReadonlySet<number>, all: ReadonlySet<number>): boolean {
  return [...some].every((one) => all.has(one));
}

function told(profiles: ReadonlySet<number>): string {
  return [...profiles].sort().join();
}

/**
 * A send must be refused when the block was acknowledged before it began, and may be refused only
 * when the blocking commit was at least sent before the refusal came. What its own transaction
 * did before it counts for both. Above READ COMMITTED a send begins with its transaction.
 */
function checkSend(
  committed: ReturnType<typeof committedEvents>,
  attempt: Attempt,
  record: StepRecord,
): readonly string[] {
  const phones = targetsOf(record.step);
  if (phones.length === 0 || record.outcome === 'retry') return [];
  const beganAt = attempt.level === 'read committed' ? record.sentAt : attempt.startedAt;
  const own = ownEvents(attempt, record, committed);
  const events = [...committed, ...own];
  const view: View = {
    surely: (event) => own.includes(event) || event.to < beganAt,
    maybe: (event) => own.includes(event) || event.commitSentAt < record.answeredAt,
  };
  const isBlockedBy = (which: keyof Profiles): boolean =>
    phones.some((phone) => profilesOf(phone, events, view)[which].size >= blockingProfiles);
  const what = `s${attempt.session}, ${attempt.level}: a message to ${phones.map((phone) => `n${phone}`).join(' ')}`;
  if (record.outcome === 'done' && isBlockedBy('must')) {
    return [`${what} was accepted, and began after the block was acknowledged`];
  }
  if (record.outcome === 'refused' && !isBlockedBy('may')) {
    return [`${what} was refused, and fewer than ${blockingProfiles} profiles were told 21610`];
  }
  return [];
}

function targetsOf(step: Step): readonly number[] {
  if (step.kind === 'send') return step.phones;
  return step.kind === 'move' ? [step.phone] : [];
}
