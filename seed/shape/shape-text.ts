import { formatCount } from '../../db/cli/number-text.ts';
import type { Class, Distribution, Estimate, Shape } from './shape.ts';

/** A shape in some lines, for whoever made it. */
export function shapeText(shape: Shape): readonly string[] {
  const { sample, messages, contacts, profiles, reports, arrivals } = shape;
  return [
    sample.share === 1
      ? `all ${formatCount(sample.contacts)} contacts with ${formatCount(sample.messages)} messages`
      : `1 of ${formatCount(1 / sample.share)} contacts: ${formatCount(sample.contacts)} with ${formatCount(sample.messages)} messages; ±: 95 % intervals`,
    `  messages      ${count(messages.total)}, ${told(contacts.messages)} a contact`,
    `  contacts      ${count(contacts.total)}, ${percent(contacts.blocked)} blocked by three opt-outs`,
    `  profiles      ${formatCount(profiles.seen)} seen; of the contacts ${percent(severalProfiles(contacts.profiles))} hear from more than one`,
    `  reports       ${count(reports.total)}: of the messages ${percent(reports.optedOut.perMessage)} opted out, ${percent(reports.delivered.perMessage)} delivered, ${percent(reports.otherError.perMessage)} other errors`,
    `  repeats       ${percent(reports.repeated)} of the opted-out reports came from a profile that had one`,
    arrivals === undefined
      ? '  arrivals      unknown: no times'
      : `  arrivals      ${formatCount(arrivals.days)} days; crowding ${arrivals.crowding.second} by the second, ${arrivals.crowding.minute} by the minute, ${arrivals.crowding.hour} by the hour`,
  ];
}

function severalProfiles(classes: readonly Class[]): Estimate {
  const rest = classes.filter(({ count }) => count <= 1).map(({ share }) => share);
  const without = (of: (share: Estimate) => number): number =>
    Math.max(0, 1 - rest.reduce((sum, share) => sum + of(share), 0));
  return {
    value: without(({ value }) => value),
    low: without(({ high }) => high),
    high: without(({ low }) => low),
  };
}

function count({ value, low, high }: Estimate): string {
  return low === high
    ? formatCount(value)
    : `${formatCount(value)} (±${(((high - low) / 2 / value) * 100).toFixed(1)} %)`;
}

function percent({ value, low, high }: Estimate): string {
  const text = (share: number): string => (share * 100).toPrecision(3);
  return low === high ? `${text(value)} %` : `${text(value)} % (${text(low)} to ${text(high)})`;
}

function told({ mean, quantiles }: Distribution): string {
  const at = (share: number): number | undefined =>
    quantiles.find((quantile) => quantile.at === share)?.value;
  const parts = [0.5, 0.99].flatMap((share) => {
    const value = at(share);
    return value === undefined ? [] : [`${share * 100} %: ${value}`];
  });
  return `${mean.value}${parts.length === 0 ? '' : ` (${parts.join(', ')})`}`;
}
