import type { Distribution, Shape } from '../../../seed/shape/shape.ts';
import type { Delay, Mix } from './mix.ts';

/** Of the sends to new numbers, those that end in an opt-out, where the shape asks for no more. */
const optOutShare = 0.25;

/** New numbers that are written to at one time. */
const freshNumbersAtOnce = 100;

/** Where the busiest hundredth of the contacts gets at least so much, few are drawn very often. */
const skewedFrom = 0.15;

/** The most that arrivals are pressed together. */
const mostBurst = 100;

/**
 * The mix that a shape says. As many of the sends go to blocked numbers as there are blocked contacts: an
 * application that does not look first sends to them as to all others. Opt-outs come from new numbers.
 */
export function mixOfShape({ contacts, reports, arrivals }: Shape): Mix {
  const optedOut = reports.optedOut.perMessage.value;
  const blockedShare = contacts.blocked.value;
  const freshShare = Math.min(1 - blockedShare, optedOut / optOutShare);
  const others = Math.max(1e-9, 1 - optedOut);
  const delivered = Math.min(1, reports.delivered.perMessage.value / others);
  const burst =
    arrivals === undefined || arrivals.crowding.hour === 0
      ? 1
      : Math.min(mostBurst, arrivals.crowding.second / arrivals.crowding.hour);
  const doubled = reports.doubled.value;
  return {
    name: 'shape',
    description: 'What a shape says: mix, delays, repeats, blocked numbers and bursts.',
    arrivals: 'poisson',
    numbers: busiestHundredth(contacts.messages) >= skewedFrom ? 'skewed' : 'uniform',
    blockedShare,
    freshShare,
    freshSendsPerNumber: Math.max(1, Math.round(contacts.messages.mean.value)),
    freshNumbersAtOnce,
    optOutShare: freshShare === 0 ? 0 : Math.min(1, optedOut / freshShare),
    deliveredShare: delivered,
    filteredShare: Math.min(1 - delivered, reports.otherError.perMessage.value / others),
    repeatShare: Math.min(1, doubled / Math.max(1e-9, 1 - doubled)),
    delay: delayOf(reports) ?? { kind: 'log-normal', medianMs: 400, p99Ms: 3_000 },
    ...(burst > 1.05 ? { burst } : {}),
  };
}

/** The share of the messages that the hundredth of the contacts with most of them gets. */
function busiestHundredth({ mean, quantiles }: Distribution): number {
  const tail = quantiles.filter(({ at }) => at >= 0.99).map(({ value }) => value);
  if (tail.length === 0) return 0.01;
  return (0.01 * (tail.reduce((sum, value) => sum + value, 0) / tail.length)) / mean.value;
}

/** The delay of the kind of report that comes most, by its median and its 99th percentile. */
function delayOf(reports: Shape['reports']): Delay | undefined {
  const [most] = [reports.optedOut, reports.delivered, reports.otherError]
    .filter(({ delayMs }) => delayMs !== undefined)
    .sort((a, b) => b.perMessage.value - a.perMessage.value);
  const quantiles = most?.delayMs?.quantiles ?? [];
  const medianMs = quantiles.find(({ at }) => at === 0.5)?.value;
  if (medianMs === undefined) return undefined;
  const p99Ms = quantiles.findLast(({ at }) => at <= 0.99)?.value ?? medianMs;
  return p99Ms < 1.01 * medianMs || medianMs < 1
    ? { kind: 'fixed', ms: medianMs }
    : { kind: 'log-normal', medianMs, p99Ms };
}
