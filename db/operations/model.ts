/*
 * What a database must do, in a few lines: who may be sent to, and what a report leads to. Numbers, senders,
 * messages and reports are counted from 0.
 */

/** What a message is. */
export interface ModelMessage {
  phone: number;
  profile: number | undefined;
}

/** What a report says, and of which message. */
export interface ModelReport {
  message: number;
  event: 'delivered' | 'failed';
  code: number | undefined;
}

/** The state of a whole database, and what each operation may do to it. */
export class Model {
  threshold: number;
  readonly messages = new Map<number, ModelMessage>();
  readonly reports = new Map<number, ModelReport>();
  readonly #optOuts = new Map<number, Set<number>>();
  readonly #optedOut: number;
  #made = 0;

  /**
   * @param threshold distinct senders that block
   * @param optedOut  the code that counts
   */
  constructor(threshold: number, optedOut: number) {
    this.threshold = threshold;
    this.#optedOut = optedOut;
  }

  /** True where every message to that number must be refused. */
  isBlocked(phone: number): boolean {
    return (this.#optOuts.get(phone)?.size ?? 0) >= this.threshold;
  }

  /** Messages of one statement: none is stored where one is refused. Returns their places, or undefined where refused. */
  send(phones: readonly number[], profile: number | undefined): readonly number[] | undefined {
    if (phones.some((phone) => this.isBlocked(phone))) return undefined;
    return phones.map((phone) => {
      const place = this.#made++;
      this.messages.set(place, { phone, profile });
      return place;
    });
  }

  /** A report comes in; returns its place. */
  report(report: ModelReport): number {
    const place = this.#made++;
    this.reports.set(place, { ...report });
    this.#count(report);
    return place;
  }

  /** A report says something else, or is of another message: it counts for what it is then. */
  change(place: number, change: Partial<ModelReport>): void {
    const report = this.reports.get(place);
    if (report === undefined) throw new Error(`no report ${place}`);
    Object.assign(report, change);
    this.#count(report);
  }

  /** A message gets another number or sender; false where that is refused. What its reports said counts there too. */
  move(place: number, change: Partial<ModelMessage>): boolean {
    const message = this.messages.get(place);
    if (message === undefined) throw new Error(`no message ${place}`);
    const isMoved = change.phone !== undefined && change.phone !== message.phone;
    if (isMoved && this.isBlocked(change.phone ?? message.phone)) return false;
    Object.assign(message, change);
    for (const report of this.reports.values()) if (report.message === place) this.#count(report);
    return true;
  }

  #count({ message, event, code }: ModelReport): void {
    const of = this.messages.get(message);
    if (of?.profile === undefined || event !== 'failed' || code !== this.#optedOut) return;
    const senders = this.#optOuts.get(of.phone) ?? new Set();
    this.#optOuts.set(of.phone, senders.add(of.profile));
  }
}
