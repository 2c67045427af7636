import { UserError } from '../../db/cli/errors.ts';
import {
  type Design,
  defaultDesignName,
  designNamed,
  designsNamed,
  listDesigns,
} from '../../db/designs.ts';
import { defaultDataSet } from '../../seed/data-set/data-set.ts';
import { parseScale } from '../../seed/data-set/scale.ts';
import { type WantedShape, wantedShape } from '../../seed/shape/wanted-shape.ts';
import type { PairedMethod } from '../database/workbench.ts';
import type { InstructionsWanted } from '../instructions/of-run.ts';
import { type PoolerPlace, requireNoRole } from '../network/pooler-place.ts';
import { requireRunName } from '../results/run-folder.ts';
import { allScenarios, defaultScenarios, scenariosNamed } from '../scenarios/index.ts';
import { manyClients } from '../scenarios/many-clients.ts';
import type { Scenario } from '../scenarios/scenario.ts';

/** The flags as commander gives them. */
export interface BenchFlags {
  readonly scale?: string;
  readonly seed?: number;
  readonly shape?: string;
  readonly designs?: string;
  readonly scenarios?: string;
  readonly sweep?: string;
  readonly clients?: number;
  readonly blockedShare?: number;
  readonly maxSeconds?: number;
  readonly precision?: number;
  readonly out?: string;
  readonly run?: string;
  readonly resume?: boolean;
  readonly instructions?: boolean;
  readonly pooler?: PoolerPlace;
  readonly quick?: boolean;
  readonly plans?: boolean;
  readonly pinSessions?: boolean;
  readonly prefault?: boolean;
  readonly against?: string;
  readonly againstDesign?: string;
  readonly againstSchema?: string;
  readonly againstSettings?: string;
  readonly replace?: boolean;
  /** A mapping's file: its tables are used. */
  readonly mapping?: string;
  readonly allowNonempty?: boolean;
  readonly database?: string;
}

/** What a run is to do. */
export interface BenchOptions {
  readonly messages: number;
  readonly seed: number;
  /** What the data set is to look like; undefined for the lab's own. */
  readonly shape: WantedShape | undefined;
  /** Empty a data set of another scale first. */
  readonly replace: boolean;
  /** Timed, the default first where it is among them. */
  readonly designs: readonly Design[];
  /** Their plans kept, not timed. */
  readonly planned: readonly Design[];
  /** Whether those plans were asked for, or are taken only where there is time. */
  readonly planEvery: boolean;
  /** Whether any plan is taken, of the timed designs too. */
  readonly keepsPlans: boolean;
  readonly scenarios: readonly Scenario[];
  /** Sizes to seed and measure one after another; the last is the one that is measured in full. */
  readonly sweep: readonly number[];
  readonly method: PairedMethod;
  readonly blockedShare: number;
  /** Whether pgbench times the same statement beside. */
  readonly besidePgbench: boolean;
  readonly instructions: InstructionsWanted;
  /** A pooler that what is timed goes through. */
  readonly pooler: PoolerPlace | undefined;
  /** Folder for runs, where not the project's. */
  readonly out: string | undefined;
  readonly runName: string | undefined;
  /** Go on with the run of that name if it was interrupted. */
  readonly resume: boolean;
}

/** Time for timing, all designs together, where nothing is said: a default run ends in two minutes, one of all designs in five. */
export const defaultSeconds = { oneDesign: 72, manyDesigns: 62, quick: 10 } as const;

/** What a quick run times: what a reader asks first. */
const quickScenarios = ['insert-durable', 'insert-not-durable', 'bulk-1000', 'report-blocking'];

/** A figure never stops before so many sessions: of fewer, how they scatter is not known. */
const fewestSessions = 12;

/** Whose instructions a run counts that was asked for nothing in particular. */
const instructionsByDefault: InstructionsWanted = 'the default design';

/**
 * Reads the flags. Throws a UserError for whatever is not known, with the nearest that is.
 *
 * @param say is told what of a shape a data set cannot follow
 */
export function readOptions(
  flags: BenchFlags,
  say: (line: string) => void = () => {},
): BenchOptions {
  const sweep = (flags.sweep?.split(',') ?? []).map((size) => parseScale(size.trim()));
  if (sweep.some((size, index) => size <= (sweep[index - 1] ?? 0))) {
    throw new UserError('--sweep wants ascending sizes, such as 10k,100k,1M');
  }
  if (flags.sweep !== undefined && flags.scale !== undefined) {
    throw new UserError('--sweep names the sizes itself: leave out --scale');
  }
  if (flags.run !== undefined) requireRunName(flags.run);
  if (flags.resume === true && flags.run === undefined) {
    throw new UserError('--resume goes on with a run that was interrupted: name it with --run');
  }
  const designs = chosenDesigns(flags.designs);
  if (flags.pooler !== undefined) requireNoRole(designs);
  const seconds =
    flags.maxSeconds ??
    (flags.quick === true
      ? defaultSeconds.quick
      : designs.length === 1
        ? defaultSeconds.oneDesign
        : defaultSeconds.manyDesigns);
  const blockedShare = flags.blockedShare ?? 0.04;
  const messages = sweep.at(-1) ?? parseScale(flags.scale ?? 'small');
  return {
    messages,
    seed: flags.seed ?? defaultDataSet.seed,
    shape:
      flags.shape === undefined ? undefined : wantedShape(flags.shape, sweep[0] ?? messages, say),
    replace: flags.replace ?? false,
    designs,
    planned:
      (flags.plans ?? (flags.designs === undefined && flags.quick !== true))
        ? listDesigns().filter(({ name }) => designs.every((one) => one.name !== name))
        : [],
    planEvery: flags.plans ?? false,
    keepsPlans: flags.plans !== false,
    scenarios: chosenScenarios(flags, designs.length),
    sweep,
    blockedShare,
    besidePgbench: flags.quick !== true,
    instructions: wantedInstructions(flags),
    method: {
      loop: 'closed',
      order: 'pairs of single statements',
      ratio: 'of single pairs',
      confidence: 0.95,
      wantedHalfWidth: flags.precision ?? 0.01,
      secondsPerDesign: Math.round((seconds / designs.length) * 10) / 10,
      fewestSessions,
      blockedShare,
    },
    pooler: flags.pooler,
    out: flags.out,
    runName: flags.run,
    resume: flags.resume ?? false,
  };
}

/** Throws a UserError for the first of these flags that was given. */
export function refuseFlags(
  flags: BenchFlags,
  names: readonly (keyof BenchFlags)[],
  where: string,
): void {
  const given = names.find((name) => flags[name] !== undefined);
  if (given === undefined) return;
  const flag = given.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new UserError(`--${flag} is not for ${where}`);
}

/** Whose instructions are counted, by the flags alone. */
export function wantedInstructions(flags: BenchFlags): InstructionsWanted {
  if (flags.instructions !== undefined) return flags.instructions ? 'every design' : 'none';
  const { designs, scenarios, sweep, maxSeconds, quick } = flags;
  // who says what is to be measured, or how long, wants that and no more
  const isDefaultRun = [designs, scenarios, sweep, maxSeconds, quick].every(
    (flag) => flag === undefined,
  );
  return isDefaultRun ? instructionsByDefault : 'none';
}

function chosenDesigns(names: string | undefined): readonly Design[] {
  if (names === undefined) return [designNamed(defaultDesignName)];
  return [...designsNamed(names)].sort((a, b) => a.version.localeCompare(b.version));
}

function chosenScenarios(flags: BenchFlags, designs: number): readonly Scenario[] {
  const chosen =
    flags.scenarios === undefined
      ? flags.quick === true
        ? scenariosNamed(quickScenarios)
        : defaultScenarios(designs)
      : flags.scenarios === 'all'
        ? allScenarios
        : scenariosNamed(flags.scenarios.split(',').map((name) => name.trim()));
  if (flags.clients === undefined) return chosen;
  const extra = manyClients(flags.clients);
  return [...chosen.filter(({ name }) => name !== extra.name), extra];
}
