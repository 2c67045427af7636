import type { Class, Distribution, Estimate, Shape } from './shape.ts';

/**
 * How far a data set may be from the shape that it follows. Its figures are whole numbers of contacts and
 * messages in a tile of 10,000 messages, and its quantiles lie on lines between those of the shape.
 */
export const tolerance = {
  /** Of a share or a count, relative, or absolute where that is more. */
  relative: 0.03,
  ofContacts: 0.002,
  ofProfileClasses: 0.02,
  ofMessages: 0.001,
  /** Of a quantile of messages or bytes, relative; or this much. */
  quantile: 0.15,
  quantileOf: 1,
  /** Of the messages of the larger profiles. */
  profileQuantile: 0.3,
  /** Profiles by which a quantile of them may be in another place: they are few, and the largest stand in steps. */
  profilePlaces: 1.5,
  /** Of a delay: one bar of its histogram. */
  delay: 0.13,
  /** Of an hour's share. */
  hour: 0.002,
} as const;

/**
 * Where one shape is not like another, in words: by more than the tolerance and the sampling error of
 * both. What a data set cannot follow is compared as well.
 */
export function differences(wanted: Shape, found: Shape): readonly string[] {
  const lines: string[] = [];
  const compare = (what: string, want: Estimate, got: Estimate, least: number): void => {
    const allowed = Math.max(least, tolerance.relative * want.value) + half(want) + half(got);
    if (Math.abs(want.value - got.value) > allowed) lines.push(difference(what, want, got));
  };
  const ofMessages = (what: string, want: Estimate, got: Estimate): void =>
    compare(what, want, got, tolerance.ofMessages);

  compare('messages a contact', wanted.contacts.messages.mean, found.contacts.messages.mean, 0);
  lines.push(
    ...quantiles(
      'messages a contact',
      wanted.contacts.messages,
      found.contacts.messages,
      tolerance.quantile,
    ),
  );
  for (const [what, want, got, least] of [
    ['opt-outs', wanted.contacts.optOuts, found.contacts.optOuts, tolerance.ofContacts],
    ['profiles', wanted.contacts.profiles, found.contacts.profiles, tolerance.ofProfileClasses],
  ] as const) {
    for (const { count } of [...want, ...got]) {
      const name = `contacts with ${count} ${what}`;
      if (lines.some((line) => line.startsWith(name))) continue;
      compare(name, shareOf(want, count), shareOf(got, count), least);
    }
  }
  compare(
    'blocked contacts',
    wanted.contacts.blocked,
    found.contacts.blocked,
    tolerance.ofContacts,
  );
  ofMessages(
    'messages without a profile',
    wanted.messages.withoutProfile,
    found.messages.withoutProfile,
  );
  for (const kind of ['optedOut', 'delivered', 'otherError'] as const) {
    const [want, got] = [wanted.reports[kind], found.reports[kind]];
    ofMessages(`reports a message, ${kind}`, want.perMessage, got.perMessage);
    if (want.delayMs !== undefined && got.delayMs !== undefined) {
      lines.push(
        ...quantiles(`delay, ${kind}`, median(want.delayMs), median(got.delayMs), tolerance.delay),
      );
    }
  }
  compare(
    'repeated reports',
    wanted.reports.repeated,
    found.reports.repeated,
    tolerance.ofContacts * 2,
  );
  lines.push(...profileDifferences(wanted, found));
  if (wanted.bodies !== undefined && found.bodies !== undefined) {
    lines.push(
      ...quantiles('bytes of a text', wanted.bodies.bytes, found.bodies.bytes, tolerance.quantile),
    );
  }
  for (const [hour, want] of (wanted.arrivals?.hours ?? []).entries()) {
    const got = found.arrivals?.hours[hour] ?? 0;
    // the hours' own sampling error, messages taken as independent
    const error = [wanted, found].reduce(
      (sum, { sample }) => sum + (sample.share === 1 ? 0 : 2 / Math.sqrt(24 * sample.messages)),
      0,
    );
    if (Math.abs((want ?? 0) - got) > tolerance.hour + error) {
      lines.push(`hour ${hour}: ${want ?? 0}, and here ${got}`);
    }
  }
  return lines;
}

function half({ low, high }: Estimate): number {
  return (high - low) / 2;
}

function difference(what: string, want: Estimate, got: Estimate): string {
  return `${what}: ${want.value}, and here ${got.value}`;
}

const none: Estimate = { value: 0, low: 0, high: 0 };

function shareOf(classes: readonly Class[], count: number): Estimate {
  return classes.find((one) => one.count === count)?.share ?? none;
}

function median({ mean, quantiles }: Distribution): Distribution {
  return { mean, quantiles: quantiles.filter(({ at }) => at === 0.5) };
}

function quantiles(
  what: string,
  want: Distribution,
  got: Distribution,
  relative: number,
): readonly string[] {
  return want.quantiles.flatMap(({ at, value, low, high }) => {
    const other = got.quantiles.find((quantile) => quantile.at === at);
    if (other === undefined) return []; // a smaller sample tells less of the tail
    const margin = Math.max(tolerance.quantileOf, relative * value);
    return other.high >= low - margin && other.low <= high + margin
      ? []
      : [`${what}, ${at * 100} %: ${value}, and here ${other.value}`];
  });
}

/** The larger half of the profiles, as shares of all messages: data sets differ in size. */
function profileDifferences(wanted: Shape, found: Shape): readonly string[] {
  const relative = ({ profiles }: Shape): Distribution => {
    const { mean } = profiles.messages;
    const scaled = (value: number): number => value / Math.max(mean.value, 1e-9);
    return {
      mean,
      quantiles: profiles.messages.quantiles
        .filter(({ at }) => at >= 0.5)
        .map(({ at, value, low, high }) => ({
          at,
          value: scaled(value),
          low: scaled(low),
          high: scaled(high),
        })),
    };
  };
  if (wanted.profiles.messages.quantiles.length === 0) return [];
  const want = relative(wanted).quantiles;
  const got = relative(found);
  const places =
    tolerance.profilePlaces / Math.min(countedProfiles(wanted), countedProfiles(found));
  return want.flatMap(({ at, value }) => {
    const other = got.quantiles.find((quantile) => quantile.at === at);
    if (other === undefined) return [];
    const least = onLine(want, at - places) * (1 - tolerance.profileQuantile);
    const most = onLine(want, at + places) * (1 + tolerance.profileQuantile);
    return other.high >= least && other.low <= most
      ? []
      : [
          `messages of a profile, ${at * 100} %: ${value.toFixed(3)} of the mean, and here ${other.value.toFixed(3)}`,
        ];
  });
}

/** Profiles that a shape tells by themselves. */
function countedProfiles({ profiles }: Shape): number {
  return Math.max(1, profiles.seen * (1 - profiles.small.profiles));
}

/** The value at a place, on the line between the quantiles around it. */
function onLine(quantiles: Distribution['quantiles'], at: number): number {
  const above = quantiles.findIndex((one) => one.at >= at);
  const next = quantiles.at(above); // the last where all are below
  const before = quantiles[above - 1];
  if (next === undefined) throw new RangeError('no quantiles');
  if (above === -1 || before === undefined) return next.value;
  const share = (at - before.at) / (next.at - before.at);
  return before.value + share * (next.value - before.value);
}
