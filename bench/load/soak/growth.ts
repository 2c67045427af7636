import { formatCount } from '../../../db/cli/number-text.ts';
import { median } from '../../stats/median.ts';
import { type Point, slopeOf } from '../../stats/slope.ts';
import type { LoadTrial, TimelineInterval } from '../results/results.ts';
import type { Growth, Soak, SoakSample } from '../results/soak-results.ts';

/** What a figure of a soak is, and what makes it grow where that is known. */
interface Figure {
  readonly name: string;
  readonly unit: Growth['unit'];
  readonly points: readonly Point[];
  readonly cause?: string;
}

const unknownCause = 'not known';

/** What of the beginning is in no slope: caches fill, programs load. */
export function warmUpS(durationS: number): number {
  return Math.min(120, durationS / 6);
}

/** How every figure of a soak went on after its warm-up. */
export function growthOf(
  trial: Pick<LoadTrial, 'intervals' | 'plannedS' | 'counts' | 'design'>,
  samples: readonly SoakSample[],
): readonly Growth[] {
  const from = warmUpS(trial.plannedS);
  const kept = samples.filter(({ atS }) => atS >= from && atS <= trial.plannedS);
  const intervals = trial.intervals.filter(
    ({ startS, lengthS }) => startS >= from && startS + lengthS <= trial.plannedS,
  );
  return figuresOf(trial, kept, intervals).flatMap(describe);
}

function figuresOf(
  { counts }: Pick<LoadTrial, 'counts'>,
  samples: readonly SoakSample[],
  intervals: readonly TimelineInterval[],
): readonly Figure[] {
  const over = (of: (sample: SoakSample) => number | null | undefined): readonly Point[] =>
    samples.flatMap((sample) => {
      const y = of(sample);
      return y === null || y === undefined ? [] : [{ x: sample.atS / 3600, y }];
    });
  const within = (of: (interval: TimelineInterval) => number | null): readonly Point[] =>
    intervals.flatMap((interval) => {
      const y = of(interval);
      return y === null ? [] : [{ x: interval.startS / 3600, y }];
    });
  const relations = [...new Set(samples.flatMap((sample) => Object.keys(sample.relations)))];
  const reports = counts.delivered + counts.filtered + counts.optedOut;
  return [
    {
      name: 'answers',
      unit: 'a second',
      points: within(({ counts: { done }, lengthS }) => done / lengthS),
    },
    { name: 'p99', unit: 'ms', points: within(({ p99Ms }) => p99Ms) },
    {
      name: 'memory of the generator',
      unit: 'bytes',
      points: over(({ generator }) => generator.residentBytes),
    },
    {
      name: 'open files of the generator',
      unit: 'files',
      points: over(({ generator }) => generator.descriptors),
    },
    {
      name: 'memory of the server’s processes',
      unit: 'bytes',
      points: over(({ server }) => server?.residentBytes),
    },
    {
      name: 'shared memory of the server',
      unit: 'bytes',
      points: over(({ server }) => server?.sharedBytes),
      cause: 'pages of shared_buffers that are used for the first time',
    },
    {
      name: 'open files of the server',
      unit: 'files',
      points: over(({ server }) => server?.descriptors),
    },
    { name: 'dead rows', unit: 'rows', points: over(({ deadRows }) => deadRows) },
    ...relations.map(
      (name): Figure => ({
        name,
        unit: 'bytes',
        points: over((sample) => sample.relations[name]),
        cause: causeOfRelation(name, counts.accepted, reports, counts.optedOut),
      }),
    ),
  ];
}

/** The load keeps what it adds until its end. */
function causeOfRelation(name: string, messages: number, reports: number, optOuts: number): string {
  if (name.startsWith('outbound_messages')) return `the load’s ${formatCount(messages)} messages`;
  if (name.startsWith('delivery_reports')) return `the load’s ${formatCount(reports)} reports`;
  if (/^(opt_outs|blocked_contacts)/.test(name))
    return `the load’s ${formatCount(optOuts)} reports with 21610`;
  return unknownCause;
}

function describe({ name, unit, points, cause = unknownCause }: Figure): readonly Growth[] {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return [];
  const found = { name, unit, first: first.y, last: last.y };
  const perHour = slopeOf(points);
  if (perHour === undefined) return [{ ...found, verdict: 'too short' }];
  const verdict = perHour.low > 0 ? 'grows' : perHour.high < 0 ? 'falls' : 'flat';
  return [{ ...found, perHour, verdict, ...(verdict === 'grows' ? { cause } : {}) }];
}

/** Samples around a moment, or at the end, of which the middle one is taken. */
const aroundMoment = 5;

/** The generator's memory after two minutes, or a quarter of a shorter run, and at the end. */
export function memoryOf(samples: readonly SoakSample[], durationS: number): Pick<Soak, 'memory'> {
  const earlyS = Math.min(120, durationS / 4);
  const at = samples.findIndex(({ atS }) => atS >= earlyS);
  if (at < 0 || samples.length < at + 2 * aroundMoment) return {};
  const middle = (some: readonly SoakSample[]): { readonly s: number; readonly bytes: number } => ({
    s: median(some.map(({ atS }) => atS)),
    bytes: median(some.map(({ generator }) => generator.residentBytes)),
  });
  const early = middle(samples.slice(at, at + aroundMoment));
  const late = middle(samples.slice(-aroundMoment));
  return {
    memory: {
      ...{ earlyS: early.s, earlyBytes: early.bytes, lateS: late.s, lateBytes: late.bytes },
      ratio: Math.round((1000 * late.bytes) / early.bytes) / 1000,
    },
  };
}
