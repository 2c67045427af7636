import {
  type Bar,
  barsPerDecade,
  type KindOfReport,
  kindsOfReport,
  type Measure,
  measures,
  type NumberFormat,
  type SlotLength,
  type Sums,
  type Tally,
  type Times,
} from '../tally.ts';

/** One row of what sql/tally.sql answers. */
export interface TallyRow {
  readonly name: string;
  readonly detail: string | null;
  readonly value: number | null;
  readonly contacts: number | null;
  readonly amount: number | null;
  readonly squares: number | null;
  readonly products: number | null;
}

/** The tally that the server's answer holds. */
export function readTally(rows: readonly TallyRow[], share: number): Tally {
  const named = (name: string): readonly TallyRow[] => rows.filter((row) => row.name === name);
  const bars = (name: string): readonly Bar[] => named(name).map(barOf);
  const sums = sumsOf(named('sums'));
  const [small] = named('smallProfiles');
  return {
    share,
    contacts: sums.messages.contacts,
    sums,
    messagesPerContact: bars('messagesPerContact'),
    profilesPerContact: bars('profilesPerContact'),
    optOutsPerContact: bars('optOutsPerContact'),
    messagesPerProfile: bars('messagesPerProfile'),
    smallProfiles: { profiles: small?.amount ?? 0, messages: small?.value ?? 0 }, // none: a sum of nothing
    delays: delaysOf(named('delays')),
    numbers: named('numbers').map((row) => ({
      ...barOf(row),
      format: row.detail as NumberFormat,
    })),
    bodyBytes: bars('bodyBytes'),
    times: timesOf(named),
  };
}

/** A figure that the query must have given. */
function needed(value: number | null | undefined, what: string): number {
  if (value === null || value === undefined) throw new Error(`the tally has no ${what}`);
  return value;
}

function barOf({ name, value, contacts, amount }: TallyRow): Bar {
  return {
    value: needed(value, `value of ${name}`),
    contacts: needed(contacts, `contacts of ${name}`),
    amount: needed(amount, `amount of ${name}`),
  };
}

function sumsOf(rows: readonly TallyRow[]): Record<Measure, Sums> {
  // no contact at all has no row of any measure
  const none: Sums = { contacts: 0, sum: 0, squares: 0, products: 0 };
  const entries = measures.map((measure): [Measure, Sums] => {
    const row = rows.find(({ detail }) => detail === measure);
    if (row === undefined) {
      if (rows.length > 0) throw new Error(`the tally has no ${measure}`);
      return [measure, none];
    }
    return [
      measure,
      {
        contacts: needed(row.contacts, measure),
        sum: needed(row.amount, measure),
        squares: needed(row.squares, measure),
        products: needed(row.products, measure),
      },
    ];
  });
  return Object.fromEntries(entries) as Record<Measure, Sums>;
}

function delaysOf(rows: readonly TallyRow[]): Record<KindOfReport, readonly Bar[]> {
  const of = (kind: KindOfReport): readonly Bar[] =>
    rows
      .filter(({ detail }) => detail === kind)
      .map((row) => ({ ...barOf(row), value: delayOfBar(needed(row.value, 'delay')) }));
  return Object.fromEntries(kindsOfReport.map((kind) => [kind, of(kind)])) as Record<
    KindOfReport,
    readonly Bar[]
  >;
}

/** The middle of a bar of delays, in milliseconds. */
export function delayOfBar(bar: number): number {
  return 10 ** ((bar + 0.5) / barsPerDecade);
}

/** Undefined where no message has a time. */
function timesOf(named: (name: string) => readonly TallyRow[]): Times | undefined {
  const [span] = named('span');
  const messages = span?.contacts ?? 0; // no message at all
  if (span === undefined || messages === 0) return undefined;
  const pairs = named('pairs');
  const [batches] = named('batches');
  const pairsOf = (slot: SlotLength): number =>
    needed(pairs.find(({ detail }) => detail === slot)?.amount, `pairs by ${slot}`);
  return {
    messages,
    firstMs: needed(span.value, 'first time'),
    lastMs: needed(span.amount, 'last time'),
    hours: named('hours').map(barOf),
    pairs: { second: pairsOf('second'), minute: pairsOf('minute'), hour: pairsOf('hour') },
    batchPairs: batches?.amount ?? 0, // no message has a profile
    profileMessages: batches?.value ?? 0,
  };
}
