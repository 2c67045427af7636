import { designNamed } from '../../db/designs.ts';
import type { TrialOptions } from './options/trial-options.ts';
import { addCounts, noCounts, type RecordedCounts } from './record/counts.ts';
import { type Mix, readMix } from './workload/mix.ts';

/** A mix for tests: evenly spaced sends to new numbers, no reports, unless it says otherwise. */
export function testMix(changes: Partial<Mix> = {}): Mix {
  return {
    ...readMix('campaign'),
    name: 'test',
    arrivals: 'constant',
    blockedShare: 0,
    freshShare: 1,
    freshSendsPerNumber: 10,
    freshNumbersAtOnce: 20,
    optOutShare: 0,
    deliveredShare: 0,
    filteredShare: 0,
    repeatShare: 0,
    delay: { kind: 'fixed', ms: 50 },
    ...changes,
  };
}

/** Every second send is answered by a 21610 at once: numbers become blocked within the run. */
export function waveMix(changes: Partial<Mix> = {}): Mix {
  return testMix({ optOutShare: 0.8, deliveredShare: 0.5, ...changes });
}

/** A short load on a database, to be changed by a test. Drains for as long as it takes. */
export function testTrial(url: string, changes: Partial<TrialOptions> = {}): TrialOptions {
  return {
    url,
    major: 18,
    design: designNamed('blocked_contacts'),
    check: 'on',
    mix: testMix(),
    rate: 200,
    clients: 4,
    workers: 1,
    durationMs: 1_000,
    drainMs: 600_000,
    seed: 1,
    isolation: 'default',
    keep: false,
    dataSet: undefined,
    ...changes,
  };
}

/** A load that goes on until its counts are enough, however slow the machine is. */
export function testTrialUntil(
  enough: (counts: RecordedCounts) => boolean,
  url: string,
  changes: Partial<TrialOptions> = {},
): TrialOptions {
  const abort = new AbortController();
  const seen = noCounts();
  return testTrial(url, {
    ...changes,
    durationMs: 3_600_000,
    signal: abort.signal,
    onSecond: ({ reports }) => {
      for (const { counts } of reports) addCounts(seen, counts);
      if (enough(seen)) abort.abort();
    },
  });
}
