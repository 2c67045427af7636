import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { onInterrupt } from '../../db/cli/command.ts';
import { commandLine } from '../../db/cli/command-line.ts';
import { closing } from '../../db/connection/closing.ts';
import { connect } from '../../db/connection/connect.ts';
import { defaultDesignName } from '../../db/designs.ts';
import { itemAt } from '../../db/item-at.ts';
import type { Lab } from '../../db/lab.ts';
import { migrateDownTo } from '../../db/schema/migrate.ts';
import { migrationVersions } from '../../db/schema/migration-texts.ts';
import { readSql } from '../../db/sql.ts';
import { createDataSet, defaultDataSet } from '../../seed/data-set/data-set.ts';
import { scaleName } from '../../seed/data-set/scale.ts';
import { seedDatabase } from '../../seed/fill/loader.ts';
import { startEnvironment } from '../environment/environment.ts';
import { clockMs } from '../load/client/clock.ts';
import { rolloutFormatVersion } from './format-version.ts';
import { goalsOf } from './goals.ts';
import { watchLocks } from './lock-watch.ts';
import type { RolloutOptions } from './options.ts';
import { ownPrefix, Rehearsal } from './rehearsal.ts';
import type { RolloutResults } from './results.ts';
import { installAtOnce, makeFiles } from './run-files.ts';
import { makeScratchDatabase } from './scratch-database.ts';
import { timelineOf, withSends } from './stages.ts';
import { askToTellWaits, hearWaits } from './told-waits.ts';
import { startTraffic } from './traffic.ts';

const sqlOf = (name: string): string => readSql(new URL(`./sql/${name}.sql`, import.meta.url));

/** Numbers that the traffic texts, and those of the history that are tried after the switch. */
const many = { phones: 20_000, blocked: 200, profiles: 50 } as const;

/** Before the first stage the traffic has made its plans. */
const warmUpMs = 2_000;

/**
 * Rehearses how the check comes into a database that is in use, in a database of its own on the lab's
 * server that holds the lab's data and not the check, beside traffic at a fixed rate: by the files of
 * `npm run adopt`, once undisturbed, another design and back included, and once beside an open transaction
 * and killed in the middle; and all in one transaction, for contrast.
 *
 * @throws UserError where that database cannot be made
 */
export async function runRollout(
  lab: Lab,
  options: RolloutOptions,
  progress: (line: string) => void,
): Promise<RolloutResults> {
  const startedAt = new Date();
  return closing(async (defer) => {
    const scratch = await makeScratchDatabase(lab);
    if (!options.keep) {
      const forget = onInterrupt(() => scratch.drop());
      defer(async () => {
        forget();
        await scratch.drop();
      });
    }
    const { url } = scratch.lab;
    progress('seed');
    const dataSetOptions = { ...defaultDataSet, messages: options.messages, seed: options.seed };
    await seedDatabase(scratch.lab, {
      dataSet: dataSetOptions,
      replace: 'nothing',
      print: progress,
      terminal: false,
      onBegun: () => {},
    });
    const owner = await connect(url, 'optout-lab');
    defer(() => owner.end());
    const [phones, historyBlocked, profiles] = await chooseNumbers(owner);
    progress('take the check away');
    await migrateDownTo(url, owner, itemAt(migrationVersions(), 0));
    await owner.query('vacuum (analyze) public.outbound_messages, public.delivery_reports');
    const environment = await startEnvironment(owner, lab, 'bench');

    const files = makeFiles([defaultDesignName, options.otherDesign]);
    const watcher = await connect(url, 'optout-lab lock watch');
    defer(() => watcher.end());
    const watch = watchLocks(watcher);
    defer(() => watch.stop());
    const told = (await askToTellWaits(owner)) ? hearWaits() : undefined;
    const startedMs = clockMs();
    const traffic = await startTraffic({
      ...options,
      url,
      phones,
      profiles,
      ownPrefix,
      ...(told === undefined ? {} : { onSession: told.hear }),
    });
    let trafficEnded = false;
    defer(async () => {
      if (!trafficEnded) await traffic.stop();
    });
    const rehearsal = new Rehearsal(
      { owner, traffic, watch, startedMs, ...(told === undefined ? {} : { told }) },
      files,
      url,
      options,
      historyBlocked,
      progress,
    );
    await delay(warmUpMs);
    await rehearsal.undisturbed();
    await rehearsal.disturbed();
    await rehearsal.atOnce();
    trafficEnded = true;
    await traffic.stop();
    progress('all at once, without traffic');
    const beganMs = clockMs();
    await installAtOnce(url);
    const naiveAloneSeconds = (clockMs() - beganMs) / 1_000;
    const { checks } = rehearsal;
    const stages = rehearsal.stages.map((stage) => withSends(stage, traffic.samples));
    checks.push({
      check: 'no message to a number that is not blocked was refused',
      ok: traffic.samples.every(({ refused }) => !refused),
      found: `${traffic.samples.filter(({ refused }) => refused).length} of ${traffic.samples.length} operations were refused`,
    });
    return {
      formatVersion: rolloutFormatVersion,
      kind: 'rollout',
      startedAt: startedAt.toISOString(),
      finishedAt: new Date().toISOString(),
      commandLine: commandLine('bench:rollout'),
      scale: scaleName(options.messages),
      messages: options.messages,
      optOuts: createDataSet(dataSetOptions).rowCounts.opt_outs,
      ratePerSecond: options.ratePerSecond,
      clients: options.clients,
      otherDesign: options.otherDesign,
      stages,
      timeline: timelineOf(traffic.samples, startedMs),
      naiveAloneSeconds,
      checks,
      goals: goalsOf(stages),
      environment: await environment.finish(owner),
    };
  });
}

async function chooseNumbers(
  owner: pg.Client,
): Promise<readonly [readonly string[], readonly string[], readonly string[]]> {
  const free = await owner.query<{ phone: string }>(sqlOf('free_numbers'), [many.phones]);
  const blocked = await owner.query<{ phone: string }>(sqlOf('blocked_numbers'), [many.blocked]);
  const profiles = await owner.query<{ id: string }>('select id from public.profiles limit $1', [
    many.profiles,
  ]);
  return [
    free.rows.map(({ phone }) => phone),
    blocked.rows.map(({ phone }) => phone),
    profiles.rows.map(({ id }) => id),
  ];
}
