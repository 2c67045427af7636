import type { IsolationLevel } from '../contract.ts';
import { itemAt } from '../item-at.ts';
import { blockingProfiles, type History, type PhoneProfile, type Step } from './history.ts';

/*
 * The model. It knows nothing of triggers, tables or locks: only what was acknowledged, in ticks of
 * one clock that advances when a statement is sent and when its answer arrives.
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
}

/** What is wrong with an ending; nothing where the history is as it should be. */
export function checkHistory(history: History, ending: Ending): readonly string[] {
  const committed = ending.attempts.filter((attempt) => attempt.committedAt !== undefined);
  const wrong: string[] = [];

  history.before.forEach((count, phone) => {
    const profiles = profilesOf(history, phone, committed, () => true);
    const expected = profiles.size >= blockingProfiles;
    const actual = ending.isBlocked[phone];
    if (actual !== expected) {
      wrong.push(
        `n${phone}: ${profiles.size} profiles have a committed 21610, ` +
          `and it is ${actual === true ? 'blocked' : 'not blocked'}`,
      );
    }
    const stored = ending.optOuts && [...(ending.optOuts[phone] ?? [])].sort().join();
    const wanted = [...profiles].sort().join();
    if (stored !== undefined && stored !== wanted) {
      wrong.push(`n${phone}: opt_outs has the profiles ${stored}, not ${wanted}`);
    }
    if (count > blockingProfiles) throw new Error('a history begins with numbers not yet blocked');
  });

  for (const attempt of ending.attempts) {
    for (const record of attempt.steps)
      wrong.push(...checkSend(history, committed, attempt, record));
  }
  return wrong;
}

/**
 * A send must be refused when the block was acknowledged before it began, and may be refused only
 * when the blocking commit was at least sent before the refusal came. What its own transaction
 * reported before it counts for both. Above READ COMMITTED a send begins with its transaction.
 */
function checkSend(
  history: History,
  committed: readonly Attempt[],
  attempt: Attempt,
  record: StepRecord,
): readonly string[] {
  const phones = targetsOf(record.step);
  if (phones.length === 0 || record.outcome === 'retry') return [];
  const beganAt = attempt.level === 'read committed' ? record.sentAt : attempt.startedAt;
  const isBlockedBy = (counts: (other: Attempt) => boolean): boolean =>
    phones.some((phone) => {
      const profiles = profilesOf(history, phone, committed, counts);
      for (const own of attempt.steps) {
        if (own.answeredAt < record.sentAt && own.outcome === 'done') {
          for (const pair of reportedBy(own.step)) {
            if (pair.phone === phone) profiles.add(pair.profile);
          }
        }
      }
      return profiles.size >= blockingProfiles;
    });
  const what = `s${attempt.session}, ${attempt.level}: a message to ${phones.map((phone) => `n${phone}`).join(' ')}`;
  if (
    record.outcome === 'done' &&
    isBlockedBy((other) => (other.committedAt ?? Number.POSITIVE_INFINITY) < beganAt)
  ) {
    return [`${what} was accepted, and began after the block was acknowledged`];
  }
  if (
    record.outcome === 'refused' &&
    !isBlockedBy((other) => (other.commitSentAt ?? Number.POSITIVE_INFINITY) < record.answeredAt)
  ) {
    return [`${what} was refused, and fewer than ${blockingProfiles} profiles were told 21610`];
  }
  return [];
}

function profilesOf(
  history: History,
  phone: number,
  committed: readonly Attempt[],
  counts: (attempt: Attempt) => boolean,
): Set<number> {
  const profiles = new Set<number>();
  for (let profile = 0; profile < itemAt(history.before, phone); profile++) profiles.add(profile);
  for (const attempt of committed) {
    if (!counts(attempt)) continue;
    for (const { step } of attempt.steps) {
      for (const pair of reportedBy(step)) if (pair.phone === phone) profiles.add(pair.profile);
    }
  }
  return profiles;
}

function reportedBy(step: Step): readonly PhoneProfile[] {
  return step.kind === 'report' || step.kind === 'update' ? step.pairs : [];
}

function targetsOf(step: Step): readonly number[] {
  if (step.kind === 'send') return step.phones;
  return step.kind === 'move' ? [step.phone] : [];
}
