import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { commandLine } from '../../db/cli/command-line.ts';
import { CheckFailure } from '../../db/cli/errors.ts';
import { closing } from '../../db/connection/closing.ts';
import { applyDesign, type Design, defaultDesignName, designNamed } from '../../db/designs.ts';
import type { Lab } from '../../db/lab.ts';
import { migrateDownTo, migrateUp } from '../../db/schema/migrate.ts';
import { scaleName } from '../../seed/data-set/scale.ts';
import { buildDesign } from '../database/build-design.ts';
import { ensureSeeded } from '../database/ensure-seeded.ts';
import { rowsOfTables } from '../database/relations.ts';
import { reserveForBench } from '../database/reservation.ts';
import type { Workbench } from '../database/workbench.ts';
import { startEnvironment } from '../environment/environment.ts';
import { capturePlans } from '../explain/plans.ts';
import { countsExactly } from '../instructions/count-instructions.ts';
import { measureScenario } from '../paired/measure-scenario.ts';
import type { Place } from '../paired/places.ts';
import type { Environment, ScenarioResult } from '../results/results.ts';
import { createRunFolder } from '../results/run-folder.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { countBoth } from './count-both.ts';
import { differingSettings } from './differing-settings.ts';
import { againstFormatVersion } from './format-version.ts';
import { type AgainstOptions, inTwoPlaces, triedOnItself } from './options.ts';
import type { AgainstResults, ComparedPlan } from './results.ts';
import { serverTitles } from './server-titles.ts';

/** What the parts of a comparison share. */
interface Comparison {
  readonly options: AgainstOptions;
  readonly progress: (what: string) => void;
  readonly labs: Readonly<Record<'treatment' | 'control', Lab>>;
  readonly bench: Workbench;
  readonly control: Workbench;
}

/**
 * Times one statement in two databases, in pairs: another design, another version of the schema,
 * another server, or one with other settings holds the control. Writes against.json into a new folder.
 *
 * @returns the folder, and what was found
 * @throws CheckFailure where a design could not be built in its place
 */
export async function runAgainst(
  lab: Lab,
  controlLab: Lab,
  options: AgainstOptions,
  progress: (what: string) => void,
): Promise<{ readonly folder: string; readonly results: AgainstResults }> {
  const begun = new Date();
  const runStartedMs = performance.now();
  const folder = createRunFolder(`against-${scaleName(options.messages)}`, begun, options);
  const { messages, seed } = options;
  const seeded = async (one: Lab, replace: boolean) =>
    ensureSeeded(one, { messages, seed, replace });
  progress(`${messages} messages: seed`);
  const dataSet = await seeded(lab, options.replace);
  progress('the same where the control is');
  const beside = options.against.differs !== 'server'; // a database that only this command uses
  const controlDataSet = await seeded(controlLab, options.replace || beside);
  return closing(async (defer) => {
    const reserve = async (one: Lab, data: Workbench['dataSet']): Promise<Workbench> => {
      const reservation = await reserveForBench(one);
      defer((failure) => reservation.close(failure));
      const { method, blockedShare } = options;
      return {
        reservation,
        major: one.major,
        dataSet: data,
        seed,
        method,
        blockedShare,
        runStartedMs,
      };
    };
    const comparison: Comparison = {
      options,
      progress,
      labs: { treatment: lab, control: controlLab },
      bench: await reserve(lab, dataSet),
      control: await reserve(controlLab, controlDataSet),
    };
    const measured = await measure(comparison);
    const results: AgainstResults = {
      formatVersion: againstFormatVersion,
      kind: 'against',
      startedAt: begun.toISOString(),
      finishedAt: new Date().toISOString(),
      commandLine: commandLine('bench'),
      differs: options.against.differs,
      messages,
      seed,
      method: options.method,
      ...measured,
    };
    writeFileSync(join(folder.path, 'against.json'), `${JSON.stringify(results)}\n`);
    return { folder: folder.path, results };
  });
}

type Measured = Pick<
  AgainstResults,
  'treatment' | 'control' | 'settings' | 'sameTwice' | 'scenarios' | 'plans' | 'instructions'
>;

async function measure(comparison: Comparison): Promise<Measured> {
  const { options, labs, bench, control } = comparison;
  const { against } = options;
  const byDefault = designNamed(defaultDesignName);
  const started = {
    treatment: await startEnvironment(bench.reservation.admin, labs.treatment, 'bench'),
    control: await startEnvironment(control.reservation.admin, labs.control, 'bench'),
  };
  const twoServers = against.differs === 'server' || against.differs === 'settings';
  const before = twoServers ? [] : triedOnItself;
  const all = [...before, ...options.scenarios.map(inTwoPlaces)];
  const weights = all.reduce((sum, { weight }) => sum + weight, 0);
  const secondsPerWeight = options.method.secondsPerDesign / weights;

  for (const place of ['treatment', 'control'] as const) await build(comparison, place, byDefault);
  if (before.length > 0) comparison.progress('tried on itself, the same in both');
  const sameTwice = await time(comparison, before, secondsPerWeight, byDefault, byDefault);

  const controls =
    against.differs === 'design'
      ? against.design
      : against.differs === 'schema'
        ? beforeOptIns(options.design, against.version)
        : options.design;
  await build(comparison, 'treatment', options.design);
  const undo = await prepareControl(comparison, controls);
  try {
    const timed = {
      ...(twoServers
        ? { settings: await differingSettings(bench.reservation.admin, control.reservation.admin) }
        : {}),
      sameTwice,
      scenarios: await time(
        comparison,
        all.slice(before.length),
        secondsPerWeight,
        options.design,
        controls,
      ),
      plans: await plansOf(comparison, options.design, controls),
      ...(await instructionsOf(comparison)),
    };
    const environments = {
      treatment: await started.treatment.finish(bench.reservation.admin),
      control: await started.control.finish(control.reservation.admin),
    };
    const titles = titlesOf(options, environments);
    return {
      ...timed,
      treatment: {
        title: titles.treatment,
        design: options.design.name,
        environment: environments.treatment,
      },
      control: {
        title: titles.control,
        design: controls.name,
        ...(against.differs === 'schema' ? { schemaVersion: against.version } : {}),
        environment: environments.control,
      },
    };
  } finally {
    await undo();
  }
}

/** Which migration makes opt_ins, the table. */
const optInsSince = '20250101000008';

/** A design as an older schema can have it: where that has no opt-ins, none are forgotten. */
function beforeOptIns(design: Design, version: string): Design {
  if (version >= optInsSince) return design;
  const forgetSql = design.forgetSql.replace(/opted_in as \([^()]*(?:\([^()]*\)[^()]*)*\), /, '');
  if (forgetSql.includes('opt_ins')) {
    throw new Error(`${design.name} forgets opt-ins in a way that an older schema has not`);
  }
  return { ...design, forgetSql };
}

/** Puts the control's design, or its version of the schema, in place; returns what takes it back. */
async function prepareControl(
  comparison: Comparison,
  design: Design,
): Promise<() => Promise<void>> {
  const { options, labs, control } = comparison;
  const { against } = options;
  const { admin } = control.reservation;
  if (against.differs === 'schema') {
    await migrateDownTo(labs.control.url, admin, against.version);
    if (design.name !== defaultDesignName) await build(comparison, 'control', design);
    return async () => {
      await applyDesign(labs.control.url, admin, designNamed(defaultDesignName));
      await migrateUp(labs.control.url);
    };
  }
  await build(comparison, 'control', design);
  return async () => {};
}

async function build(
  { labs, bench, control, progress }: Comparison,
  place: 'treatment' | 'control',
  design: Design,
): Promise<void> {
  progress(`${design.name} where the ${place} is`);
  const { reservation } = place === 'treatment' ? bench : control;
  const built = await buildDesign(labs[place], reservation, design);
  if (built.state !== 'built') {
    throw new CheckFailure(
      `${design.name} could not be built where the ${place} is: ${built.reason}`,
    );
  }
}

async function time(
  { bench, control, progress }: Comparison,
  scenarios: readonly Scenario[],
  secondsPerWeight: number,
  design: Design,
  controls: Design,
): Promise<readonly ScenarioResult[]> {
  const against: Place = { reservation: control.reservation, design: controls };
  const results: ScenarioResult[] = [];
  for (const scenario of scenarios) {
    progress(scenario.name);
    const seconds = secondsPerWeight * scenario.weight;
    results.push(await measureScenario(bench, design, scenario, seconds, { against }));
  }
  return results;
}

/** What the checks read in either place. */
async function plansOf(
  { bench, control, progress }: Comparison,
  design: Design,
  controls: Design,
): Promise<readonly ComparedPlan[]> {
  progress('plans');
  const capture = async ({ reservation, dataSet }: Workbench, own: Design) => {
    const rowsOfTable = await rowsOfTables(reservation.admin);
    return capturePlans(reservation, own, dataSet, { rowsOfTable });
  };
  const own = await capture(bench, design);
  const others = await capture(control, controls);
  return own.map(({ statement, summary }) => {
    const other = others.find((plan) => plan.statement === statement)?.summary;
    return {
      statement,
      ...(summary === undefined ? {} : { treatment: summary }),
      ...(other === undefined ? {} : { control: other }),
    };
  });
}

/** What the design's statements cost without noise, where that was asked for or there is what counts it. */
async function instructionsOf({
  options,
  labs,
  bench,
  control,
  progress,
}: Comparison): Promise<Pick<Measured, 'instructions'>> {
  const { design, instructions } = options;
  if (instructions === 'none' || (instructions !== 'every design' && !countsExactly())) return {};
  const places = {
    treatment: { lab: labs.treatment, admin: bench.reservation.admin },
    control: { lab: labs.control, admin: control.reservation.admin },
  };
  return { instructions: await countBoth(places, design, progress) };
}

/** What the places are called in a table. */
function titlesOf(
  { against, design }: AgainstOptions,
  environments: { readonly treatment: Environment; readonly control: Environment },
): { readonly treatment: string; readonly control: string } {
  switch (against.differs) {
    case 'server':
      return serverTitles(environments.treatment, environments.control);
    case 'settings':
      return { treatment: 'the lab’s settings', control: `those of ${basename(against.file)}` };
    case 'design':
      return { treatment: design.name, control: against.design.name };
    case 'schema':
      return { treatment: design.name, control: `schema ${against.version}` };
  }
}
