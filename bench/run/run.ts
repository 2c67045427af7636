import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onInterruptGoOnWith } from '../../db/cli/command.ts';
import { commandLine, withoutFlag } from '../../db/cli/command-line.ts';
import {
  applyDesign,
  currentDesign,
  type Design,
  defaultDesignName,
  designNamed,
} from '../../db/designs.ts';
import type { Lab } from '../../db/lab.ts';
import { scaleName } from '../../seed/data-set/scale.ts';
import type { Workbench } from '../database/workbench.ts';
import { startEnvironment } from '../environment/environment.ts';
import { loadAverage } from '../environment/machine.ts';
import { instructionsOfRun } from '../instructions/of-run.ts';
import { rebuildIfBloated } from '../micro/bloat.ts';
import { modelPoints } from '../micro/btree-model.ts';
import { comparePgbench } from '../micro/pgbench.ts';
import { measureScaling, scalingSizes } from '../micro/scaling.ts';
import { poolerText, poolerUrlOf } from '../network/pooler-place.ts';
import { resultsFormatVersion } from '../results/format-version.ts';
import { type Journal, openJournal } from '../results/journal.ts';
import type {
  DesignResult,
  PgbenchResult,
  Results,
  ScalingResult,
  SweepPoint,
} from '../results/results.ts';
import { createRunFolder, type RunFolder } from '../results/run-folder.ts';
import type { BenchOptions } from './options.ts';
import { type DesignOutcome, type FigureSoFar, runDesign } from './run-design.ts';
import { measureAtSize, measureGround, sweepDesign } from './sweep.ts';
import { timeSlowAgain } from './time-again.ts';
import { TimeLeft } from './time-left.ts';
import { warningsOf } from './warnings.ts';
import { withWorkbench } from './with-workbench.ts';

/** Longest for the functional checks of one design; one that is not timed leaves them to npm test. */
const checkSeconds = { defaultDesign: 600, other: 120, planned: 0 } as const;

/** Designs that are not timed have their plans taken only while a run is younger than this, if nobody asked. */
const planSeconds = 72;

/** What the parts of a run share. `progress` is told what is going on. */
interface Run {
  readonly lab: Lab;
  readonly options: BenchOptions;
  /** Where what is timed goes, if through a pooler. */
  readonly poolerUrl: string | undefined;
  readonly folder: RunFolder;
  readonly journal: Journal;
  readonly progress: (what: string) => void;
  readonly onFigure: (figure: FigureSoFar) => void;
  /** performance.now() when this process began with it. */
  readonly startedMs: number;
  /** The machine's load then, before any of the run's own work. */
  readonly loadBefore: readonly number[];
}

/** What of a run is measured; the warnings follow from it. */
type Measured = Omit<Results, 'warnings'>;

/** What every size has beside its designs, and how long it took to seed. */
type Ground = Awaited<ReturnType<typeof measureGround>> & { readonly seedSeconds: number };

/**
 * One run from seed to results.json, in a folder whose path is returned. Each piece is kept as it is
 * finished: a killed run can go on. One that fails before its first piece leaves no folder.
 */
export async function runBench(
  lab: Lab,
  options: BenchOptions,
  progress: (what: string) => void,
  onFigure: (figure: FigureSoFar) => void = () => {},
): Promise<string> {
  const { pooler } = options;
  const poolerUrl = pooler === undefined ? undefined : await poolerUrlOf(lab.url, pooler);
  const begun = new Date();
  const folder = createRunFolder(scaleName(options.messages), begun, options);
  const journal = openJournal(folder.path, begun, whatPiecesDependOn(options));
  const run: Run = {
    lab,
    options,
    poolerUrl,
    folder,
    journal,
    progress,
    onFigure,
    startedMs: performance.now(),
    loadBefore: loadAverage(),
  };
  const forget = onInterruptGoOnWith(() => goOnWith(folder.runId));
  const measured = await measureAll(run).catch((error: unknown) => {
    if (folder.isNew && journal.isEmpty()) rmSync(folder.path, { recursive: true });
    throw error;
  });
  const results: Results = { ...measured, warnings: warningsOf(measured) };
  writeFileSync(join(folder.path, 'results.json'), `${JSON.stringify(results)}\n`);
  journal.finish();
  folder.nameLatest();
  forget();
  return folder.path;
}

/** The sizes in turn. */
async function measureAll(run: Run): Promise<Measured> {
  const smaller: SweepPoint[] = [];
  for (const messages of run.options.sweep.slice(0, -1)) {
    smaller.push(await measureSmaller(run, messages));
  }
  return measureInFull(run, smaller);
}

/** One of the smaller sizes of a sweep. */
async function measureSmaller(run: Run, messages: number): Promise<SweepPoint> {
  const { lab, options, journal } = run;
  const name = (piece: Piece): string => `size ${messages}, ${pieceName(piece)}`;
  const say = (what: string): void => run.progress(`sweep: ${messages} messages, ${what}`);
  return journal.once(`size ${messages}`, () =>
    withWorkbench(run, messages, async (bench, seedSeconds) => {
      say('floor and tree');
      const ground = await journal.once(name('ground'), async () => ({
        seedSeconds,
        ...(await measureGround(lab, bench)),
      }));
      const designs: SweepPoint['designs'][number][] = [];
      for (const [index, design] of options.designs.entries()) {
        say(`${index + 1} of ${options.designs.length}, ${design.name}`);
        designs.push(await journal.once(name(design), () => measureAtSize(lab, bench, design)));
      }
      return {
        messages,
        blockedContacts: bench.dataSet.rowCounts.blocked_contacts,
        seedSeconds: ground.seedSeconds,
        indexProbeNs: ground.indexProbe.nsPerProbe.value,
        tree: ground.tree,
        designs,
      };
    }),
  );
}

/** The only size, or the last of a sweep: its designs proved, explained and timed in full. */
async function measureInFull(run: Run, smaller: readonly SweepPoint[]): Promise<Measured> {
  const { lab, options } = run;
  return withWorkbench(run, options.messages, async (bench, seedSeconds) => {
    const { admin } = bench.reservation;
    await bench.reservation.change(() => admin.query('vacuum')); // what it cannot mend is told as a warning
    await rebuildIfBloated(bench.reservation, bench.dataSet.rowCounts.blocked_contacts);
    const environment = await startEnvironment(admin, lab, 'bench', run.loadBefore);
    const before = await currentDesign(admin);
    const { outcomes, notReached } = await measureDesigns(run, bench);
    const designs = await timeSlowAgain(
      run,
      bench,
      outcomes.map(({ result }) => result),
    );
    const plans = outcomes.flatMap((outcome) => outcome.plans);
    run.progress('floor: bare index probes');
    const ground = await run.journal.once(pieceName('ground'), async () => ({
      seedSeconds,
      ...(await measureGround(lab, bench)),
    }));
    const scaling = options.sweep.length === 0 ? undefined : await scale(run, bench, smaller);
    const pgbench = await besidePgbench(run, bench);
    const instructions = await instructionsOfRun(run, admin);
    await applyDesign(lab.url, admin, before);
    return {
      ...headOf(run, bench, notReached),
      ...figuresOf(run, bench, designs, ground, smaller),
      plans,
      environment: await environment.finish(admin),
      ...(scaling === undefined ? {} : { scaling }),
      ...(instructions === undefined ? {} : { instructions }),
      pgbench,
    };
  });
}

/** The command that goes on with a run: the same flags, and its name. */
function goOnWith(runId: string): string {
  const flags = withoutFlag(
    withoutFlag(process.argv.slice(2), '--run', 'with a value'),
    '--resume',
    'switch',
  );
  return commandLine('bench', [...flags, '--run', runId, '--resume']);
}

/** A part of a run that is kept by itself: a design, or one that is none. */
type Piece = Design | 'ground' | 'scaling' | 'pgbench';

/** Its name in the journal: no design can be called as another piece is. */
function pieceName(piece: Piece): string {
  return typeof piece === 'string' ? piece : `design ${piece.name}`;
}

/** Every design in turn; those whose plans alone are wanted only while the run is young. */
async function measureDesigns(
  { lab, options, journal, folder, progress, onFigure, startedMs }: Run,
  bench: Workbench,
): Promise<{
  readonly outcomes: readonly DesignOutcome[];
  readonly notReached: readonly string[];
}> {
  const outcomes: DesignOutcome[] = [];
  const notReached: string[] = [];
  const timeLeft = new TimeLeft(options.designs.length, options.method.secondsPerDesign);
  for (const design of [...options.designs, ...options.planned]) {
    const planned = options.planned.includes(design);
    if (planned && !options.planEvery && performance.now() - startedMs > planSeconds * 1_000) {
      notReached.push(design.name);
      continue;
    }
    const allowed =
      design.name === defaultDesignName ? checkSeconds.defaultDesign : checkSeconds.other;
    outcomes.push(
      await journal.once(pieceName(design), () =>
        runDesign(lab, bench, {
          design,
          scenarios: planned ? [] : options.scenarios,
          checkSeconds: planned ? checkSeconds.planned : allowed,
          planFolder: options.keepsPlans ? folder.path : undefined,
          onFigure,
          progress: (what, secondsLeft) =>
            progress(
              planned
                ? `${design.name}: ${what}`
                : `${timeLeft.place}${design.name}: ${what}${secondsLeft === undefined ? '' : timeLeft.text(secondsLeft)}`,
            ),
        }),
      ),
    );
    timeLeft.ended();
  }
  return { outcomes, notReached };
}

/** The lookup in tables of the sweep's sizes, and larger ones. */
function scale(
  { options, journal, progress }: Run,
  bench: Workbench,
  smaller: readonly SweepPoint[],
): Promise<ScalingResult> {
  return journal.once(pieceName('scaling'), () => {
    progress('lookups in tables of all sizes, in turns');
    const blocked = smaller.map((point) => point.blockedContacts);
    const sizes = scalingSizes([...blocked, bench.dataSet.rowCounts.blocked_contacts]);
    return measureScaling(bench.reservation, bench.dataSet, { seed: options.seed, sizes });
  });
}

/** The default design's insert by another client. */
async function besidePgbench(
  { lab, options, journal, progress }: Run,
  bench: Workbench,
): Promise<PgbenchResult> {
  if (!options.besidePgbench) return { state: 'absent', reason: 'the run was to be quick' };
  progress('the same statement through pgbench');
  return journal.once(pieceName('pgbench'), async () => {
    const byDefault = designNamed(defaultDesignName);
    await applyDesign(lab.url, bench.reservation.admin, byDefault);
    return comparePgbench(bench, lab.url, byDefault);
  });
}

/** What a run is: when, with what, over which data. */
function headOf(
  { options, journal, folder }: Run,
  { dataSet: { rowCounts } }: Workbench,
  notReached: readonly string[],
) {
  return {
    formatVersion: resultsFormatVersion,
    runId: folder.runId,
    startedAt: journal.startedAt.toISOString(),
    finishedAt: new Date().toISOString(),
    ...(journal.resumedAt.length === 0
      ? {}
      : { resumedAt: journal.resumedAt.map((date) => date.toISOString()) }),
    commandLine: commandLine('bench'),
    ...(notReached.length === 0 ? {} : { notReached }),
    dataSet: {
      scale: scaleName(options.messages),
      seed: options.seed,
      ...(options.shape === undefined ? {} : { shape: options.shape.name }),
      messages: rowCounts.outbound_messages,
      blockedContacts: rowCounts.blocked_contacts,
      optOuts: rowCounts.opt_outs,
      reports: rowCounts.delivery_reports,
    },
    method: options.method,
    ...(options.pooler === undefined ? {} : { pooler: poolerText(options.pooler) }),
  } satisfies Partial<Measured>;
}

/** What was found of designs, the floor below them, and sizes. */
function figuresOf(
  { options }: Run,
  { dataSet: { rowCounts } }: Workbench,
  designs: readonly DesignResult[],
  ground: Ground,
  smaller: readonly SweepPoint[],
) {
  const last: SweepPoint = {
    messages: options.messages,
    blockedContacts: rowCounts.blocked_contacts,
    seedSeconds: ground.seedSeconds,
    indexProbeNs: ground.indexProbe.nsPerProbe.value,
    tree: ground.tree,
    designs: designs.filter(({ status }) => status !== 'planned').map(sweepDesign),
  };
  return {
    designs,
    indexProbe: ground.indexProbe,
    tree: ground.tree,
    sweep: options.sweep.length === 0 ? [] : [...smaller, last],
    model: modelPoints(),
  } satisfies Partial<Measured>;
}

/** A run goes on only with the same of all this. */
function whatPiecesDependOn(options: BenchOptions): unknown {
  const names = (items: readonly { readonly name: string }[]): string[] =>
    items.map(({ name }) => name);
  return {
    formatVersion: resultsFormatVersion,
    messages: options.messages,
    seed: options.seed,
    shape: options.shape,
    sweep: options.sweep,
    pooler: options.pooler,
    designs: names(options.designs),
    planned: names(options.planned),
    keepsPlans: options.keepsPlans,
    scenarios: names(options.scenarios),
    method: options.method,
  };
}
