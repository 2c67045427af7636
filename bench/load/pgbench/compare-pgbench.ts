import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../../db/cli/errors.ts';
import { connect } from '../../../db/connection/connect.ts';
import { itemAt } from '../../../db/item-at.ts';
import { pgbenchVersion, runPgbench } from '../../../db/pgbench-process.ts';
import { readSql } from '../../../db/sql.ts';
import { fewestForInterval, median } from '../../stats/median.ts';
import type { TrialOptions } from '../options/trial-options.ts';
import { prepareRun } from '../prepare.ts';
import type { ClosedLoopComparison, LoadTrial } from '../results/results.ts';
import { runTrial } from '../run-trial.ts';
import { removeRun } from '../verify/remove-run.ts';
import type { Mix } from '../workload/mix.ts';
import { plainBody } from '../workload/population.ts';

/** Blocks of each side: the fewest whose ratios have an interval. */
const pairCount = fewestForInterval;

/** Threads of pgbench: as many as would carry the load with it. */
const pgbenchThreads = 2;

/** A mix of sends alone, to all numbers alike: what pgbench can do too. */
function sendsOnly(mix: Mix): Mix {
  return {
    ...mix,
    name: `${mix.name}, sends only`,
    numbers: 'uniform',
    blockedShare: 0,
    freshShare: 0,
    deliveredShare: 0,
    filteredShare: 0,
    optOutShare: 0,
  };
}

/**
 * Closed loops of both generators in turns, in one run: the same statement (prepared), profile, text,
 * numbers to draw from, connections and server. The id comes in three parts and the number without
 * its plus, because a pgbench script cannot write either.
 */
export async function compareClosedLoop(
  options: Omit<TrialOptions, 'rate' | 'statements'>,
  onPair: (ours: number, pgbench: number) => void,
): Promise<{ readonly comparison: ClosedLoopComparison; readonly trials: readonly LoadTrial[] }> {
  const version = pgbenchVersion();
  if (version === undefined) {
    throw new UserError(
      'pgbench is not installed: it comes with the PostgreSQL server or contrib packages',
    );
  }
  const statement = readSql(new URL('./sql/compare_send.sql', import.meta.url)).trim();
  const trials: LoadTrial[] = [];
  const pairs: { ours: number; pgbench: number }[] = [];
  const ours = async (): Promise<number> => {
    const trial = await runTrial({
      ...options,
      mix: sendsOnly(options.mix),
      rate: 'max',
      plain: true,
      statements: { send: statement, split: true },
    });
    trials.push(trial);
    if (trial.donePerSecond === null) throw new Error('a block without time says no rate');
    return trial.donePerSecond;
  };
  const theirs = (): Promise<number> => timePgbench(options, statement);
  for (let pair = 0; pair < pairCount && options.signal?.aborted !== true; pair++) {
    // in turns: each goes first every other time
    if (pair % 2 === 0) pairs.push({ ours: await ours(), pgbench: await theirs() });
    else {
      const pgbench = await theirs();
      pairs.push({ ours: await ours(), pgbench });
    }
    const last = pairs.at(-1);
    if (last !== undefined) onPair(last.ours, last.pgbench);
  }
  const ratios = pairs.map(({ ours, pgbench }) => ours / pgbench);
  return {
    trials,
    comparison: {
      version,
      statement,
      clients: options.clients,
      blockS: options.durationMs / 1000,
      pairs,
      ...(ratios.length === 0 ? {} : { ratio: median(ratios) }),
    },
  };
}

/** Runs pgbench for a block, removes what it made, and returns its transactions a second. */
async function timePgbench(
  options: Pick<TrialOptions, 'url' | 'design' | 'durationMs' | 'clients' | 'onBegin' | 'onEnd'>,
  statement: string,
): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'optout-lab-pgbench-'));
  const client = await connect(options.url);
  try {
    const run = await prepareRun(client, options.design);
    const fromUnixMs = Date.now();
    await options.onBegin?.({ ...run, fromUnixMs });
    const area = itemAt(run.plainAreas, 0);
    const script = join(folder, 'send.sql');
    const sql = [':prefix', ':n', ':tag', ':profile', ':phone', ':body'].reduce(
      (text, variable, index) => text.replace(`$${index + 1}`, variable),
      statement.replaceAll('\n', ' '),
    );
    writeFileSync(
      script,
      // all clients' ids grow side by side, as those of one application do
      `\\set seq :seq + 1\n\\set n :seq * ${options.clients} + :client_id\n` +
        `\\set phone 1${area}5550000 + random(0, 9999)\n${sql};\n`,
    );
    const seconds = String(Math.round(options.durationMs / 1000));
    const variables = {
      seq: '0',
      // an id as the generator makes them (ids.ts), so that they are removed like its own
      prefix: `${Date.now().toString(16).padStart(12, '0')}7fff8`,
      tag: run.runTag.toString(16).padStart(6, '0'),
      profile: itemAt(run.profileIds, 0),
      body: plainBody,
    };
    try {
      const { stdout } = await runPgbench(
        options.url,
        [
          ...['--no-vacuum', '--protocol=prepared', `--file=${script}`, `--time=${seconds}`],
          ...[`--client=${options.clients}`, `--jobs=${Math.min(pgbenchThreads, options.clients)}`],
          ...Object.entries(variables).flatMap(([name, value]) => ['--define', `${name}=${value}`]),
        ],
        { applicationName: 'optout-lab pgbench' },
      );
      const rate = /tps = ([\d.]+)/.exec(stdout)?.[1];
      if (rate === undefined) throw new Error(`pgbench told no rate: ${stdout}`);
      return Number(rate);
    } finally {
      await removeRun({ url: options.url, client }, options.design, { ...run, fromUnixMs });
      await options.onEnd?.();
    }
  } finally {
    await client.end();
    rmSync(folder, { recursive: true, force: true });
  }
}
