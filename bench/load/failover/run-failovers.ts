import type pg from 'pg';
import { chooseServer, hostsOf } from '../../../db/connection/choose-server.ts';
import { closing } from '../../../db/connection/closing.ts';
import { connect } from '../../../db/connection/connect.ts';
import { onlyRow } from '../../../db/connection/only-row.ts';
import { withSession } from '../../../db/connection/with-session.ts';
import { optedOut } from '../../../db/contract.ts';
import { itemAt } from '../../../db/item-at.ts';
import { readBlockThreshold } from '../../../db/schema/block-threshold.ts';
import { removeLeftScratchClusters } from '../../../db/server/scratch-clusters.ts';
import { readSql } from '../../../db/sql.ts';
import { startEnvironment } from '../../environment/environment.ts';
import type { Environment } from '../../results/environment.ts';
import { createRunFolder } from '../../results/run-folder.ts';
import { Draws } from '../../stats/random.ts';
import { type FinishedLoad, toItsEnd, writeLoad } from '../finished-load.ts';
import type { Screen } from '../live.ts';
import type { FailoverRequest, LoadOptions } from '../options/load-options.ts';
import type { Failover } from '../results/failover-results.ts';
import type { LoadResults, LoadTrial } from '../results/results.ts';
import { failoverLine } from './failover-line.ts';
import { makePairs, type PairMaker } from './pair.ts';
import { failoverPhones, runFailover } from './run-failover.ts';

/** Options of a run of failovers. */
type Options = LoadOptions & { readonly failovers: FailoverRequest };

/**
 * Lets a primary fail under load again and again, each time with a new pair of servers of the lab's own, and
 * writes load.json. The database that DATABASE_URL names is left alone.
 */
export async function runFailovers(
  options: Options,
  out: Screen,
  onResults: (finished: FinishedLoad) => Promise<void>,
): Promise<FinishedLoad> {
  const startedAt = new Date();
  if (await removeLeftScratchClusters()) {
    process.stderr.write('removed the scratch clusters of a command that was killed\n');
  }
  return closing(async (defer) => {
    out.write('a primary and a standby of the lab’s own, made for this and removed afterwards\n');
    const pairs = await makePairs(itemAt(options.designs, 0), blockOneNumber);
    defer(() => pairs.remove());
    const folder = createRunFolder(`failover-${options.failovers.replication}`, startedAt, options);
    // last, so that an interrupt lets the load end before its servers go
    return toItsEnd(async (signal) => {
      const measured = await oneByOne(pairs, options, out, signal);
      return writeLoad(folder, startedAt, options, {
        ...measured,
        complete: !signal.aborted,
        ramps: [],
      });
    }, onResults);
  });
}

async function oneByOne(
  pairs: PairMaker,
  options: Options,
  out: Screen,
  signal: AbortSignal,
): Promise<Required<Pick<LoadResults, 'environment' | 'trials' | 'failovers'>>> {
  const { count } = options.failovers;
  const draws = new Draws(options.seed, 'failovers');
  const trials: LoadTrial[] = [];
  const failovers: Failover[] = [];
  for (;;) {
    const { trial, failover, environment } = await oneFailover(
      pairs,
      options,
      draws.share(),
      signal,
    );
    trials.push(trial);
    if (failover !== undefined) {
      failovers.push(failover);
      out.write(`${failoverLine(failover, trial, failovers.length, count)}\n`);
    }
    // a load that ended before its failover was interrupted
    if (failover === undefined || failovers.length === count || signal.aborted) {
      return { environment, trials, failovers };
    }
  }
}

async function oneFailover(
  pairs: PairMaker,
  options: Options,
  moment: number,
  signal: AbortSignal,
): Promise<{
  readonly trial: LoadTrial;
  readonly failover?: Failover;
  readonly environment: Environment;
}> {
  const { replication, standbyDelayMs } = options.failovers;
  const durationMs = options.durationS * 1000;
  return closing(async (defer) => {
    const pair = await pairs.start(replication, standbyDelayMs);
    defer(() => pair.close());
    const started = await withSession(connect(pair.primaryUrl), (client) =>
      startEnvironment(
        client,
        { server: { kind: 'embedded', paths: { home: pairs.folder } }, major: pairs.major },
        'load',
      ),
    );
    const plan = {
      ...{ pair, replication, standbyDelayMs },
      killAfterMs: durationMs * (0.3 + 0.3 * moment),
    };
    const done = await runFailover(plan, {
      ...options,
      design: itemAt(options.designs, 0),
      check: 'on',
      major: pairs.major,
      durationMs,
      drainMs: options.drainS * 1000,
      signal,
    });
    const left = await chooseServer(hostsOf(pair.url));
    return {
      ...done,
      environment: await withSession(connect(left), (client) => started.finish(client)),
    };
  });
}

const sql = (name: string): string => readSql(new URL(`./sql/${name}.sql`, import.meta.url));

/** As many profiles as it takes are told 21610 for one number, before any load. */
async function blockOneNumber(client: pg.Client): Promise<void> {
  const threshold = await readBlockThreshold(client);
  for (let told = 0; told < threshold; told++) {
    const { id } = onlyRow(
      await client.query<{ id: string }>(sql('message'), [failoverPhones.blocked]),
    );
    await client.query(sql('opt_out'), [id, String(optedOut)]);
  }
}
