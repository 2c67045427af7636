import { commandLine } from '../../db/cli/command-line.ts';
import { UserError } from '../../db/cli/errors.ts';
import { closing } from '../../db/connection/closing.ts';
import { applyDesign, currentDesign, defaultDesignName, designNamed } from '../../db/designs.ts';
import type { Lab } from '../../db/lab.ts';
import { readBlockThreshold } from '../../db/schema/block-threshold.ts';
import { scaleName } from '../../seed/data-set/scale.ts';
import { readSeedRecord } from '../../seed/fill/bookkeeping.ts';
import { reserveForBench } from '../database/reservation.ts';
import { startEnvironment } from '../environment/environment.ts';
import { benchDataSet } from '../scenarios/blocked-contacts.ts';
import { thresholdFormatVersion } from './format-version.ts';
import { measureThreshold } from './measure-threshold.ts';
import type { ThresholdResults, ThresholdStep } from './results.ts';

/**
 * Measures changes of the threshold on the data set that is in place, under the default design.
 *
 * @throws UserError for a database without a data set, and while a bench runs on it.
 */
export async function runThreshold(
  lab: Lab,
  thresholds: readonly number[],
  progress: (step: ThresholdStep) => void,
): Promise<ThresholdResults> {
  const startedAt = new Date();
  return closing(async (defer) => {
    const reservation = await reserveForBench(lab);
    defer((failure) => reservation.close(failure));
    const { admin } = reservation;
    const record = await readSeedRecord(admin);
    if (record?.finished !== true) {
      throw new UserError('there is no data set to measure on: npm run seed makes one');
    }
    const dataSet = benchDataSet(record.options, await readBlockThreshold(admin));
    const before = await currentDesign(admin);
    await applyDesign(lab.url, admin, designNamed(defaultDesignName));
    const environment = await startEnvironment(admin, lab, 'bench');
    const steps = await measureThreshold(reservation, dataSet, thresholds, progress);
    await reservation.change(() => admin.query('vacuum (analyze) public.blocked_contacts'));
    await applyDesign(lab.url, admin, before);
    return {
      formatVersion: thresholdFormatVersion,
      kind: 'threshold',
      startedAt: startedAt.toISOString(),
      commandLine: commandLine('bench:threshold'),
      scale: scaleName(dataSet.options.messages),
      optOuts: dataSet.rowCounts.opt_outs,
      steps,
      environment: await environment.finish(admin),
    };
  });
}
