import type pg from 'pg';
import { onlyRow } from '../../../db/connection/only-row.ts';
import { failureOf, isRefusal } from '../../../db/contract.ts';
import { itemAt } from '../../../db/item-at.ts';
import { clockMs } from '../../load/client/clock.ts';
import type { Answer } from '../../load/client/open-loop.ts';
import type { NamedStatement } from '../../scenarios/prepared.ts';
import type { Draws } from '../../stats/random.ts';
import type { Sample, SampledMessage } from '../sample.ts';
import type { MappedStatements } from '../statements.ts';

/** What is offered: of twenty operations one reports an opt-out, two report something else, the others send. */
const turns = 20;

/** Messages that wait to be reported; what is sent beyond is never reported. */
const mostWaiting = 1_000;

/** A message that was acknowledged. */
export interface SentMessage {
  readonly id: string;
  readonly drawn: SampledMessage;
}

/** What a load is made of: whose messages it sends again, and how. */
export interface OfferOptions {
  readonly sample: Sample;
  /** With `returning` the id and what reports name the message by. */
  readonly insertMessage: NamedStatement;
  readonly report: NamedStatement;
  readonly reportValues: MappedStatements['reportValues'];
  readonly optOutCode: string;
  readonly blockThreshold: number;
  readonly draws: Draws;
}

/**
 * Sends to numbers of the history, from the senders they had, and reports what it sent. It keeps what was
 * acknowledged, and knows of each number from when on every message to it must be refused.
 */
export class Offer {
  readonly sent: SentMessage[] = [];
  /** Whose opt-outs were acknowledged. */
  readonly reported: SampledMessage[] = [];
  readonly refusedPhones = new Set<string>();
  /** Messages that were acknowledged though their number was known to be blocked before they were sent. */
  passed = 0;
  /** Since when a number is known to be blocked, by clockMs(). */
  readonly blockedSince = new Map<string, number>();
  readonly #options: OfferOptions;
  readonly #waiting: (SentMessage & { readonly reference: string })[] = [];
  /** Senders, by number, that were told for the first time as far as the history was read. */
  readonly #toldBy = new Map<string, Set<string>>();
  #operations = 0;

  constructor(options: OfferOptions) {
    this.#options = options;
    for (const { phone, isBlocked } of options.sample.messages) {
      if (isBlocked) this.blockedSince.set(phone, Number.NEGATIVE_INFINITY);
    }
  }

  /** One operation. */
  async operate(client: pg.Client): Promise<Answer> {
    const turn = this.#operations++ % turns;
    if (turn < turns - 3 || this.#waiting.length === 0) return this.#send(client);
    return this.#report(client, turn === turns - 1);
  }

  async #send(client: pg.Client): Promise<Answer> {
    const { sample, insertMessage, draws } = this.#options;
    const drawn = itemAt(sample.messages, draws.below(sample.messages.length));
    const beganMs = clockMs();
    try {
      const values = [drawn.sender, drawn.phone];
      const { id, reference } = onlyRow(
        await client.query<{ id: string; reference: string | null }>({ ...insertMessage, values }),
      );
      if ((this.blockedSince.get(drawn.phone) ?? Number.POSITIVE_INFINITY) < beganMs) this.passed++;
      this.sent.push({ id, drawn });
      if (reference !== null && this.#waiting.length < mostWaiting) {
        this.#waiting.push({ id, drawn, reference });
      }
      return { kind: 'send', refused: false };
    } catch (error) {
      if (!isRefusal(failureOf(error))) throw error;
      this.refusedPhones.add(drawn.phone);
      return { kind: 'send', refused: true };
    }
  }

  async #report(client: pg.Client, isOptOut: boolean): Promise<Answer> {
    const { sample, report, reportValues, optOutCode, draws } = this.#options;
    const [message] = this.#waiting.splice(draws.below(this.#waiting.length), 1);
    if (message === undefined) return this.#send(client);
    const values = reportValues(message.reference, isOptOut ? optOutCode : sample.otherCode);
    try {
      await client.query({ ...report, values: [...values] });
    } catch (error) {
      this.#waiting.push(message);
      throw error;
    }
    if (isOptOut) this.#told(message.drawn);
    return { kind: isOptOut ? 'opt-out' : 'report', refused: false };
  }

  #told(drawn: SampledMessage): void {
    this.reported.push(drawn);
    if (drawn.hasOptedOut) return;
    const by = this.#toldBy.get(drawn.phone) ?? new Set();
    this.#toldBy.set(drawn.phone, by.add(drawn.sender));
    const isBlocked = drawn.optOuts + by.size >= this.#options.blockThreshold;
    if (isBlocked && !this.blockedSince.has(drawn.phone)) {
      this.blockedSince.set(drawn.phone, clockMs());
    }
  }
}
