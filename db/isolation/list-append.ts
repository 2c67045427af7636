import type { Attempt, Ending, StepRecord } from './checker.ts';
import {
  blockingProfiles,
  type History,
  optedInNumbers,
  type PhoneProfile,
  type Step,
} from './history.ts';
import type { ListTransaction, Operation } from './transactions.ts';

/*
 * A history of opt-outs as one of lists, for a checker that knows nothing of opt-outs.
 *
 * Each number has two lists. To the first, every accepted 21610 appends its profile, once; a query of the
 * number's opt-outs reads it. To the second, whoever appends the third profile appends `blocked`; a
 * message reads it: none where it is accepted, `blocked` where it is refused. A last transaction, begun
 * when all others are over, reads all lists. A number that somebody opts in again has no list that only
 * grows: what is done to it is left out, which makes no anomaly of what is left.
 */

/** The list of the profiles of a number, and the list that says whether it is blocked. */
export const profilesKey = (phone: number): number => 2 * phone;
export const blockedKey = (phone: number): number => 2 * phone + 1;

/** The one element of a list that says that a number is blocked. */
const blocked = 1;

/** Who runs the setup and the last transaction, beside the sessions. */
const setupProcess = -1;

/**
 * The transactions of a history; undefined where they cannot be told: the design keeps no order of
 * opt-outs, or several transactions reported one profile and nothing says whose report was the first, or all
 * numbers are opted in again.
 *
 * A refused transaction is rolled back, and a checker does not ask what such a one read. So it becomes two:
 * its appends, rolled back, and its reads, committed, at REPEATABLE READ where it was SERIALIZABLE: the
 * server vouches for what a SERIALIZABLE transaction read only once it has committed. What it may have
 * read of its own appends is left out.
 */
export function listTransactions(
  history: History,
  ending: Omit<Ending, 'unblockedOrdinals'>,
): readonly ListTransaction[] | undefined {
  const { optOuts } = ending;
  const optedIn = optedInNumbers(history);
  if (optOuts === undefined || optedIn.size === history.before.length) return undefined;
  const elements = elementsOf(history, ending.attempts, optedIn);
  if (elements === undefined) return undefined;
  const blockers = history.before.map((_, phone) =>
    thirdOf(phone, itemsOf(optOuts[phone]), history, ending.attempts),
  );
  const seen = (phone: number, profiles: readonly number[]): Operation => ({
    f: 'read',
    key: profilesKey(phone),
    list: profiles.map((profile) => elements.readAs(phone, profile)),
  });
  const answered = (phone: number, isBlocked: boolean): Operation => ({
    f: 'read',
    key: blockedKey(phone),
    list: isBlocked ? [blocked] : [],
  });
  const appended = (record: StepRecord, { phone, profile }: PhoneProfile): readonly Operation[] => {
    if (optedIn.has(phone)) return [];
    const element = elements.appendedBy(record, phone, profile);
    if (element === undefined) return []; // another report was the first to tell
    const append: Operation = { f: 'append', key: profilesKey(phone), element };
    return profile === blockers[phone] && elements.readAs(phone, profile) === element
      ? [append, { f: 'append', key: blockedKey(phone), element: blocked }]
      : [append];
  };
  const operationsOf = (record: StepRecord): readonly Operation[] => {
    const { step, outcome, saw } = record;
    if (outcome === 'retry') return [];
    if (step.kind === 'read') {
      return saw === undefined || optedIn.has(step.phone) ? [] : [seen(step.phone, saw)];
    }
    const targets = new Set(targetsOf(step));
    // a refused batch does not say which number it was
    if (outcome === 'done' || targets.size === 1) {
      const told = [...targets].filter((phone) => !optedIn.has(phone));
      const read = told.map((phone) => answered(phone, outcome === 'refused'));
      if (targets.size > 0) return read;
    }
    // the rows of one statement have no order but the one in which they were recorded
    const place = ({ phone, profile }: PhoneProfile): number =>
      itemsOf(optOuts[phone]).indexOf(profile);
    const pairs = [...reportedBy(step)].sort((a, b) => place(a) - place(b));
    return pairs.flatMap((pair) => appended(record, pair));
  };

  const setup: Operation[] = history.before.flatMap((count, phone) =>
    optedIn.has(phone)
      ? []
      : [
          ...Array.from(
            { length: count },
            (_, profile): Operation => ({
              f: 'append',
              key: profilesKey(phone),
              element: elements.readAs(phone, profile),
            }),
          ),
          ...(count < blockingProfiles
            ? []
            : [{ f: 'append', key: blockedKey(phone), element: blocked } as const]),
        ],
  );
  const transactions: ListTransaction[] = [
    {
      process: setupProcess,
      level: 'read committed',
      isCommitted: true,
      invokedAt: -2,
      completedAt: -1,
      operations: setup,
    },
  ];
  for (const attempt of ending.attempts) {
    const operations = attempt.steps.flatMap(operationsOf);
    const isCommitted = attempt.committedAt !== undefined;
    const common = { invokedAt: attempt.startedAt, completedAt: attempt.endedAt };
    const { session: process, level } = attempt;
    if (isCommitted || operations.some(({ f }) => f === 'append')) {
      transactions.push({ ...common, process, level, isCommitted, operations });
    }
    if (attempt.steps.some(({ outcome }) => outcome === 'refused')) {
      transactions.push({
        ...common,
        process: history.sessions.length + process,
        level: level === 'serializable' ? 'repeatable read' : level,
        isCommitted: true,
        operations: readsOfOthers(operations),
      });
    }
  }
  const over = Math.max(0, ...ending.attempts.map(({ endedAt }) => endedAt)) + 1;
  transactions.push({
    process: setupProcess,
    level: 'serializable',
    isCommitted: true,
    invokedAt: over,
    completedAt: over + 1,
    operations: history.before.flatMap((_, phone) =>
      optedIn.has(phone)
        ? []
        : [seen(phone, itemsOf(optOuts[phone])), answered(phone, ending.isBlocked[phone] === true)],
    ),
  });
  return transactions;
}

/** The reads before which the same transaction had appended nothing for the same number. */
function readsOfOthers(operations: readonly Operation[]): readonly Operation[] {
  return operations.filter(
    ({ f, key }, place) =>
      f === 'read' &&
      !operations
        .slice(0, place)
        .some((earlier) => earlier.f === 'append' && earlier.key >> 1 === key >> 1),
  );
}

/** The third profile of a number: by what was read at the end, and then by what was committed beside it. */
function thirdOf(
  phone: number,
  recorded: readonly number[],
  history: History,
  attempts: readonly Attempt[],
): number | undefined {
  const committed = attempts
    .filter(({ committedAt }) => committedAt !== undefined)
    .flatMap(({ steps }) => steps.flatMap(({ step }) => reportedBy(step)))
    .filter((pair) => pair.phone === phone)
    .map(({ profile }) => profile);
  const before = Array.from({ length: history.before[phone] ?? 0 }, (_, profile) => profile);
  return [...new Set([...recorded, ...before, ...committed])][blockingProfiles - 1];
}

/** Which element each report appends, so that no two transactions append one. */
interface Elements {
  /** What a report appended; undefined where another one had told of the profile before. */
  appendedBy(record: StepRecord, phone: number, profile: number): number | undefined;
  /** The element that a profile is, where it was read. */
  readAs(phone: number, profile: number): number;
}

/**
 * A profile that several transactions reported was appended by the one that committed first: another
 * report has its answer only after that. So where a report was answered before a transaction sent its
 * commit, that transaction is not the first.
 */
function elementsOf(
  history: History,
  attempts: readonly Attempt[],
  optedIn: ReadonlySet<number>,
): Elements | undefined {
  const writers = new Map<string, { attempt: Attempt; record: StepRecord }[]>();
  const elements = new Map<StepRecord, Map<string, number>>();
  const readAs = new Map<string, number>();
  for (const attempt of attempts) {
    for (const record of attempt.steps) {
      if (record.outcome !== 'done') continue;
      for (const { phone, profile } of reportedBy(record.step)) {
        if (optedIn.has(phone)) continue;
        const pair = `${phone} ${profile}`;
        const reports = writers.get(pair) ?? [];
        // a transaction's second report of a profile appends nothing
        if (reports.some((other) => other.attempt === attempt)) continue;
        writers.set(pair, [...reports, { attempt, record }]);
      }
    }
  }
  for (const [pair, reports] of writers) {
    const [phone = 0, profile = 0] = pair.split(' ').map(Number);
    const isBefore = profile < (history.before[phone] ?? 0);
    const committed = reports.filter(({ attempt }) => attempt.committedAt !== undefined);
    const first = committed.filter((one) =>
      committed.every(
        (other) =>
          other === one ||
          (one.attempt.commitSentAt ?? Number.POSITIVE_INFINITY) < other.record.answeredAt,
      ),
    );
    if (!isBefore && committed.length > 0 && first.length !== 1) return undefined;
    const writer = isBefore ? undefined : first[0];
    let rolledBack = 0;
    for (const { attempt, record } of reports) {
      if (attempt.committedAt !== undefined && record !== writer?.record) continue;
      const element = profile + (record === writer?.record ? 0 : 100 * ++rolledBack);
      // where nobody committed it, whoever reads it has read what was rolled back
      if (writer === undefined && !isBefore) readAs.set(pair, element);
      elements.set(record, (elements.get(record) ?? new Map()).set(pair, element));
    }
  }
  return {
    appendedBy: (record, phone, profile) => elements.get(record)?.get(`${phone} ${profile}`),
    readAs: (phone, profile) => readAs.get(`${phone} ${profile}`) ?? profile,
  };
}

function reportedBy(step: Step): readonly PhoneProfile[] {
  return step.kind === 'report' || step.kind === 'update' ? step.pairs : [];
}

function targetsOf(step: Step): readonly number[] {
  if (step.kind === 'send') return step.phones;
  return step.kind === 'move' ? [step.phone] : [];
}

function itemsOf<T>(items: readonly T[] | undefined): readonly T[] {
  if (items === undefined) throw new Error('every number has its list');
  return items;
}
