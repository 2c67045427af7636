import { itemAt } from '../../../db/item-at.ts';
import { mostOptOuts } from '../../data-set/contacts.ts';
import { smallestGroup } from '../shape.ts';
import {
  type Bar,
  type Measure,
  measures,
  numberFormats,
  type SlotLength,
  type Sums,
  slotLengthsMs,
  type Tally,
  type Times,
} from '../tally.ts';
import { type Group, type Of, RowGroups } from './row-groups.ts';
import { type ContactSample, type Kind, kinds, type SampleColumns } from './sample.ts';

/** The same counts of a sample of files as database/sql/tally.sql makes of a database. */
export function countSample(sample: ContactSample): Tally {
  const { columns } = sample;
  const groups = new RowGroups(columns);
  const values = valuesOfContacts(groups, sample.contacts);
  return {
    share: sample.share,
    contacts: sample.contacts,
    sums: sumsOf(values),
    messagesPerContact: barsOf(values.messages),
    profilesPerContact: barsOf(values.profiles),
    optOutsPerContact: barsOf(values.optOuts),
    ...profilesOf(groups),
    delays: { optedOut: [], delivered: [], otherError: [] }, // an export has one time a message
    numbers: numberBars(sample),
    bodyBytes: contactBars(groups, ({ bodyBytes }, row) => bodyBytes[row] as number),
    times: timesOf(columns, groups),
  };
}

const contactOf: Of = ({ contact }, row) => contact[row] as number;
const senderOf: Of = ({ sender }, row) => sender[row] as number;

/** Bars by a value of the rows, each with the contacts that it is about. */
function contactBars(groups: RowGroups, measured: Of): readonly Bar[] {
  const bars: Bar[] = [];
  groups.each(measured, contactOf, ({ key, rows, members }) => {
    bars.push({ value: key, amount: rows, contacts: members });
  });
  return bars;
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

function valuesOfContacts(groups: RowGroups, contacts: number): ContactValues {
  /** Of each contact, something of its rows of some kind. */
  const each = (which: Of, measured: (group: Group) => number): Int32Array => {
    const values = new Int32Array(contacts);
    groups.each(which, senderOf, (group) => {
      values[group.key] = measured(group);
    });
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

function profilesOf(groups: RowGroups): Pick<Tally, 'messagesPerProfile' | 'smallProfiles'> {
  const profiles = contactBars(groups, senderOf);
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

function numberBars({ contacts, written }: ContactSample): Tally['numbers'] {
  const counts = new Map<number, number>();
  for (let contact = 0; contact < contacts; contact++) {
    const format = written.format[contact] as number;
    const length = written.length[contact] as number;
    const key = length * numberFormats.length + format;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts].map(([key, count]) => ({
    format: itemAt(numberFormats, key % numberFormats.length),
    value: Math.floor(key / numberFormats.length),
    contacts: count,
    amount: count,
  }));
}

function timesOf(columns: SampleColumns, groups: RowGroups): Times | undefined {
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
  const pairsBy = (keyOf: Of): number => {
    let sum = 0;
    groups.each(keyOf, contactOf, ({ rows: all, squares }) => {
      sum += all ** 2 - squares;
    });
    return sum;
  };
  const pairs = (slot: SlotLength): number => pairsBy(slotOf(slotLengthsMs[slot]));
  const signedSecond: Of = (all, row) =>
    senderOf(all, row) < 0
      ? -1
      : senderOf(all, row) * 2 ** 32 + slotOf(slotLengthsMs.second)(all, row);
  const hourOf: Of = (all, row) => slotOf(slotLengthsMs.hour)(all, row) % 24;
  return {
    ...times,
    hours: contactBars(groups, hourOf),
    pairs: { second: pairs('second'), minute: pairs('minute'), hour: pairs('hour') },
    batchPairs: pairsBy(signedSecond),
    profileMessages: rowsWhere(columns, signedSecond),
  };
}

/** How many rows are in a group by that key. */
function rowsWhere(columns: SampleColumns, keyOf: Of): number {
  let found = 0;
  for (let row = 0; row < columns.rows; row++) if (keyOf(columns, row) >= 0) found++;
  return found;
}
