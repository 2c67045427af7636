import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { wordsOf } from '../../db/adopt/words.ts';
import { onInterrupt } from '../../db/cli/command.ts';
import { commandLine } from '../../db/cli/command-line.ts';
import { closing } from '../../db/connection/closing.ts';
import { defaultDesignName, designNamed } from '../../db/designs.ts';
import type { Lab } from '../../db/lab.ts';
import { startEnvironment } from '../environment/environment.ts';
import { measurePairs } from '../paired/measure-pairs.ts';
import type { PairBench } from '../paired/measure-slice.ts';
import type { ScenarioResult } from '../results/results.ts';
import { createRunFolder } from '../results/run-folder.ts';
import { armsOf, type CheckSwitch, makeSwitch, noSwitch } from './arms.ts';
import { mappedFormatVersion } from './format-version.ts';
import { lookAt } from './look-at.ts';
import type { MappedOptions } from './options.ts';
import { reserveForMapping } from './reservation.ts';
import type { MappedResults } from './results.ts';
import { type MappedDraw, mappedDraw } from './sample.ts';
import { type MappedScenario, mappedScenarios, needSwitch } from './scenarios.ts';

/**
 * Times what the check adds to sends and reports in somebody's tables, in pairs of single statements, each of
 * which is rolled back in the round trip in which it runs. Writes mapped.json into a new folder.
 *
 * @returns the folder, and what was found
 * @throws UserError, before anything is written, as lookAt and makeSwitch do
 */
export async function runMapped(
  lab: Lab,
  options: MappedOptions,
  progress: (what: string) => void,
): Promise<{ readonly folder: string; readonly results: MappedResults }> {
  const begun = new Date();
  const runStartedMs = performance.now();
  const { mapping, seed, method } = options;
  const { messages, reports } = wordsOf(mapping);
  return closing(async (defer) => {
    const reservation = await reserveForMapping(lab);
    defer((failure) => reservation.close(failure));
    const { admin } = reservation;
    progress(`${messages}: looked at`);
    const found = await lookAt(admin, mapping, seed);
    const environment = await startEnvironment(admin, lab, undefined);
    const folder = createRunFolder('mapping', begun, options);
    const remove = (): void => rmSync(folder.path, { recursive: true, force: true });
    defer((failure) => failure !== undefined && remove());
    defer(onInterrupt(async () => remove()));

    const checkSwitch = needSwitch(options.scenarios)
      ? await makeSwitch(reservation, found)
      : noSwitch;
    const { timed, notTimed } = mappedScenarios(options.scenarios, {
      ...found,
      optOutCode: String(mapping.reports.codes[0]),
      rollBack: checkSwitch.rollBack,
    });
    const { blockedShare } = method;
    const { major } = lab;
    const { blockThreshold, sample, otherTriggers, relations } = found;
    const draw = mappedDraw;
    const given = { reservation, major, seed, method, blockThreshold, blockedShare, draw };
    const scenarios = await time({ ...given, runStartedMs }, timed, checkSwitch, options, progress);
    const { tables: _, ...where } = await environment.finish(admin);
    const results: MappedResults = {
      formatVersion: mappedFormatVersion,
      kind: 'mapping',
      startedAt: begun.toISOString(),
      finishedAt: new Date().toISOString(),
      commandLine: commandLine('bench'),
      ...{ mapping, messages, reports, blockThreshold, seed, otherTriggers, method },
      sampledMessages: sample.messages.length,
      environment: { ...where, relations },
      scenarios,
      notTimed,
    };
    writeFileSync(join(folder.path, 'mapped.json'), `${JSON.stringify(results)}\n`);
    return { folder: folder.path, results };
  });
}

async function time(
  bench: PairBench<MappedDraw>,
  timed: readonly MappedScenario[],
  checkSwitch: CheckSwitch,
  { mapping, mostSessionsMs }: MappedOptions,
  progress: (what: string) => void,
): Promise<readonly ScenarioResult[]> {
  // what the adopted files make is a design of the lab, under other names
  const place = {
    reservation: bench.reservation,
    design: designNamed(mapping.design ?? defaultDesignName),
  };
  const weights = timed.reduce((sum, { weight }) => sum + weight, 0);
  const results: ScenarioResult[] = [];
  for (const scenario of timed) {
    progress(scenario.name);
    results.push(
      await measurePairs({
        bench,
        places: { treatment: place, control: place },
        scenario,
        makeArms: async () => armsOf(scenario.control, checkSwitch),
        secondsAllowed: (bench.method.secondsPerDesign * scenario.weight) / weights,
        mostSessionsMs,
      }),
    );
  }
  return results;
}
