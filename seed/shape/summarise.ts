import { UserError } from '../../db/cli/errors.ts';
import { mostOptOuts } from '../data-set/contacts.ts';
import { contactShare, distribution, ratio, rounded, total } from './estimates.ts';
import {
  type Class,
  type Distribution,
  type ReportKind,
  type Shape,
  type Source,
  shapeFormatVersion,
  smallestGroup,
} from './shape.ts';
import { type Bar, type KindOfReport, type Sums, slotLengthsMs, type Tally } from './tally.ts';

const msPerDay = 86_400_000;

/** Contacts that hear from so many profiles or more are told together. */
const mostProfiles = 5;

/**
 * The shape of what was counted: figures with their intervals, none about fewer contacts than the
 * smallest group.
 *
 * @throws UserError for a sample of too few contacts to tell anything without telling of one
 */
export function summarise(tally: Tally, source: Source): Shape {
  const { share, contacts, sums } = tally;
  if (contacts < smallestGroup) {
    throw new UserError(
      `there are fewer than ${smallestGroup} contacts with messages: a shape would tell of single ones`,
    );
  }
  const { messages } = sums;
  const reports = addedUp([sums.optedOut, sums.delivered, sums.otherError]);
  const ones: Sums = { contacts, sum: contacts, squares: contacts, products: messages.sum };
  return {
    formatVersion: shapeFormatVersion,
    kind: 'shape',
    source,
    sample: { share, contacts, messages: messages.sum, smallestGroup },
    messages: {
      total: total(messages, share),
      withoutProfile: ratio(sums.withoutProfile, messages, share),
    },
    contacts: {
      total: total(ones, share),
      messages: ofContacts(tally.messagesPerContact, share),
      profiles: classes(tally.profilesPerContact, mostProfiles, tally),
      optOuts: classes(tally.optOutsPerContact, mostOptOuts, tally),
      blocked: contactShare(sums.blocked.contacts, contacts, share),
    },
    profiles: profilesOf(tally),
    reports: {
      total: total(reports, share),
      optedOut: kindOf(tally, 'optedOut'),
      delivered: kindOf(tally, 'delivered'),
      otherError: kindOf(tally, 'otherError'),
      repeated: shareOf(sums.repeated, sums.signedOptedOut, share),
      doubled: shareOf(sums.doubled, reports, share),
      withoutProfile: shareOf(sums.unsignedOptedOut, sums.optedOut, share),
    },
    numbers: numbersOf(tally),
    ...bodiesOf(tally),
    ...arrivalsOf(tally),
  };
}

function ofContacts(bars: readonly Bar[], share: number): Distribution {
  const found = distribution(bars, 'disjoint', share);
  if (found === undefined) throw new Error('a histogram of all contacts is about too few');
  return found;
}

/**
 * Sums of several measures together. The squares are at most so large (the inequality of Cauchy and
 * Schwarz), so that intervals become no narrower than they are.
 */
function addedUp(measures: readonly Sums[]): Sums {
  const add = (of: (sums: Sums) => number): number =>
    measures.reduce((sum, measure) => sum + of(measure), 0);
  return {
    contacts: Math.max(...measures.map(({ contacts }) => contacts)),
    sum: add(({ sum }) => sum),
    squares: add(({ squares }) => Math.sqrt(squares)) ** 2,
    products: add(({ products }) => products),
  };
}

/** A share of some events among others, each about contacts: events are taken as independent. */
function shareOf(some: Sums, all: Sums, share: number): ReturnType<typeof contactShare> {
  if (all.sum === 0) return { value: 0, low: 0, high: 0 };
  return contactShare(some.contacts < smallestGroup ? 0 : some.sum, all.sum, share);
}

function kindOf({ sums, share, delays }: Tally, kind: KindOfReport): ReportKind {
  const delayMs = distribution(delays[kind], 'overlapping', share);
  return {
    perMessage: ratio(sums[kind], sums.messages, share),
    ...(delayMs === undefined ? {} : { delayMs }),
  };
}

/** Shares of contacts by how many they have of something, those with `last` or more together. */
function classes(bars: readonly Bar[], last: number, { contacts, share }: Tally): readonly Class[] {
  const counts = Array.from({ length: last + 1 }, () => 0);
  for (const bar of bars) {
    const at = Math.min(last, bar.value);
    counts[at] = (counts[at] as number) + bar.contacts;
  }
  // what is too few would follow from the rest: it goes to the class below
  for (let at = last; at > 0; at--) {
    if ((counts[at] as number) >= smallestGroup) continue;
    counts[at - 1] = (counts[at - 1] as number) + (counts[at] as number);
    counts[at] = 0;
  }
  const highest = counts.findLastIndex((count) => count > 0);
  // the lowest has no class below it: it goes up
  if ((counts[0] as number) < smallestGroup && highest > 0) {
    const next = counts.findIndex((count, at) => at > 0 && count > 0);
    counts[next] = (counts[next] as number) + (counts[0] as number);
    counts[0] = 0;
  }
  return counts.slice(0, highest + 1).map((count, at) => ({
    count: at,
    ...(at === highest ? { orMore: true } : {}),
    share: contactShare(count, contacts, share),
  }));
}

function profilesOf({ messagesPerProfile, smallProfiles, share, sums }: Tally): Shape['profiles'] {
  const large = messagesPerProfile.reduce((sum, { amount }) => sum + amount, 0);
  const seen = large + smallProfiles.profiles;
  return {
    seen,
    // each of these profiles is a group of its own, large enough
    messages: profileDistribution(messagesPerProfile, 1 / share) ?? {
      mean: { value: 0, low: 0, high: 0 },
      quantiles: [],
    },
    small: {
      profiles: seen === 0 ? 0 : rounded(smallProfiles.profiles / seen),
      messages: sums.messages.sum === 0 ? 0 : rounded(smallProfiles.messages / sums.messages.sum),
    },
  };
}

/** As `distribution`, of profiles: all of them are known, their messages by the sample's noise. */
function profileDistribution(bars: readonly Bar[], scale: number): Distribution | undefined {
  const sorted = bars
    .flatMap(({ value, amount }) => Array.from({ length: amount }, () => value))
    .sort((a, b) => a - b);
  if (sorted.length === 0) return undefined;
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  const spread = (value: number): number =>
    scale === 1 ? 0 : 1.96 * Math.sqrt(value * (1 - 1 / scale));
  const told = (value: number) => ({
    value: rounded(value * scale),
    low: rounded(Math.max(0, value - spread(value)) * scale),
    high: rounded((value + spread(value)) * scale),
  });
  return {
    mean: told(mean),
    quantiles: profileQuantilesAt.map((at) => ({
      at,
      ...told(sorted[Math.min(sorted.length - 1, Math.floor(at * sorted.length))] as number),
    })),
  };
}

/** Each of these profiles has enough contacts, so that all may be told, to the largest. */
const profileQuantilesAt = [
  ...Array.from({ length: 40 }, (_, index) => (index + 0.5) / 40),
  0.992,
  0.995,
  0.998,
  0.999,
  0.9995,
  1,
];

function numbersOf({ numbers }: Tally): Shape['numbers'] {
  const told = numbers.filter(({ contacts }) => contacts >= smallestGroup);
  const all = told.reduce((sum, { contacts }) => sum + contacts, 0);
  return [...told]
    .sort((a, b) => b.contacts - a.contacts)
    .map(({ format, value, contacts }) => ({
      format,
      length: value,
      share: rounded(contacts / all),
    }));
}

function bodiesOf({ bodyBytes, share }: Tally): Pick<Shape, 'bodies'> | object {
  const bytes = distribution(bodyBytes, 'overlapping', share);
  return bytes === undefined ? {} : { bodies: { bytes } };
}

/** What is said of some messages need not hold for the others: nearly all must have a time. */
const timedFrom = 0.99;

function arrivalsOf({ times, share, sums }: Tally): Pick<Shape, 'arrivals'> | object {
  if (times === undefined || times.messages < timedFrom * sums.messages.sum) return {};
  const { messages, firstMs, lastMs, hours, pairs, batchPairs, profileMessages } = times;
  const told = hours.filter(({ contacts }) => contacts >= smallestGroup);
  const inTold = told.reduce((sum, { amount }) => sum + amount, 0);
  if (told.length === 0) return {};
  const patchiness = (slot: keyof typeof slotLengthsMs): number => {
    const length = slotLengthsMs[slot];
    const slots = Math.floor(lastMs / length) - Math.floor(firstMs / length) + 1;
    return rounded((pairs[slot] * slots) / messages ** 2);
  };
  return {
    arrivals: {
      days: Math.ceil((lastMs - firstMs + 1) / msPerDay),
      hours: Array.from({ length: 24 }, (_, hour) => {
        const found = told.find(({ value }) => value === hour);
        return found === undefined ? null : rounded(found.amount / inTold);
      }),
      crowding: {
        second: patchiness('second'),
        minute: patchiness('minute'),
        hour: patchiness('hour'),
      },
      batchMessages: rounded(
        profileMessages === 0 ? 1 : 1 + batchPairs / (share * profileMessages),
      ),
    },
  };
}
