import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { onInterrupt, unlessInterrupted } from '../../db/cli/command.ts';
import { commandLine } from '../../db/cli/command-line.ts';
import { codeOf } from '../../db/cli/errors.ts';
import { closing } from '../../db/connection/closing.ts';
import { connect } from '../../db/connection/connect.ts';
import { refusal } from '../../db/contract.ts';
import { itemAt } from '../../db/item-at.ts';
import type { Lab } from '../../db/lab.ts';
import { migrateDownTo } from '../../db/schema/migrate.ts';
import { migrationVersions } from '../../db/schema/migration-texts.ts';
import { readSql } from '../../db/sql.ts';
import { createDataSet, defaultDataSet } from '../../seed/data-set/data-set.ts';
import { scaleName } from '../../seed/data-set/scale.ts';
import { seedDatabase } from '../../seed/fill/loader.ts';
import { startEnvironment } from '../environment/environment.ts';
import { rolloutFormatVersion } from './format-version.ts';
import { goalsOf } from './goals.ts';
import { watchLocks } from './lock-watch.ts';
import type { RolloutResults, RolloutStage } from './results.ts';
import { installAtOnce, removeAtOnce, rolloutName, runFile } from './run-files.ts';
import { makeScratchDatabase } from './scratch-database.ts';
import { type Measuring, measureStage, timelineOf } from './stages.ts';
import { startTraffic, type Traffic } from './traffic.ts';

const sqlOf = (name: string): string => readSql(new URL(`./sql/${name}.sql`, import.meta.url));

/** What is rehearsed, and beside what. */
export interface RolloutOptions {
  readonly messages: number;
  readonly seed: number;
  readonly ratePerSecond: number;
  readonly clients: number;
  /** How long somebody's transaction stays open beside a step. */
  readonly heldSeconds: number;
  /** The stretch without a rollout is at least so long. */
  readonly calmSeconds: number;
  /** Leave the database. */
  readonly keep: boolean;
}

/** Numbers that the traffic texts, and those of the history that are tried after the switch. */
const many = { phones: 20_000, blocked: 200, profiles: 50 } as const;

/** Before the first stage the traffic has made its plans. */
const warmUpMs = 2_000;

/** The traffic's own numbers: of no area that the data set has. */
const ownPrefix = '+1999';

/**
 * Rehearses how the check comes into a database that is in use, in a database of its own on the lab's
 * server that holds the lab's data and not the check, beside traffic at a fixed rate: by the files of
 * `npm run adopt`, once undisturbed and once beside an open transaction and killed in the middle; and all
 * in one transaction, for contrast.
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

    const watcher = await connect(url, 'optout-lab lock watch');
    defer(() => watcher.end());
    const watch = watchLocks(watcher);
    defer(() => watch.stop());
    const startedMs = performance.now();
    const traffic = await startTraffic({ ...options, url, phones, profiles, ownPrefix });
    let trafficEnded = false;
    defer(async () => {
      if (!trafficEnded) await traffic.stop();
    });
    const rehearsal = new Rehearsal(
      { owner, traffic, watch, startedMs },
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
    const beganMs = performance.now();
    await installAtOnce(url);
    const naiveAloneSeconds = (performance.now() - beganMs) / 1_000;
    const { stages, checks } = rehearsal;
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

/** The stages in their order. */
class Rehearsal {
  readonly stages: RolloutStage[] = [];
  readonly checks: { check: string; ok: boolean; found: string }[] = [];
  readonly #measuring: Measuring;
  readonly #url: string;
  readonly #options: RolloutOptions;
  readonly #historyBlocked: readonly string[];
  readonly #progress: (line: string) => void;

  constructor(
    measuring: Measuring,
    url: string,
    options: RolloutOptions,
    historyBlocked: readonly string[],
    progress: (line: string) => void,
  ) {
    this.#measuring = measuring;
    this.#url = url;
    this.#options = options;
    this.#historyBlocked = historyBlocked;
    this.#progress = progress;
  }

  /** The files one after another, then nothing for as long. */
  async undisturbed(): Promise<void> {
    const url = this.#url;
    await this.#stage('prepare', 'look for obstacles, build an index concurrently', () =>
      runFile(url, 'prepare'),
    );
    await this.#stage('install', 'tables, functions, the triggers that record', () =>
      runFile(url, 'install'),
    );
    await this.#stage('backfill', 'the opt-outs of the history', () => runFile(url, 'backfill'));
    await this.#stage('switch on', 'the triggers that refuse', () => runFile(url, 'switch_on'));
    await this.#mustRefuse('after the switch');
    await this.#stage('verify', 'everything compared in one snapshot', () =>
      runFile(url, 'verify'),
    );
    await this.#stage('remove', 'all of it taken away', () => runFile(url, 'roll_back'));
    const lastS = this.stages.reduce((sum, { seconds }) => sum + seconds, 0);
    const calmMs = Math.max(lastS, this.#options.calmSeconds) * 1_000;
    await this.#stage('calm', 'no rollout, for as long as one took', () => delay(calmMs));
  }

  /** Again, with an open transaction in the way of each step that needs a lock, and the backfill killed. */
  async disturbed(): Promise<void> {
    const url = this.#url;
    const backfill = this.stages.find(({ name }) => name === 'backfill')?.seconds ?? 1;
    await runFile(url, 'prepare');
    await this.#stage('install, held up', 'beside a transaction that stays open', () =>
      this.#heldUp(() => runFile(url, 'install')),
    );
    await this.#stage('backfill, killed', 'its session ended half-way', () =>
      this.#killed(backfill / 2),
    );
    await this.#stage('backfill, again', 'the same file once more', () => runFile(url, 'backfill'));
    await this.#stage('switch on, held up', 'beside a transaction that stays open', () =>
      this.#heldUp(() => runFile(url, 'switch_on')),
    );
    await this.#mustRefuse('after the switch that was held up');
    await runFile(url, 'verify');
    this.checks.push({
      check: 'after a backfill that was killed and run again nothing is missing',
      ok: true, // 05 fails otherwise
      found: '05_verify.sql found no difference',
    });
    await runFile(url, 'roll_back');
  }

  /** For contrast. */
  async atOnce(): Promise<void> {
    await this.#stage('all at once', 'migrations and history in one transaction', () =>
      installAtOnce(this.#url),
    );
    await this.#mustRefuse('after all at once');
    await removeAtOnce(this.#url);
  }

  async #stage(name: string, title: string, work: () => Promise<unknown>): Promise<void> {
    await unlessInterrupted();
    this.#progress(`${name}: ${title}`);
    const stage = await measureStage(this.#measuring, name, title, async () => {
      const outcome = await work();
      return typeof outcome === 'string' ? outcome : undefined;
    });
    this.stages.push(stage);
  }

  /** Works beside a transaction that has sent and stays open for a while. */
  async #heldUp(work: () => Promise<void>): Promise<string> {
    const holder = await connect(this.#url, 'optout-lab open transaction');
    try {
      await holder.query('begin');
      await holder.query(
        `insert into public.outbound_messages (profile_id, to_number, body)
         select profile_id, '${ownPrefix}999999', 'held' from public.outbound_messages limit 1`,
      );
      let ended = false;
      const working = work().finally(() => {
        ended = true;
      });
      working.catch(() => {}); // told below
      await delay(this.#options.heldSeconds * 1_000);
      const waited = !ended;
      await holder.query('commit');
      await working;
      return waited
        ? `gave way for ${this.#options.heldSeconds} s, then done`
        : 'done before the transaction ended';
    } finally {
      await holder.end();
    }
  }

  /** Ends the backfill's session after some seconds. */
  async #killed(afterSeconds: number): Promise<string> {
    let pid: number | undefined;
    const working = runFile(this.#url, 'backfill', (client) => {
      pid = (client as pg.Client & { processID: number }).processID;
    });
    const outcome = working.then(
      () => 'done before it was killed',
      (error: unknown) => `ended by ${codeOf(error) ?? 'a lost connection'}`,
    );
    await Promise.race([delay(afterSeconds * 1_000), outcome]);
    if (pid !== undefined) {
      await this.#measuring.owner.query('select pg_terminate_backend($1)', [pid]);
    }
    return outcome;
  }

  /** Every number whose third opt-out was acknowledged by now, and those of the history, must be refused. */
  async #mustRefuse(when: string): Promise<void> {
    const { traffic } = this.#measuring;
    const own = thirds(traffic);
    const client = await connect(this.#url, rolloutName);
    const accepted: string[] = [];
    try {
      for (const phone of [...own, ...this.#historyBlocked]) {
        try {
          await client.query(
            `insert into public.outbound_messages (profile_id, to_number, body)
             select id, $1, 'must be refused' from public.profiles limit 1`,
            [phone],
          );
          accepted.push(phone);
        } catch (error) {
          if (codeOf(error) !== refusal.sqlState) throw error;
        }
      }
    } finally {
      await client.end();
    }
    const tried = own.length + this.#historyBlocked.length;
    this.checks.push({
      check: `${when} every number with three opt-outs is refused`,
      ok: accepted.length === 0,
      found: `${tried - accepted.length} of ${tried} refused, ${own.length} of them reported meanwhile`,
    });
  }
}

function thirds(traffic: Traffic): readonly string[] {
  return traffic.optedOut.flatMap(({ phone, thirdAtMs }) =>
    thirdAtMs === undefined ? [] : [phone],
  );
}
