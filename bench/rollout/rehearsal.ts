import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { unlessInterrupted } from '../../db/cli/command.ts';
import { codeOf } from '../../db/cli/errors.ts';
import { connect } from '../../db/connection/connect.ts';
import { defaultDesignName } from '../../db/designs.ts';
import type { RolloutOptions } from './options.ts';
import {
  type AdoptedFiles,
  type FileWord,
  installAtOnce,
  removeAtOnce,
  runStatements,
} from './run-files.ts';
import { stageLabel } from './stage-label.ts';
import { type MeasuredStage, type Measuring, measureStage } from './stages.ts';
import { acceptedOf, startTrying } from './try-blocked.ts';

/** The traffic's own numbers: of no area that the data set has. */
export const ownPrefix = '+1999';

/** The stages in their order. */
export class Rehearsal {
  readonly stages: MeasuredStage[] = [];
  readonly checks: { check: string; ok: boolean; found: string }[] = [];
  readonly #measuring: Measuring;
  readonly #files: AdoptedFiles;
  readonly #url: string;
  readonly #options: RolloutOptions;
  readonly #historyBlocked: readonly string[];
  readonly #progress: (line: string) => void;
  /** Which undisturbed rollout goes on, where there are several. */
  #round: number | undefined;

  constructor(
    measuring: Measuring,
    files: AdoptedFiles,
    url: string,
    options: RolloutOptions,
    historyBlocked: readonly string[],
    progress: (line: string) => void,
  ) {
    this.#measuring = measuring;
    this.#files = files;
    this.#url = url;
    this.#options = options;
    this.#historyBlocked = historyBlocked;
    this.#progress = progress;
  }

  /** As often as is wanted: the files one after another, then nothing for as long. */
  async undisturbed(): Promise<void> {
    const { rollouts } = this.#options;
    for (let round = 1; round <= rollouts; round++) {
      if (rollouts > 1) this.#round = round;
      await this.#once();
    }
    this.#round = undefined;
  }

  async #once(): Promise<void> {
    const before = this.stages.length;
    await this.#stage('prepare', 'look for obstacles, build an index concurrently', () =>
      this.#run('prepare'),
    );
    await this.#stage('install', 'tables, functions, the triggers that record', () =>
      this.#run('install'),
    );
    await this.#stage('backfill', 'the opt-outs of the history', () => this.#run('backfill'));
    await this.#stage('switch on', 'the triggers that refuse', () => this.#run('switch_on'));
    await this.#mustRefuse('after the switch');
    await this.#stage('verify', 'everything compared in one snapshot', () => this.#run('verify'));
    const { otherDesign } = this.#options;
    await this.#changeDesign('another design', `${otherDesign} in its place`, otherDesign);
    await this.#changeDesign('back', `${defaultDesignName} again`, defaultDesignName);
    await this.#stage('remove', 'all of it taken away', () => this.#run('roll_back'));
    const lastS = this.stages.slice(before).reduce((sum, { seconds }) => sum + seconds, 0);
    const calmMs = Math.max(lastS, this.#options.calmSeconds) * 1_000;
    await this.#stage('calm', 'no rollout, for as long as one took', () => delay(calmMs));
  }

  /** Again, with an open transaction in the way of each step that needs a lock, and the backfill killed. */
  async disturbed(): Promise<void> {
    const backfill = this.stages.find(({ name }) => name === 'backfill')?.seconds ?? 1;
    await this.#run('prepare');
    await this.#stage('install, held up', 'beside a transaction that stays open', () =>
      this.#heldUp(() => this.#run('install')),
    );
    await this.#stage('backfill, killed', 'its session ended half-way', () =>
      this.#killed(backfill / 2),
    );
    await this.#stage('backfill, again', 'the same file once more', () => this.#run('backfill'));
    await this.#stage('switch on, held up', 'beside a transaction that stays open', () =>
      this.#heldUp(() => this.#run('switch_on')),
    );
    await this.#mustRefuse('after the switch that was held up');
    await this.#run('verify');
    this.checks.push({
      check: 'after a backfill that was killed and run again nothing is missing',
      ok: true, // 05 fails otherwise
      found: '05_verify.sql found no difference',
    });
    const { otherDesign } = this.#options;
    await this.#stage('another design, held up', 'beside a transaction that stays open', () =>
      this.#heldUp(() => this.#run('switch_on', otherDesign)),
    );
    await this.#mustRefuse(`after ${otherDesign} that was held up`);
    await this.#run('roll_back');
  }

  /** For contrast. */
  async atOnce(): Promise<void> {
    await this.#stage('all at once', 'migrations and history in one transaction', () =>
      installAtOnce(this.#url),
    );
    await this.#mustRefuse('after all at once');
    await removeAtOnce(this.#url);
  }

  #run(word: FileWord, design?: string): Promise<void> {
    return runStatements(this.#url, this.#files(word, design));
  }

  async #stage(name: string, title: string, work: () => Promise<unknown>): Promise<void> {
    await unlessInterrupted();
    const round = this.#round;
    const what = round === undefined ? { name, title } : { name, title, round };
    this.#progress(`${stageLabel(what)}: ${title}`);
    const stage = await measureStage(this.#measuring, what, async () => {
      const outcome = await work();
      return typeof outcome === 'string' ? outcome : undefined;
    });
    this.stages.push(stage);
  }

  /** Puts a design in place of the one that checks, while somebody sends to blocked numbers all the time. */
  async #changeDesign(name: string, title: string, design: string): Promise<void> {
    const trying = await startTrying(this.#url, this.#historyBlocked);
    try {
      await this.#stage(name, title, () => this.#run('switch_on', design));
    } finally {
      const { accepted, refused } = await trying.stop();
      this.checks.push({
        check: this.#inRound(
          `while ${design} took its place no message to a blocked number passed`,
        ),
        ok: accepted === 0 && refused > 0,
        found: `${refused} of ${accepted + refused} refused`,
      });
    }
    await this.#mustRefuse(`by ${design}`);
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
    const working = runStatements(this.#url, this.#files('backfill'), (client) => {
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

  #inRound(check: string): string {
    return this.#round === undefined ? check : `rollout ${this.#round}: ${check}`;
  }

  /** Every number whose third opt-out was acknowledged by now, and those of the history, must be refused. */
  async #mustRefuse(when: string): Promise<void> {
    const own = this.#measuring.traffic.optedOut
      .filter(({ profiles }) => profiles >= 3)
      .map(({ phone }) => phone);
    const tried = [...own, ...this.#historyBlocked];
    const accepted = await acceptedOf(this.#url, tried);
    this.checks.push({
      check: this.#inRound(`${when} every number with three opt-outs is refused`),
      ok: accepted === 0,
      found: `${tried.length - accepted} of ${tried.length} refused, ${own.length} of them reported meanwhile`,
    });
  }
}
