import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onInterrupt } from '../../db/cli/command.ts';
import { scaleName } from '../../seed/data-set/scale.ts';
import { poolerText } from '../network/pooler-place.ts';
import type { RunFolder } from '../results/run-folder.ts';
import type { LoadOptions } from './options/load-options.ts';
import { loadFormatVersion } from './results/format-version.ts';
import type { LoadResults } from './results/results.ts';

/** A finished run: its results, and the folder that holds them. */
export interface FinishedLoad {
  readonly results: LoadResults;
  readonly folder: string;
}

/**
 * Carries a load out and shows its results. An interrupt ends the arrivals; what was measured until then is
 * verified, written and shown all the same.
 */
export async function toItsEnd(
  carryOut: (signal: AbortSignal) => Promise<FinishedLoad>,
  onResults: (finished: FinishedLoad) => Promise<void>,
): Promise<FinishedLoad> {
  const abort = new AbortController();
  const work = carryOut(abort.signal).then(async (finished) => {
    await onResults(finished);
    return finished;
  });
  const forget = onInterrupt(async () => {
    abort.abort();
    await work;
  });
  try {
    return await work;
  } finally {
    forget();
  }
}

/** What a run measured, beside what follows from its options. */
type Measured = Pick<
  LoadResults,
  'environment' | 'trials' | 'ramps' | 'pgbench' | 'failovers' | 'complete'
>;

/** Writes load.json. */
export function writeLoad(
  folder: RunFolder,
  startedAt: Date,
  { dataSet, pooler, commandLine, seed }: LoadOptions,
  measured: Measured,
): FinishedLoad {
  const results: LoadResults = {
    formatVersion: loadFormatVersion,
    kind: 'load',
    runId: folder.runId,
    startedAt: startedAt.toISOString(),
    finishedAt: new Date().toISOString(),
    commandLine,
    scale: dataSet === undefined ? 'empty' : scaleName(dataSet.messages),
    ...(dataSet === undefined ? {} : { dataSetSeed: dataSet.seed }),
    drawSeed: seed,
    ...(pooler === undefined ? {} : { pooler: poolerText(pooler) }),
    ...measured,
  };
  writeWhole(join(folder.path, 'load.json'), `${JSON.stringify(results)}\n`);
  return { results, folder: folder.path };
}

/** Writes a file as a whole or not at all: the disk may be full. */
function writeWhole(file: string, text: string): void {
  const unfinished = `${file}.new`;
  try {
    writeFileSync(unfinished, text);
    renameSync(unfinished, file);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
}
