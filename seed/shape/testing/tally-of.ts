import { mostOptOuts } from '../../data-set/contacts.ts';
import { type Bar, type Measure, measures, type Sums, type Tally } from '../tally.ts';

/** A made-up contact. */
export interface TestContact {
  readonly messages: number;
  readonly optedOut: number;
  readonly delivered: number;
  readonly optOuts: number;
  readonly profiles: number;
}

/** The tally of made-up contacts, as if they were a share of all. */
export function tallyOf(contacts: readonly TestContact[], share = 1): Tally {
  const values: Readonly<Record<Measure, (contact: TestContact) => number>> = {
    messages: ({ messages }) => messages,
    withoutProfile: () => 0,
    optedOut: ({ optedOut }) => optedOut,
    delivered: ({ delivered }) => delivered,
    otherError: () => 0,
    signedOptedOut: ({ optedOut }) => optedOut,
    unsignedOptedOut: () => 0,
    repeated: ({ optedOut, optOuts }) => optedOut - optOuts,
    doubled: () => 0,
    blocked: ({ optOuts }) => (optOuts >= mostOptOuts ? 1 : 0),
  };
  const sumsOf = (measure: Measure): Sums => {
    const all = contacts.map(values[measure]);
    return {
      contacts: all.filter((value) => value > 0).length,
      sum: all.reduce((sum, value) => sum + value, 0),
      squares: all.reduce((sum, value) => sum + value * value, 0),
      products: contacts.reduce((sum, one) => sum + values[measure](one) * one.messages, 0),
    };
  };
  const barsOf = (measured: (contact: TestContact) => number): readonly Bar[] => {
    const counts = new Map<number, number>();
    for (const contact of contacts) {
      counts.set(measured(contact), (counts.get(measured(contact)) ?? 0) + 1);
    }
    return [...counts].map(([value, count]) => ({ value, contacts: count, amount: count }));
  };
  return {
    share,
    contacts: contacts.length,
    sums: Object.fromEntries(measures.map((measure) => [measure, sumsOf(measure)])) as Record<
      Measure,
      Sums
    >,
    messagesPerContact: barsOf(({ messages }) => messages),
    profilesPerContact: barsOf(({ profiles }) => profiles),
    optOutsPerContact: barsOf(({ optOuts }) => optOuts),
    messagesPerProfile: [],
    smallProfiles: { profiles: 0, messages: 0 },
    delays: { optedOut: [], delivered: [], otherError: [] },
    numbers: [{ format: 'E.164', value: 12, contacts: contacts.length, amount: contacts.length }],
    bodyBytes: [],
    times: undefined,
  };
}
