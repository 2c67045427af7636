import { mostOptOuts } from '../../data-set/contacts.ts';
import { smallestGroup } from '../shape.ts';
import {
  type Bar,
  type Measure,
  measures,
  type NumberFormat,
  type SlotLength,
  type Sums,
  slotLengthsMs,
  type Tally,
  type Times,
} from '../tally.ts';
import { type ContactSample, type Kind, kinds, type SampleColumns } from './sample.ts';

/**
 * The same counts of a sample of files as database/sql/tally.sql makes of a database. Rows are sorted and
 * walked, again and again, rather than kept in sets: memory stays small.
 */
export function countSample(sample: ContactSample): Tally {
  const { columns } = sample;
  const values = valuesOfContacts(columns, sample.contacts);
  return {
    share: sample.share,
    contacts: sample.contacts,
    sums: sumsOf(values),
    messagesPerContact: barsOf(values.messages),
    profilesPerContact: barsOf(values.profiles),
    optOutsPerContact: barsOf(values.optOuts),
    ...profilesOf(columns),
    delays: { optedOut: [], delivered: [], otherError: [] }, // an export has one time a message
    numbers: numberBars(sample.numbers),
    bodyBytes: contactBars(columns, ({ bodyBytes }, row) => bodyBytes[row] as number),
    times: timesOf(columns),
  };
}

/** Rows with one key. */
interface Group {
  readonly key: number;
  readonly rows: number;
  /** How many different members they have, and the squares of the members' rows added up. */
  readonly members: number;
  readonly squares: number;
}

type Of = (columns: SampleColumns, row: number) => number;

const contactOf: Of = ({ contact }, row) => contact[row] as number;
const senderOf: Of = ({ sender }, row) => sender[row] as number;

/** Groups rows by a key, and by a member within it. A row whose key is below 0 or no number is in no group. */
function groups(columns: SampleColumns, keyOf: Of, memberOf: Of): readonly Group[] {
  const keys = new Float64Array(columns.rows);
  const members = new Float64Array(columns.rows);
  const order: number[] = [];
  for (let row = 0; row < columns.rows; row++) {
    keys[row] = keyOf(columns, row);
    members[row] = memberOf(columns, row);
    if ((keys[row] as number) >= 0) order.push(row);
  }
  const sorted = Uint32Array.from(order).sort(
    (a, b) =>
      (keys[a] as number) - (keys[b] as number) || (members[a] as number) - (members[b] as number),
  );
  const found: Group[] = [];
  for (let from = 0; from < sorted.length; ) {
    const key = keys[sorted[from] as number] as number;
    const group = { key, rows: 0, members: 0, squares: 0 };
    let to = from;
    while (to < sorted.length && keys[sorted[to] as number] === key) {
      const member = members[sorted[to] as number];
      const first = to;
      while (
        to < sorted.length &&
        keys[sorted[to] as number] === key &&
        members[sorted[to] as number] === member
      ) {
        to++;
      }
      group.members++;
      group.squares += (to - first) ** 2;
    }
    group.rows = to - from;
    found.push(group);
    from = to;
  }
  return found;
}

/** Bars by a value of the rows, each with the contacts that it is about. */
function contactBars(columns: SampleColumns, measured: Of): readonly Bar[] {
  return groups(columns, measured, contactOf).map(({ key, rows, members }) => ({
    value: key,
    amount: rows,
    contacts: members,
  }));
}

interface ContactValues {
  readonly messages: Int32Array;
  readonly withoutProfile: Int32Array;
  readonly profiles: Int32Array;
  readonly optedOut: Int32Array;
  readonly delivered: Int32Array;
  readonly otherError: Int32Array;
  readonly signedOptedOut: Int32Array;
  readonly optOuts: Int32Array;
}

function valuesOfContacts(columns: SampleColumns, contacts: number): ContactValues {
  /** Of each contact, something of its rows of some kind. */
  const each = (which: Of, measured: (group: Group) => number): Int32Array => {
    const values = new Int32Array(contacts);
    for (const group of groups(columns, which, senderOf)) values[group.key] = measured(group);
    return values;
  };
  const rows = ({ rows: count }: Group): number => count;
  const members = ({ members: count }: Group): number => count;
  const ofKind =
    (kind: Kind): Of =>
    (all, row) =>
      all.kind[row] === kind ? contactOf(all, row) : -1;
  const signed =
    (which: Of): Of =>
    (all, row) =>
      senderOf(all, row) < 0 ? -1 : which(all, row);
  const unsigned: Of = (all, row) => (senderOf(all, row) < 0 ? contactOf(all, row) : -1);
  return {
    messages: each(contactOf, rows),
    withoutProfile: each(unsigned, rows),
    profiles: each(signed(contactOf), members),
    optedOut: each(ofKind(kinds.optedOut), rows),
    delivered: each(ofKind(kinds.delivered), rows),
    otherError: each(ofKind(kinds.otherError), rows),
    signedOptedOut: each(signed(ofKind(kinds.optedOut)), rows),
    optOuts: each(signed(ofKind(kinds.optedOut)), members),
  };
}

function sumsOf(of: ContactValues): Record<Measure, Sums> {
  const at = (values: Int32Array, contact: number): number => values[contact] as number;
  const measured: Readonly<Record<Measure, (contact: number) => number>> = {
    messages: (one) => at(of.messages, one),
    withoutProfile: (one) => at(of.withoutProfile, one),
    optedOut: (one) => at(of.optedOut, one),
    delivered: (one) => at(of.delivered, one),
    otherError: (one) => at(of.otherError, one),
    signedOptedOut: (one) => at(of.signedOptedOut, one),
    unsignedOptedOut: (one) => at(of.optedOut, one) - at(of.signedOptedOut, one),
    repeated: (one) => at(of.signedOptedOut, one) - at(of.optOuts, one),
    doubled: () => 0, // a line is a message with what was said last of it
    blocked: (one) => (at(of.optOuts, one) >= mostOptOuts ? 1 : 0),
  };
  const entries = measures.map((measure): [Measure, Sums] => {
    const sums = { contacts: 0, sum: 0, squares: 0, products: 0 };
    for (let contact = 0; contact < of.messages.length; contact++) {
      const value = measured[measure](contact);
      if (value > 0) sums.contacts++;
      sums.sum += value;
      sums.squares += value * value;
      sums.products += value * at(of.messages, contact);
    }
    return [measure, sums];
  });
  return Object.fromEntries(entries) as Record<Measure, Sums>;
}

function barsOf(values: Int32Array): readonly Bar[] {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].map(([value, count]) => ({ value, contacts: count, amount: count }));
}

function profilesOf(columns: SampleColumns): Pick<Tally, 'messagesPerProfile' | 'smallProfiles'> {
  const profiles = contactBars(columns, senderOf);
  const small = profiles.filter(({ contacts }) => contacts < smallestGroup);
  return {
    messagesPerProfile: profiles
      .filter(({ contacts }) => contacts >= smallestGroup)
      .map(({ amount, contacts }) => ({ value: amount, contacts, amount: 1 })),
    smallProfiles: {
      profiles: small.length,
      messages: small.reduce((sum, { amount }) => sum + amount, 0),
    },
  };
}

function numberBars(numbers: Iterable<string>): Tally['numbers'] {
  const bars = new Map<string, { format: NumberFormat; value: number; contacts: number }>();
  for (const number of numbers) {
    const format: NumberFormat = /^\+[1-9][0-9]{6,14}$/.test(number)
      ? 'E.164'
      : /^[0-9]+$/.test(number)
        ? 'digits'
        : 'other';
    const value = [...number].length;
    const bar = bars.get(`${format} ${value}`);
    if (bar === undefined) bars.set(`${format} ${value}`, { format, value, contacts: 1 });
    else bar.contacts++;
  }
  return [...bars.values()].map((bar) => ({ ...bar, amount: bar.contacts }));
}

function timesOf(columns: SampleColumns): Times | undefined {
  const { sentMs, rows } = columns;
  const times = { messages: 0, firstMs: Number.MAX_VALUE, lastMs: -Number.MAX_VALUE };
  for (let row = 0; row < rows; row++) {
    const ms = sentMs[row] as number;
    if (Number.isNaN(ms)) continue;
    times.messages++;
    times.firstMs = Math.min(times.firstMs, ms);
    times.lastMs = Math.max(times.lastMs, ms);
  }
  if (times.messages === 0) return undefined;
  const slotOf =
    (lengthMs: number): Of =>
    (all, row) =>
      Math.floor((all.sentMs[row] as number) / lengthMs);
  const pairsBy = (keyOf: Of): number =>
    groups(columns, keyOf, contactOf).reduce(
      (sum, group) => sum + group.rows ** 2 - group.squares,
      0,
    );
  const pairs = (slot: SlotLength): number => pairsBy(slotOf(slotLengthsMs[slot]));
  const signedSecond: Of = (all, row) =>
    senderOf(all, row) < 0
      ? -1
      : senderOf(all, row) * 2 ** 32 + slotOf(slotLengthsMs.second)(all, row);
  const hourOf: Of = (all, row) => slotOf(slotLengthsMs.hour)(all, row) % 24;
  return {
    ...times,
    hours: contactBars(columns, hourOf),
    pairs: { second: pairs('second'), minute: pairs('minute'), hour: pairs('hour') },
    batchPairs: pairsBy(signedSecond),
    profileMessages: groups(columns, signedSecond, contactOf).reduce(
      (sum, group) => sum + group.rows,
      0,
    ),
  };
}
