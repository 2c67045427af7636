import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type {
  Arm,
  ArmSlice,
  DesignResult,
  Results,
  ScenarioResult,
  Slice,
  SweepPoint,
} from '../../results/results.ts';
import { LatencyHistogram } from '../../stats/histogram.ts';
import { pairedEstimate } from '../../stats/paired-estimate.ts';
import { type Random, seededRandom } from '../../stats/random.ts';
import { type SyntheticDesign, syntheticDesigns } from './synthetic-design.ts';
import { syntheticEnvironment } from './synthetic-environment.ts';
import { plansOf, planTree } from './synthetic-plans.ts';

/** What a synthetic run is made of; the rest follows from it. */
export interface SyntheticRun {
  readonly runId?: string;
  readonly seed?: number;
  readonly pairs?: number;
  readonly designs?: readonly SyntheticDesign[];
  /** Messages at each size of the sweep; none where empty. */
  readonly sweep?: readonly number[];
}

const scenarioShapes = [
  { name: 'one_row_durable', title: 'one row, durable', rows: 1, durable: true, base: 230_000 },
  { name: 'one_row', title: 'one row, not durable', rows: 1, durable: false, base: 90_000 },
  { name: 'bulk_1000', title: '1,000 rows a statement', rows: 1000, durable: false, base: 6e6 },
  { name: 'report_first', title: 'a first 21610', rows: 1, durable: false, base: 110_000 },
] as const;

/** A run that nothing measured: schema-valid, deterministic, with noise and drift like a real one. */
export function syntheticResults(run: SyntheticRun = {}): Results {
  const {
    runId = 'synthetic',
    seed = 7,
    pairs = 24,
    designs = syntheticDesigns,
    sweep = [1e4, 1e5, 1e6, 1e7],
  } = run;
  const random = seededRandom(seed);
  return {
    formatVersion: 3,
    runId,
    startedAt: '2026-03-01T10:00:00.000Z',
    finishedAt: '2026-03-01T10:04:12.000Z',
    commandLine: 'npm run bench -- --scale small',
    warnings: ['The load average was 2.4 on 2 processors before the run.'],
    dataSet: {
      scale: 'small',
      seed: 1,
      messages: 1_000_000,
      blockedContacts: 40_000,
      optOuts: 270_000,
      reports: 335_000,
    },
    method: {
      loop: 'closed',
      order: 'pairs of single statements',
      confidence: 0.95,
      wantedHalfWidth: 0.02,
      secondsPerDesign: 20,
      blockedShare: 0.04,
      fewestSessions: 12,
      ratio: 'of single pairs',
    },
    environment: syntheticEnvironment(),
    designs: designs.map((design) => designResult(design, pairs, random)),
    indexProbe: {
      probes: 1_000_000,
      nsPerProbe: { value: 1_600, low: 1_580, high: 1_630, samples: 9 },
      buffersPerProbe: 3,
      blockedContacts: 40_000,
    },
    sweep: sweep.map((messages) => sweepPoint(messages, designs)),
    model: [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10].map((rows) => ({
      rows,
      level: Math.max(0, Math.ceil(Math.log(rows / 204) / Math.log(240))),
      buffersPerProbe: 1 + Math.max(0, Math.ceil(Math.log(rows / 204) / Math.log(240))),
      sizeBytes: rows * 40,
      innerBytes: rows * 0.2,
    })),
    plans: designs.filter((design) => design.failed !== true).flatMap(plansOf),
    pgbench: { state: 'absent', reason: 'pgbench is not installed' },
  };
}

/** Writes a synthetic run's folder: results.json and its plan files. */
export function writeSyntheticRun(folder: string, results: Results): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'results.json'), JSON.stringify(results));
  for (const plan of results.plans) {
    const { summary } = plan;
    if (summary === undefined) continue;
    const json = [{ Plan: planTree(summary), 'Execution Time': summary.milliseconds }];
    mkdirSync(dirname(join(folder, plan.jsonFile)), { recursive: true });
    writeFileSync(join(folder, plan.jsonFile), JSON.stringify(json));
    writeFileSync(join(folder, plan.textFile), `${summary.nodes.join('\n  ->  ')}\n</script>`);
  }
}

function designResult(design: SyntheticDesign, pairs: number, random: Random): DesignResult {
  const failed = design.failed === true;
  return {
    name: design.name,
    title: `The design ${design.name}`,
    idea: 'An idea in a sentence.',
    chooseWhen: 'you want it.',
    costs: 'what it costs.',
    keeps: [design.name],
    status: failed ? 'failed behaviours' : 'timed',
    ...(failed ? { reason: 'concurrent reports: 3 of 150 blocks were missed' } : {}),
    behaviours: [
      ...Array.from({ length: 11 }, (_, index) => ({
        name: `behaviour ${index + 1} holds`,
        outcome: failed && index === 7 ? ('failed' as const) : ('passed' as const),
        ...(failed && index === 7 ? { reason: '3 of 150 blocks were missed' } : {}),
        durationMs: 12 + index,
      })),
      {
        name: 'a COPY is refused whole',
        outcome: design.takesNoCopy === true ? ('failed' as const) : ('passed' as const),
        ...(design.takesNoCopy === true ? { declared: true } : {}),
        durationMs: 30,
      },
    ],
    buildMs: design.sizeBytes / 50_000,
    sizes: [
      { ...relation(design, 'table'), sizeBytes: Math.round(design.sizeBytes * 0.6) },
      { ...relation(design, 'index'), sizeBytes: Math.round(design.sizeBytes * 0.4) },
    ],
    scenarios: failed
      ? []
      : scenarioShapes.map((shape) => scenarioResult(design, shape, pairs, random)),
    ...(failed
      ? {}
      : {
          serverSide: {
            nsPerRow: around(design.checkNs),
            bulkNsPerRow: around(design.bulkNs),
            buffersPerCheck: design.scans === true ? 5_000 : 3,
            notes: [],
          },
        }),
  };
}

function relation(design: SyntheticDesign, kind: 'table' | 'index') {
  const name = kind === 'table' ? design.name : `${design.name}_pkey`;
  return { name, kind, table: design.name, rows: 40_000 } as const;
}

function scenarioResult(
  design: SyntheticDesign,
  shape: (typeof scenarioShapes)[number],
  pairs: number,
  random: Random,
): ScenarioResult {
  const added = shape.rows === 1 ? design.checkNs : design.bulkNs * shape.rows;
  const slices: Slice[] = [];
  const histograms = { treatment: LatencyHistogram.create(), control: LatencyHistogram.create() };
  for (let sessions = 0; sessions < pairs; sessions++) {
    const drift = 1 + 0.1 * Math.sin(sessions / 6);
    const arm = (name: Arm): ArmSlice => {
      const typical =
        (shape.base * drift + (name === 'treatment' ? added : 0)) * noise(random, 0.02);
      for (let sample = 0; sample < 200; sample++) {
        histograms[name].record(typical * (0.9 + 0.2 * random() + 0.02 / (1 - random() + 0.001)));
      }
      return armSlice(sessions < 2 ? typical * 1.4 : typical);
    };
    slices.push(slice(sessions, arm('treatment'), arm('control')));
  }
  const used = slices.flatMap(({ treatment, control, warmup }) =>
    warmup || treatment === undefined || control === undefined ? [] : [{ treatment, control }],
  );
  const compared = pairedEstimate(
    used.map(({ treatment, control }) => ({
      pairs: 200,
      differenceNs: treatment.medianNs - control.medianNs,
      logRatios: [[Math.log(treatment.medianNs / control.medianNs)]],
      controlNs: control.medianNs,
      p95DifferenceNs: Number(treatment.p95Ns) - Number(control.p95Ns),
      p99DifferenceNs: Number(treatment.p99Ns) - Number(control.p99Ns),
    })),
    0.95,
  );
  const halfWidth = (compared.ratio.high - compared.ratio.low) / 2;
  return {
    name: shape.name,
    title: shape.title,
    rowsPerStatement: shape.rows,
    clients: 1,
    durable: shape.durable,
    kind: shape.name.startsWith('report') ? 'report' : 'send',
    control: 'check off',
    statement: `insert into ${shape.name.startsWith('report') ? 'delivery_reports (message_id)' : 'outbound_messages (to_number)'} values ($1)`,
    method: 'trigger modes',
    slices,
    paired: {
      pairs: used.length * 200,
      sessions: used.length,
      ratio: compared.ratio.value,
      ratioLow: compared.ratio.low,
      ratioHigh: compared.ratio.high,
      differenceNsPerRow: compared.difference.value / shape.rows,
      differenceLowNsPerRow: compared.difference.low / shape.rows,
      differenceHighNsPerRow: compared.difference.high / shape.rows,
      baselineNs: compared.baselineNs,
      ...(compared.p99Difference === undefined ? {} : { p99DifferenceNs: compared.p99Difference }),
      halfWidth,
      resolved: compared.ratio.low > 1 || compared.ratio.high < 1,
      preciseEnough: halfWidth < 0.02,
    },
    arms: (['treatment', 'control'] as const).map((arm) => ({
      arm,
      samples: histograms[arm].samples,
      percentiles: histograms[arm].summary(),
      histogram: histograms[arm].encode(),
    })),
    client: {
      eventLoopDelayP99Ns: 1_200_000,
      utilisation: 0.41,
      cpuNsPerStatement: 60_000,
      clientLimited: false,
    },
    stoppedBecause: halfWidth < 0.02 ? 'precise enough' : 'time is up',
  };
}

function armSlice(typicalNs: number): ArmSlice {
  return {
    samples: 200,
    medianNs: typicalNs,
    meanNs: typicalNs * 1.05,
    p95Ns: typicalNs * 1.3,
    p99Ns: typicalNs * 1.9,
    maxNs: typicalNs * 4,
  };
}

function slice(sessions: number, treatment: ArmSlice, control: ArmSlice): Slice {
  return {
    order: sessions,
    sessions,
    swapped: sessions % 2 === 1,
    startedMs: sessions * 200,
    durationMs: 190,
    differenceNs: treatment.medianNs - control.medianNs,
    treatment,
    control,
    warmup: sessions < 2,
    walBytes: 112_000,
    walRecords: 1_200,
    fullPageImages: 0,
    checkpoints: sessions === 10 ? 1 : 0,
    autovacuums: 0,
    busyShare: 0.6,
    stealShare: 0,
  };
}

function sweepPoint(messages: number, designs: readonly SyntheticDesign[]): SweepPoint {
  const blockedContacts = messages * 0.04;
  const scaling = 1 + 0.01 * Math.log10(messages / 1e4);
  return {
    messages,
    blockedContacts,
    seedSeconds: messages / 700_000,
    indexProbeNs: 1_300 * scaling,
    tree: {
      index: 'blocked_contacts_pkey',
      sizeBytes: blockedContacts * 40,
      level: blockedContacts < 40_000 ? 1 : 2,
      predictedLevel: blockedContacts < 40_000 ? 1 : 2,
      predictedSizeBytes: blockedContacts * 39,
    },
    designs: designs.map((design) => {
      const timedOut = design.scans === true && messages > 1e6;
      const ns = design.scans === true ? messages * 9 : design.checkNs * scaling;
      return {
        name: design.name,
        status: design.failed === true ? 'failed behaviours' : timedOut ? 'timed out' : 'timed',
        ...(timedOut ? { reason: 'one statement took more than 5 s' } : {}),
        sizeBytes: design.sizeBytes * (messages / 1e6),
        buildMs: messages / 1_000,
        ...(timedOut || design.failed === true
          ? {}
          : {
              checkNsPerRow: around(ns),
              bulkNsPerRow: around(design.scans === true ? ns : design.bulkNs * scaling),
              buffersPerCheck:
                design.scans === true ? messages / 200 : 2 + Math.log10(messages / 1e4),
            }),
      };
    }),
  };
}

function around(value: number) {
  return { value, low: value * 0.96, high: value * 1.05, samples: 15 };
}

function noise(random: Random, spread: number): number {
  return 1 + spread * (random() + random() + random() - 1.5);
}
