import { type DataSetShape, type Quantiles, shapedWindows } from '../data-set/data-set-shape.ts';
import { slotsPerContact } from '../data-set/tile-plan.ts';
import { rounded } from './estimates.ts';
import type { Class, Distribution, Shape } from './shape.ts';

/** What a data set takes from a shape, and what it cannot follow, in words. */
export interface Followed {
  readonly dataSet: DataSetShape;
  /** Each says what the data set has instead. */
  readonly notFollowed: readonly string[];
}

/** A delay where none is known, in milliseconds. */
const unknownDelayMs = 4_000;

/** The longest text that is written, in bytes: what ten parts of a text message hold. */
const longestBodyBytes = 1_600;

/** A data set refers to profiles by 16 bits. */
const mostProfiles = 65_536;

/** What of a shape a data set of the lab can have, by closed form. */
export function follow(shape: Shape): Followed {
  const { contacts, messages, reports } = shape;
  const optedOut = reports.optedOut.perMessage.value;
  const unsignedReported = optedOut * reports.withoutProfile.value;
  const optOutsPerMessage =
    contacts.optOuts.reduce((sum, { count, share }) => sum + count * share.value, 0) /
    contacts.messages.mean.value;
  const ordinary = room(
    reports.delivered.perMessage.value,
    reports.otherError.perMessage.value,
    1 - optedOut,
  );
  const hours = hoursOf(shape);
  const bodyBytes = bodyBytesOf(shape);
  const dataSet: DataSetShape = {
    messagesPerContact: {
      mean: contacts.messages.mean.value,
      quantiles: points(contacts.messages),
    },
    profilesPerContact: profilesPerContact(contacts.profiles),
    optOuts: {
      1: shareWith(contacts.optOuts, 1),
      2: shareWith(contacts.optOuts, 2),
      3: shareWith(contacts.optOuts, 3),
    },
    repeats: rounded(Math.max(0, optedOut - unsignedReported - optOutsPerMessage)),
    unsigned: { all: messages.withoutProfile.value, reported: rounded(unsignedReported) },
    delivered: ordinary.delivered,
    filtered: ordinary.otherError,
    profiles: profilesOf(shape),
    reportDelayMs: delayOf(shape) ?? unknownDelayMs,
    ...(hours === undefined ? {} : { hours }),
    ...(bodyBytes === undefined ? {} : { bodyBytes }),
  };
  return { dataSet, notFollowed: notFollowed(shape, dataSet) };
}

function points({ mean, quantiles }: Distribution): Quantiles {
  if (quantiles.length === 0) return [[0.5, mean.value]];
  return quantiles.map(({ at, value }) => [at, value] as const);
}

function shareWith(classes: readonly Class[], count: number): number {
  return classes.find((one) => one.count === count)?.share.value ?? 0;
}

/** Shares of 1 to 4 profiles; more count as four, and none as one. */
function profilesPerContact(classes: readonly Class[]): readonly number[] {
  const shares = Array.from({ length: slotsPerContact }, () => 0);
  for (const { count, share } of classes) {
    const at = Math.min(slotsPerContact, Math.max(1, count)) - 1;
    shares[at] = rounded((shares[at] as number) + share.value);
  }
  return shares;
}

/** Ordinary reports, one a message at most and none beside a 21610. */
function room(delivered: number, otherError: number, most: number) {
  const factor = Math.min(1, Math.max(0, most) / Math.max(delivered + otherError, 1e-9));
  return { delivered: rounded(delivered * factor), otherError: rounded(otherError * factor) };
}

/** The profiles with few contacts below the others. */
function profilesOf({ profiles, sample }: Shape): DataSetShape['profiles'] {
  const count = Math.min(mostProfiles, Math.max(slotsPerContact, profiles.seen));
  const { small } = profiles;
  const told = Math.round((1 - small.profiles) * profiles.seen);
  // a quantile of so few is one of them: its share is that of the profile's own rank
  const ranks = new Map(
    profiles.messages.quantiles.map(({ at, value }) => [
      Math.min(told - 1, Math.floor(at * told)),
      value,
    ]),
  );
  const large = [...ranks].map(([rank, value]) => {
    const share = (rank + 0.5) / told;
    return [small.profiles + share * (1 - small.profiles), value] as const;
  });
  const ofSmall =
    (small.messages * sample.messages) / sample.share / Math.max(1, small.profiles * profiles.seen);
  const few: Quantiles = small.profiles === 0 ? [] : [[small.profiles / 2, rounded(ofSmall)]];
  const quantiles = [...few, ...large];
  return { count, quantiles: quantiles.length === 0 ? [[0.5, 1]] : quantiles };
}

/** The median delay of the kind of report that comes most. */
function delayOf({ reports }: Shape): number | undefined {
  const [kind] = [reports.optedOut, reports.delivered, reports.otherError]
    .filter(({ delayMs }) => delayMs !== undefined)
    .sort((a, b) => b.perMessage.value - a.perMessage.value);
  const delay = kind?.delayMs;
  if (delay === undefined) return undefined;
  return Math.round(delay.quantiles.find(({ at }) => at === 0.5)?.value ?? delay.mean.value);
}

/** How uneven hours must be to be followed: the busiest over the quietest. */
const unevenFrom = 1.05;

function hoursOf({ arrivals }: Shape): readonly number[] | undefined {
  if (arrivals === undefined) return undefined;
  const hours = arrivals.hours.map((share) => share ?? 0);
  const sum = hours.reduce((total, share) => total + share, 0);
  if (Math.max(...hours) <= unevenFrom * Math.min(...hours)) return undefined;
  return hours.map((share) => share / sum);
}

function bodyBytesOf({ bodies }: Shape): Quantiles | undefined {
  if (bodies === undefined) return undefined;
  const within = (bytes: number): number => Math.min(longestBodyBytes, Math.max(1, bytes));
  return points(bodies.bytes).map(([at, value]) => [at, within(value)] as const);
}

function notFollowed(shape: Shape, followed: DataSetShape): readonly string[] {
  const { contacts, profiles, reports, numbers, arrivals, bodies } = shape;
  const lines: string[] = [];
  const say = (line: string, unless: boolean): void => {
    if (!unless) lines.push(line);
  };
  say(
    'all numbers are +1 and ten digits',
    numbers.every(({ format, length }) => format === 'E.164' && length === 12),
  );
  say(
    `nobody gets more than ${shapedWindows} messages`,
    highest(contacts.messages) <= shapedWindows,
  );
  say(
    `nobody hears from more than ${slotsPerContact} profiles`,
    contacts.profiles.every(({ count }) => count <= slotsPerContact),
  );
  say(`there are ${followed.profiles.count} profiles`, followed.profiles.count === profiles.seen);
  const total = followed.profiles.count * profiles.messages.mean.value;
  say(
    'no profile sends more than a quarter',
    highest(profiles.messages) <= total / slotsPerContact,
  );
  say('a message has one report at most', onlyOne(shape, followed));
  say('no report comes twice', reports.doubled.value === 0);
  const delays = [reports.optedOut, reports.delivered, reports.otherError].flatMap(
    ({ delayMs }) => delayMs?.quantiles ?? [],
  );
  say(
    `reports come after ${followed.reportDelayMs} ms, all alike`,
    delays.every(({ value }) => Math.abs(value / followed.reportDelayMs - 1) < 0.15),
  );
  say(
    'within the hour, and from day to day, messages come at an even rate',
    arrivals === undefined || arrivals.crowding.minute <= 1.1 * crowdingOfHours(shape),
  );
  say('messages are sent one by one', (arrivals?.batchMessages ?? 1) < 2);
  say(
    `no text is longer than ${longestBodyBytes} bytes`,
    bodies === undefined || highest(bodies.bytes) <= longestBodyBytes,
  );
  return lines;
}

function highest({ mean, quantiles }: Distribution): number {
  return quantiles.at(-1)?.value ?? mean.value;
}

function onlyOne({ reports }: Shape, { delivered, filtered }: DataSetShape): boolean {
  const wanted = reports.delivered.perMessage.value + reports.otherError.perMessage.value;
  return delivered + filtered > 0.99 * wanted;
}

/** The crowding that follows from the hours of the day alone. */
function crowdingOfHours({ arrivals }: Shape): number {
  const hours = arrivals?.hours ?? [];
  return 24 * hours.reduce<number>((sum, share) => sum + (share ?? 0) ** 2, 0);
}
