import TinyQueue from 'tinyqueue';
import { filtered, optedOut } from '../../../db/contract.ts';
import { itemAt } from '../../../db/item-at.ts';
import type { Parameter } from '../../protocol/messages.ts';
import { Draws } from '../../stats/random.ts';
import type { WorkerOptions } from '../client/worker-options.ts';
import type { WrongAnswer } from '../results/results.ts';
import { FreshNumbers, profileInSlot, slotsPerNumber } from './fresh-numbers.ts';
import { IdMaker, splitId } from './ids.ts';
import { type Mix, reportDueMs } from './mix.ts';
import { countBits, OptOutLedger } from './opt-out-ledger.ts';
import { dataSetPopulation, emptyPopulation, type Population } from './population.ts';
import { Thresholds } from './thresholds.ts';
import { TracePart } from './trace.ts';

/** What a report says. */
export type ReportKind = 'delivered' | 'filtered' | 'optedOut';

/** One thing that the application does: an insert with an id of its own. */
export interface Operation {
  readonly kind: 'send' | ReportKind;
  readonly intendedMs: number;
  readonly id: string;
  /** Its number among this worker's rows of the table. */
  readonly number: number;
  readonly parameters: readonly Parameter[];
  /** The number that it is about. */
  readonly phone: string;
  /** The new number and the slot of its profile; -1 for the data set's contacts. */
  readonly freshNumber: number;
  readonly slot: number;
  /** For a send, how many opt-outs its number has as far as is known when it starts. */
  readonly optOuts: number;
  /** From how many on it must be refused then, and from how many it may be. */
  readonly mustFrom: number;
  readonly mayFrom: number;
  /** How many opt-ins of its number had begun or ended then (see OptOutLedger). */
  readonly optIns: number;
  /** Of a replayed send, the report that it had; undefined where one is drawn. */
  readonly replayed?: { readonly report: ReportKind | undefined };
  startedMs: number;
  attempts: number;
  /** An earlier attempt may have been committed. */
  uncertain: boolean;
}

/** A report that will come. */
interface DueReport {
  readonly dueMs: number;
  readonly kind: ReportKind;
  readonly messageId: string;
  readonly phone: string;
  readonly freshNumber: number;
  readonly slot: number;
}

/** Wrong answers kept as examples. */
const examplesKept = 5;

/**
 * The application that the load imitates: it sends, is told by the carrier what became of each
 * message, and knows which of its contacts must be blocked by now.
 */
export class Application {
  readonly #plan: WorkerOptions;
  readonly #mix: Mix;
  readonly #draws: Draws;
  readonly #population: Population;
  readonly #fresh: FreshNumbers;
  readonly #ledger: OptOutLedger;
  readonly #thresholds: Thresholds;
  readonly #messageIds: IdMaker;
  readonly #reportIds: IdMaker;
  readonly #due = new TinyQueue<DueReport>([], (a, b) => a.dueMs - b.dueMs);
  #freshSends = 0;
  readonly #trace: TracePart | undefined;
  #replayed = 0;
  wrongAnswers = 0;
  readonly wrongExamples: WrongAnswer[] = [];

  constructor(plan: WorkerOptions) {
    this.#plan = plan;
    this.#mix = plan.mix;
    this.#draws = new Draws(plan.seed, `load worker ${plan.worker}`);
    this.#fresh = new FreshNumbers(plan.freshAreas, plan.seed);
    this.#population =
      plan.dataSet === undefined
        ? emptyPopulation(
            new FreshNumbers(plan.plainAreas, plan.seed),
            plan.profileIds,
            plan.mix.numbers,
          )
        : dataSetPopulation(plan.dataSet, plan.mix.numbers, plan.threshold);
    this.#trace = plan.trace && new TracePart(plan.trace, plan.worker, plan.workers);
    this.#ledger = new OptOutLedger(plan.ledger);
    this.#thresholds = new Thresholds(plan.thresholds);
    this.#messageIds = new IdMaker(plan.worker, plan.runTag);
    this.#reportIds = new IdMaker(plan.worker, plan.runTag);
  }

  /** Rows tried so far. */
  get made(): { readonly messages: number; readonly reports: number } {
    return { messages: this.#messageIds.made, reports: this.#reportIds.made };
  }

  /** When the next report comes; Infinity while none is under way. */
  get nextReportMs(): number {
    return this.#due.peek()?.dueMs ?? Number.POSITIVE_INFINITY;
  }

  /** Reports that should have come by `nowMs`. */
  reportsDue(nowMs: number): number {
    return this.#due.data.reduce((count, { dueMs }) => (dueMs <= nowMs ? count + 1 : count), 0);
  }

  /** The next message that somebody sends. */
  nextSend(intendedMs: number): Operation {
    if (this.#trace !== undefined) return this.#sendAgain(this.#trace, intendedMs);
    const draws = this.#draws;
    const drawn = draws.share();
    const { blockedShare, freshShare } = this.#mix;
    if (drawn < freshShare) return this.#sendToFresh(intendedMs);
    const blocked =
      drawn < freshShare + blockedShare ? this.#population.drawBlocked(draws) : undefined;
    const to = blocked ?? this.#population.drawWelcome(draws);
    // one that was blocked before the run has so many at the least
    const optOuts = blocked === undefined ? 0 : this.#plan.threshold;
    return this.#send(intendedMs, to.phone, to.profileId, -1, 0, optOuts);
  }

  /** The report that is due first. */
  nextReport(intendedMs: number): Operation {
    const report = this.#due.pop();
    if (report === undefined) throw new Error('no report is due');
    const { id, number } = this.#reportIds.make();
    const { kind, freshNumber, slot, messageId, phone } = report;
    if (kind === 'optedOut') this.#ledger.attempt(freshNumber, slot);
    const eventType = kind === 'delivered' ? 'delivered' : 'failed';
    const errorCode =
      kind === 'delivered' ? null : String(kind === 'filtered' ? filtered : optedOut);
    return {
      kind,
      intendedMs,
      id,
      number,
      parameters: [
        ...[id, messageId, eventType, errorCode],
        ...(this.#plan.statements.reportsNameNumber ? [phone] : []),
      ],
      phone,
      freshNumber,
      slot,
      ...this.#limits(freshNumber, 0),
      startedMs: 0,
      attempts: 0,
      uncertain: false,
    };
  }

  /** Takes in that an operation was acknowledged: a send's report will come, an opt-out counts. */
  acknowledged(operation: Operation, nowMs: number): void {
    if (operation.kind === 'optedOut') {
      this.#ledger.acknowledge(operation.freshNumber, operation.slot, operation.optIns);
    }
    if (operation.kind !== 'send') return;
    const mustFrom = Math.max(operation.mustFrom, this.#thresholds.must);
    if (
      this.#plan.check === 'on' &&
      operation.optOuts >= mustFrom &&
      operation.optIns === this.#limits(operation.freshNumber, 0).optIns
    ) {
      this.#wrong('accepted though blocked', operation);
    }
    const kind =
      operation.replayed === undefined
        ? this.#drawReport(operation.freshNumber >= 0)
        : operation.replayed.report;
    if (kind === undefined) return;
    const { freshNumber, slot, phone, id: messageId } = operation;
    const isRepeated =
      operation.replayed === undefined && this.#draws.chance(this.#mix.repeatShare);
    const repeats = isRepeated ? 2 : 1;
    for (let times = 0; times < repeats; times++) {
      const dueMs = reportDueMs(this.#mix.delay, nowMs, this.#draws);
      this.#due.push({ dueMs, kind, messageId, phone, freshNumber, slot });
    }
  }

  /** Takes in that a send was refused. */
  refused(operation: Operation): void {
    const { freshNumber, optOuts } = operation;
    const attempted = freshNumber >= 0 ? countBits(this.#ledger.attempted(freshNumber)) : optOuts;
    const mayFrom = Math.min(operation.mayFrom, this.#thresholds.may);
    if (this.#plan.check === 'off' || attempted < mayFrom) {
      this.#wrong('refused though not blocked', operation);
    }
  }

  /** What holds for an operation that starts now, of a number that had so many opt-outs before the run. */
  #limits(
    freshNumber: number,
    optOutsBefore: number,
  ): Pick<Operation, 'optOuts' | 'mustFrom' | 'mayFrom' | 'optIns'> {
    const { must: mustFrom, may: mayFrom } = this.#thresholds;
    if (freshNumber < 0) return { optOuts: optOutsBefore, mustFrom, mayFrom, optIns: 0 };
    const optIns = this.#ledger.optIns(freshNumber); // before: one that begins from now on is noticed
    const optOuts = countBits(this.#ledger.acknowledged(freshNumber));
    return { optOuts, mustFrom, mayFrom, optIns };
  }

  /** New numbers are written to for a while, then newer ones take their place. */
  #sendToFresh(intendedMs: number): Operation {
    const { workers, worker, profileIds } = this.#plan;
    const own = Math.floor(this.#fresh.count / workers);
    const atOnce = Math.max(1, Math.round(this.#mix.freshNumbersAtOnce / workers));
    const oldest = Math.floor(this.#freshSends++ / this.#mix.freshSendsPerNumber);
    const ownNumber = (oldest + this.#draws.below(atOnce)) % own;
    const freshNumber = ownNumber * workers + worker;
    const slot = this.#draws.below(Math.min(slotsPerNumber, profileIds.length));
    const profileId = itemAt(profileIds, profileInSlot(freshNumber, slot, profileIds.length));
    const phone = this.#fresh.phone(freshNumber);
    return this.#send(intendedMs, phone, profileId, freshNumber, slot);
  }

  /** The next message of the trace, to the new number that stands for its contact. */
  #sendAgain(trace: TracePart, intendedMs: number): Operation {
    const message = trace.at(this.#replayed++);
    if (message === undefined) throw new Error('the trace has no more messages');
    const { profileIds } = this.#plan;
    const { contact, report } = message;
    const slot = message.slot % Math.min(slotsPerNumber, profileIds.length);
    const profileId = itemAt(profileIds, profileInSlot(contact, slot, profileIds.length));
    const phone = this.#fresh.phone(contact);
    const send = this.#send(intendedMs, phone, profileId, contact, slot);
    return { ...send, replayed: { report } };
  }

  #send(
    intendedMs: number,
    phone: string,
    profileId: string,
    freshNumber: number,
    slot: number,
    optOutsBefore = 0,
  ): Operation {
    const { id, number } = this.#messageIds.make();
    const { bodies } = this.#population;
    const body = itemAt(bodies, this.#draws.below(bodies.length));
    return {
      kind: 'send',
      intendedMs,
      id,
      number,
      parameters: this.#plan.statements.split
        ? [...splitId(id), profileId, phone.slice(1), body]
        : [id, profileId, phone, body],
      phone,
      freshNumber,
      slot,
      ...this.#limits(freshNumber, optOutsBefore),
      startedMs: 0,
      attempts: 0,
      uncertain: false,
    };
  }

  #drawReport(fresh: boolean): ReportKind | undefined {
    const { optOutShare, deliveredShare, filteredShare } = this.#mix;
    if (fresh && this.#draws.chance(optOutShare)) return 'optedOut';
    const drawn = this.#draws.share();
    if (drawn < deliveredShare) return 'delivered';
    return drawn < deliveredShare + filteredShare ? 'filtered' : undefined;
  }

  #wrong(what: WrongAnswer['what'], operation: Operation): void {
    this.wrongAnswers++;
    if (this.wrongExamples.length >= examplesKept) return;
    const { phone, id: messageId } = operation;
    this.wrongExamples.push({ what, phone, messageId });
  }
}
