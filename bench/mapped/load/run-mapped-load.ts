import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';
import { wordsOf } from '../../../db/adopt/words.ts';
import { commandLine } from '../../../db/cli/command-line.ts';
import { codeOf, messageOf, UserError } from '../../../db/cli/errors.ts';
import { closing } from '../../../db/connection/closing.ts';
import type { Lab } from '../../../db/lab.ts';
import { startEnvironment } from '../../environment/environment.ts';
import { clockMs } from '../../load/client/clock.ts';
import { type Sample, startOpenLoop } from '../../load/client/open-loop.ts';
import { createRunFolder } from '../../results/run-folder.ts';
import { sendsOf } from '../../rollout/stages.ts';
import { Draws } from '../../stats/random.ts';
import { lookAt } from '../look-at.ts';
import { reserveForMapping } from '../reservation.ts';
import { mappedLoadFormatVersion } from './format-version.ts';
import { Offer } from './offer.ts';
import type { MappedLoadOptions } from './options.ts';
import type { MappedLoadResults } from './results.ts';
import { countMessages, verifyOffer } from './verify.ts';

/**
 * Sends and reports at a rate in somebody's tables, and compares these with what was acknowledged. Every row is
 * committed and stays. Writes mapped-load.json into a new folder.
 *
 * @returns the folder, and what was found
 * @throws UserError, before anything is written, as lookAt does; and where the tables do not take an operation
 */
export async function runMappedLoad(
  lab: Lab,
  options: MappedLoadOptions,
  progress: (what: string) => void,
): Promise<{ readonly folder: string; readonly results: MappedLoadResults }> {
  const begun = new Date();
  const { mapping, seed, ratePerSecond, durationS, clients } = options;
  const words = wordsOf(mapping);
  return closing(async (defer) => {
    const reservation = await reserveForMapping(lab);
    defer((failure) => reservation.close(failure));
    const { admin } = reservation;
    progress(`${words.messages}: looked at`);
    const { statements, sample, blockThreshold, relations } = await lookAt(admin, mapping, seed);
    const environment = await startEnvironment(admin, lab, undefined);
    const draws = new Draws(seed, 'load of a mapping');
    const { insertMessage, report, reportValues } = statements;
    const offer = new Offer({
      sample,
      insertMessage: {
        ...insertMessage,
        text: `${insertMessage.text}\nreturning ${words.id()}::text as id, ${words.reference()}::text as reference`,
      },
      report,
      reportValues,
      optOutCode: String(mapping.reports.codes[0]),
      blockThreshold,
      draws,
    });
    const sessions: pg.Client[] = [];
    for (let i = 0; i < clients; i++) sessions.push(await reservation.openClient());
    const messagesBefore = await countMessages(admin, mapping);
    progress(`${ratePerSecond} operations a second for ${durationS} s`);
    const beganMs = clockMs();
    const loop = await startOpenLoop({
      sessions,
      ratePerSecond,
      endMs: beganMs + durationS * 1_000,
      draws,
      operate: (client) => offer.operate(client),
    });
    await loop.finish().catch((error: unknown) => {
      if (!isServerError(error)) throw error;
      throw new UserError(
        `the load has ended, because an operation failed: ${messageOf(error)}; ${offer.sent.length} accepted messages stay`,
      );
    });
    const answeredS = (clockMs() - beganMs) / 1_000;
    progress('verify');
    const checks = await verifyOffer(admin, mapping, offer, messagesBefore);
    const { tables: _, ...where } = await environment.finish(admin);
    const results: MappedLoadResults = {
      formatVersion: mappedLoadFormatVersion,
      kind: 'mapped load',
      startedAt: begun.toISOString(),
      finishedAt: new Date().toISOString(),
      commandLine: commandLine('load'),
      ...{ mapping, ratePerSecond, durationS, answeredS, clients, seed },
      sampledMessages: sample.messages.length,
      operations: operationsOf(loop.samples),
      checks,
      environment: { ...where, relations },
    };
    const folder = createRunFolder('load-mapping', begun, options);
    writeFileSync(join(folder.path, 'mapped-load.json'), `${JSON.stringify(results)}\n`);
    return { folder: folder.path, results };
  });
}

/** Whether the server said it, with an SQLSTATE. */
function isServerError(error: unknown): boolean {
  return /^[0-9A-Z]{5}$/.test(codeOf(error) ?? '');
}

function operationsOf(samples: readonly Sample[]): MappedLoadResults['operations'] {
  return (['send', 'report', 'opt-out'] as const).map((kind) => ({
    kind,
    ...sendsOf(
      samples.filter((sample) => sample.kind === kind),
      Number.NEGATIVE_INFINITY,
      Number.POSITIVE_INFINITY,
    ),
  }));
}
