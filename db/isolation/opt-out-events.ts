import { itemAt } from '../item-at.ts';
import type { Attempt, StepRecord } from './checker.ts';
import type { History, Step } from './history.ts';

/*
 * What opts a contact out of a profile, and in again, in ticks of the clock. Two events at the same moment
 * may have taken effect in either order: each is somewhere between its first tick and its last.
 */

/** A 21610, or an opt-in. */
interface Event {
  readonly kind: 'report' | 'opt in';
  readonly phone: number;
  /** Null: an opt-in to every profile. */
  readonly profile: number | null;
  /** It did not take effect before this tick: when its snapshot was taken. */
  readonly from: number;
  readonly commitSentAt: number;
  /** It had taken effect by this tick: when its commit was acknowledged. */
  readonly to: number;
  readonly attempt: Attempt | undefined;
  /** Where it is among its attempt's events. */
  readonly place: number;
  /** Whether it is sure to opt out: a report that said so before may be covered by an opt-in. */
  readonly isCertain: boolean;
}

/** What a message or the end sees of the events: those it surely sees, and those it may see. */
export interface View {
  surely(event: Event): boolean;
  maybe(event: Event): boolean;
}

/** The profiles that a contact surely, and possibly, has opted out of. */
export interface Profiles {
  readonly must: ReadonlySet<number>;
  readonly may: ReadonlySet<number>;
}

/** At the end everything that was committed is seen. */
export const whole: View = { surely: () => true, maybe: () => true };

/** The events of a history's committed transactions, those before it began first. */
export function committedEvents(history: History, attempts: readonly Attempt[]): readonly Event[] {
  const before = history.before.flatMap((count, phone) =>
    Array.from({ length: count }, (_, profile): Event => ({ ...ever, phone, profile })),
  );
  const later = attempts
    .filter(({ committedAt }) => committedAt !== undefined)
    .flatMap((attempt) => eventsOf(attempt, attempt.steps, attempt.committedAt ?? never));
  return [...before, ...withFirstUpdates(later)];
}

/**
 * The events of an attempt that one of its own statements sees, whatever became of it. To others they have
 * not happened yet.
 */
export function ownEvents(
  attempt: Attempt,
  statement: StepRecord,
  committed: readonly Event[],
): readonly Event[] {
  const earlier = attempt.steps.filter(
    ({ answeredAt, outcome }) => answeredAt < statement.sentAt && outcome === 'done',
  );
  return eventsOf(attempt, earlier, never).map(({ isUpdate, ...event }) => ({
    ...event,
    isCertain: !(
      isUpdate && committed.some(({ kind, phone }) => kind === 'opt in' && phone === event.phone)
    ),
  }));
}

/**
 * The profiles that a number has opted out of: surely, where some report that is surely seen comes after
 * every opt-in that may be seen; possibly, where some report that may be seen comes before no opt-in that
 * is surely seen.
 */
export function profilesOf(phone: number, events: readonly Event[], view: View): Profiles {
  const reports = events.filter((event) => event.kind === 'report' && event.phone === phone);
  const optIns = events.filter((event) => event.kind === 'opt in' && event.phone === phone);
  const must = new Set<number>();
  const may = new Set<number>();
  for (const report of reports) {
    const { profile } = report;
    if (profile === null) throw new Error('a report is of one profile');
    const own = optIns.filter((optIn) => optIn.profile === null || optIn.profile === profile);
    if (
      report.isCertain &&
      view.surely(report) &&
      own.every((optIn) => !view.maybe(optIn) || precedes(optIn, report))
    ) {
      must.add(profile);
    }
    if (view.maybe(report) && !own.some((optIn) => view.surely(optIn) && precedes(report, optIn))) {
      may.add(profile);
    }
  }
  return { must, may };
}

const never = Number.POSITIVE_INFINITY;
const ever: Event = {
  kind: 'report',
  phone: 0,
  profile: 0,
  from: Number.NEGATIVE_INFINITY,
  commitSentAt: Number.NEGATIVE_INFINITY,
  to: Number.NEGATIVE_INFINITY,
  attempt: undefined,
  place: 0,
  isCertain: true,
};

function precedes(earlier: Event, later: Event): boolean {
  if (earlier.attempt !== undefined && earlier.attempt === later.attempt) {
    return earlier.place < later.place;
  }
  return earlier.to < later.from;
}

interface RecordedEvent extends Event {
  readonly isUpdate: boolean;
}

function eventsOf(
  attempt: Attempt,
  steps: readonly StepRecord[],
  to: number,
): readonly RecordedEvent[] {
  return steps.flatMap((record, place) =>
    pairsOf(record.step).map(
      ({ kind, phone, profile }): RecordedEvent => ({
        kind,
        phone,
        profile,
        // above READ COMMITTED a statement sees no more than its transaction's first one
        from: attempt.level === 'read committed' ? record.sentAt : attempt.startedAt,
        commitSentAt: attempt.commitSentAt ?? never,
        to,
        attempt,
        place,
        isCertain: true,
        isUpdate: record.step.kind === 'update',
      }),
    ),
  );
}

function pairsOf(step: Step): readonly Pick<Event, 'kind' | 'phone' | 'profile'>[] {
  if (step.kind === 'opt in') return [step];
  return step.kind === 'report' || step.kind === 'update'
    ? step.pairs.map((pair) => ({ kind: 'report' as const, ...pair }))
    : [];
}

/**
 * Each report that was stored without its code gets it once, by the first of its updates: the others change
 * nothing. Where nobody can tell which was the first, it was somewhere among them.
 */
function withFirstUpdates(events: readonly RecordedEvent[]): readonly Event[] {
  const others = events.filter(({ isUpdate }) => !isUpdate);
  const updates = new Map<string, RecordedEvent[]>();
  for (const event of events) {
    const report = `${event.phone} ${event.profile}`;
    if (event.isUpdate) updates.set(report, [...(updates.get(report) ?? []), event]);
  }
  return [
    ...others,
    ...[...updates.values()].map((all): Event => {
      const first = all.find((one) => all.every((other) => other === one || precedes(one, other)));
      if (first !== undefined) return first;
      return {
        ...itemAt(all, 0),
        attempt: undefined,
        from: Math.min(...all.map(({ from }) => from)),
        commitSentAt: Math.min(...all.map(({ commitSentAt }) => commitSentAt)),
        to: Math.max(...all.map(({ to }) => to)),
      };
    }),
  ];
}
