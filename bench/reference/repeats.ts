import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../db/cli/errors.ts';
import { readJson } from '../../db/cli/read-json.ts';
import { schemaCheck } from '../../db/format/schema-check.ts';
import type { FinishedPart } from '../parts/run-parts.ts';
import { shortCount } from '../report/format.ts';
import { allowingFor, noiseFloor } from '../report/noise-floor.ts';
import { type RunJson, runJson } from '../report/programs/run-json.ts';
import { readResults } from '../results/read-results.ts';
import type { Results } from '../results/results.ts';
import { verdictOf } from '../stats/bootstrap.ts';
import type { EstimateRange } from '../stats/estimate.ts';
import { ratioOfRatios } from '../stats/ratio-of-ratios.ts';
import { repeatName, scenariosAgainName } from './parts.ts';

/** Runs that measured the same: same commit, machine and size. */
export interface Repeats {
  /** What they have in common. */
  readonly title: string;
  /** What the parts are called. */
  readonly names: readonly string[];
  readonly runs: readonly RunJson[];
  /** How far from 1 the method came out where 1 is true. */
  readonly floor: (durable: boolean) => number;
}

/** What the check of a design costs in a scenario, by several runs. */
export interface RepeatedFigure {
  readonly design: string;
  readonly scenario: string;
  /** One a run, with its 95 % interval; undefined where that run has none. */
  readonly ratios: readonly (EstimateRange | undefined)[];
  /** The largest over the smallest. */
  readonly spread: number;
  /** Of the time that the statement takes without the check: the largest over the smallest; undefined where a run does not say. */
  readonly baselineSpread: number | undefined;
  /** Whether one value lies within all intervals, each widened by the floor. */
  readonly agree: boolean;
}

/** Two designs of which each was cheaper than the other, told apart, in one of the runs. */
export interface ChangedPlaces {
  readonly scenario: string;
  readonly designs: readonly [string, string];
}

/** The figures that two runs or more have. */
export function repeatedFigures({ runs, floor }: Repeats): readonly RepeatedFigure[] {
  const figures = runs.flatMap(({ designs }) =>
    designs.flatMap(({ name, figures }) =>
      figures.map(({ scenario, durable }) => ({ design: name, scenario, durable })),
    ),
  );
  const once = new Map(figures.map((one) => [`${one.design} ${one.scenario}`, one]));
  return [...once.values()].flatMap(({ design, scenario, durable }) => {
    const own = runs.map((run) => figureIn(run, design, scenario));
    const ratios = own.map((figure) => figure?.ratio);
    const known = ratios.filter((ratio) => ratio !== undefined);
    const baselines = own.flatMap((figure) => figure?.baselineNs ?? []);
    if (known.length < 2) return [];
    const widened = known.map((ratio) => allowingFor(ratio, floor(durable)));
    const values = known.map(({ value }) => value);
    return {
      design,
      scenario,
      ratios,
      spread: Math.max(...values) / Math.min(...values),
      baselineSpread:
        baselines.length < known.length
          ? undefined
          : Math.max(...baselines) / Math.min(...baselines),
      agree:
        Math.max(...widened.map(({ low }) => low)) <= Math.min(...widened.map(({ high }) => high)),
    };
  });
}

/** The designs that change places from one run to another, where either order is told apart. */
export function changedPlaces({ runs }: Pick<Repeats, 'runs'>): readonly ChangedPlaces[] {
  const scenarios = new Set(
    runs.flatMap(({ designs }) =>
      designs.flatMap(({ figures }) => figures.map(({ scenario }) => scenario)),
    ),
  );
  return [...scenarios].flatMap((scenario) => {
    const orders = runs.map((run) => toldApart(run, scenario));
    return orders
      .flatMap((order) => [...order])
      .filter((pair, index, all) => all.indexOf(pair) === index)
      .map((pair) => pair.split(' ') as [string, string])
      .filter(([a, b]) => a < b && orders.some((order) => order.has(`${b} ${a}`)))
      .map((designs) => ({ scenario, designs }));
  });
}

/** `cheaper dearer` of each two designs that a run told apart, among as many as it compared. */
function toldApart(run: RunJson, scenario: string): ReadonlySet<string> {
  const ratios = run.designs.flatMap(({ name }) => {
    const ratio = figureIn(run, name, scenario)?.ratio;
    return ratio === undefined ? [] : [{ name, ratio }];
  });
  const comparisons = Math.max(1, (ratios.length * (ratios.length - 1)) / 2);
  return new Set(
    ratios.flatMap((a) =>
      ratios
        .filter((b) => verdictOf(ratioOfRatios(a.ratio, b.ratio, comparisons)) === 'faster')
        .map((b) => `${a.name} ${b.name}`),
    ),
  );
}

function figureIn(
  run: RunJson,
  design: string,
  scenario: string,
): RunJson['designs'][number]['figures'][number] | undefined {
  return run.designs
    .find(({ name }) => name === design)
    ?.figures.find((figure) => figure.scenario === scenario);
}

const runMisfit = schemaCheck(new URL('../report/programs/run.schema.json', import.meta.url));

/**
 * What a reference measured more than once: the runs that repeat its bench, and at the last size the bench
 * beside the parts that time some designs again.
 *
 * @throws UserError where what a part printed is not a run
 */
export function readRepeats(folder: string, parts: readonly FinishedPart[]): readonly Repeats[] {
  const results = readResults(folder);
  const again = parts
    .map(({ name }) => name)
    .filter((name) => existsSync(join(folder, name, 'results.json')))
    .map((name) => ({ name, results: readResults(join(folder, name)) }));
  const floor = floorOf([results, ...again.map((one) => one.results)]);
  const printed = parts
    .filter(({ name }) => name.startsWith(repeatName) || name === scenariosAgainName)
    .map(({ name }) => ({ name, run: readRun(join(folder, 'output', `${name}.txt`)) }));
  const repeated = printed.filter(({ name }) => name.startsWith(repeatName));
  const lastSize = [
    { name: 'bench', run: runJson(results) },
    ...again.map(({ name, results: run }) => ({ name, run: runJson(run) })),
    ...printed.filter(({ name }) => name === scenariosAgainName),
  ];
  return [repeated, lastSize]
    .filter((runs) => runs.length > 1)
    .map((runs) => ({
      title: `${shortCount(Math.max(...runs.map(({ run }) => run.messages)))} messages`,
      names: runs.map(({ name }) => name),
      runs: runs.map(({ run }) => run),
      floor,
    }));
}

/** The largest of the floors that were tried; 0 where none was. */
function floorOf(all: readonly Results[]): (durable: boolean) => number {
  return (durable) => Math.max(0, ...all.map((results) => noiseFloor(results, { durable })));
}

function readRun(file: string): RunJson {
  const value = readJson(file);
  const problem = runMisfit(value);
  if (problem !== undefined) throw new UserError(`${file} is not a run: ${problem}`);
  return value as RunJson;
}
