/*
 * What a database must do, in a few lines: who may be sent to, and what a report leads to. Numbers, senders,
 * messages and reports are counted from 0.
 */

/** What a message is. */
export interface ModelMessage {
  phone: number;
  profile: number | undefined;
}

/** The contact opted in again to a sender, or to every one (undefined), when so much had been made. */
interface OptIn {
  readonly phone: number;
  readonly profile: number | undefined;
  readonly at: number;
}

/** What a report says, and of which message. */
export interface ModelReport {
  message: number;
  event: 'delivered' | 'failed';
  code: number | undefined;
  /** Whether its id tells when it was stored. */
  readonly isTimed: boolean;
}

/** The state of a whole database, and what each operation may do to it. */
export class Model {
  threshold: number;
  readonly messages = new Map<number, ModelMessage>();
  readonly reports = new Map<number, ModelReport>();
  readonly #optOuts = new Map<number, Set<number>>();
  readonly #optIns: OptIn[] = [];
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

  /**
   * A report says something else, or is of another message: it counts for what it is then. One that said the
   * same of the same message before does not, where the contact has opted in since it was stored.
   */
  change(place: number, change: Partial<ModelReport>): void {
    const report = this.reports.get(place);
    if (report === undefined) throw new Error(`no report ${place}`);
    const isNews =
      !this.#saysOptedOut(report) || (change.message ?? report.message) !== report.message;
    Object.assign(report, change);
    if (isNews || !this.#isCovered(place, report)) this.#count(report);
  }

  /**
   * A message gets another number or sender; false where that is refused. What its reports said counts there
   * too, unless that contact has opted in since they were stored, as far as their ids tell.
   */
  move(place: number, change: Partial<ModelMessage>): boolean {
    const message = this.messages.get(place);
    if (message === undefined) throw new Error(`no message ${place}`);
    const isMoved = change.phone !== undefined && change.phone !== message.phone;
    if (isMoved && this.isBlocked(change.phone ?? message.phone)) return false;
    const isSame = !isMoved && (change.profile ?? message.profile) === message.profile;
    Object.assign(message, change);
    for (const [stored, report] of this.reports) {
      if (isSame || report.message !== place) continue;
      if (!report.isTimed || !this.#isCovered(stored, report)) this.#count(report);
    }
    return true;
  }

  /** A contact opts in to a sender again, or to every one. Returns how many opt-outs went. */
  optIn(phone: number, profile: number | undefined): number {
    this.#optIns.push({ phone, profile, at: this.#made });
    const senders = this.#optOuts.get(phone) ?? new Set();
    const taken = [...senders].filter((sender) => profile === undefined || sender === profile);
    for (const sender of taken) senders.delete(sender);
    return taken.length;
  }

  /** Whether a contact has opted in to a report's sender since the report was stored. */
  #isCovered(stored: number, { message }: ModelReport): boolean {
    const of = this.messages.get(message);
    return this.#optIns.some(
      ({ phone, profile, at }) =>
        phone === of?.phone && (profile === undefined || profile === of.profile) && stored < at,
    );
  }

  #saysOptedOut({ event, code }: ModelReport): boolean {
    return event === 'failed' && code === this.#optedOut;
  }

  #count(report: ModelReport): void {
    const of = this.messages.get(report.message);
    if (of?.profile === undefined || !this.#saysOptedOut(report)) return;
    const senders = this.#optOuts.get(of.phone) ?? new Set();
    this.#optOuts.set(of.phone, senders.add(of.profile));
  }
}
