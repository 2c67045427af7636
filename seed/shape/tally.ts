/*
 * What is counted of contacts before figures are made of it. Both readers, of databases and of files,
 * end here, so that the rules about small groups and intervals stand once (summarise.ts).
 */

/** What is counted of each contact. Names are those in database/sql/tally.sql. */
export const measures = [
  'messages',
  'withoutProfile',
  'optedOut',
  'delivered',
  'otherError',
  'signedOptedOut',
  'unsignedOptedOut',
  'repeated',
  'doubled',
  'blocked',
] as const;
export type Measure = (typeof measures)[number];

/** A measure summed over the contacts of the sample. */
export interface Sums {
  /** Contacts with more than none of it. */
  readonly contacts: number;
  readonly sum: number;
  /** Of the contacts' values, and of their products with the contacts' messages. */
  readonly squares: number;
  readonly products: number;
}

/** One bar of a histogram. */
export interface Bar {
  readonly value: number;
  /** Contacts that the bar is about. */
  readonly contacts: number;
  /** How much it weighs: contacts, messages, reports or profiles. */
  readonly amount: number;
}

/** Kinds of reports. */
export const kindsOfReport = ['optedOut', 'delivered', 'otherError'] as const;
export type KindOfReport = (typeof kindsOfReport)[number];

/** Lengths of slots, in milliseconds. */
export const slotLengthsMs = { second: 1_000, minute: 60_000, hour: 3_600_000 } as const;
export type SlotLength = keyof typeof slotLengthsMs;

/** How numbers are written. */
export const numberFormats = ['E.164', 'digits', 'other'] as const;
export type NumberFormat = (typeof numberFormats)[number];

/** What was counted of a sample of contacts. */
export interface Tally {
  /** The share of the contacts that is in it. */
  readonly share: number;
  readonly contacts: number;
  readonly sums: Readonly<Record<Measure, Sums>>;
  /** Contacts by how many messages, profiles and opt-outs they have. */
  readonly messagesPerContact: readonly Bar[];
  readonly profilesPerContact: readonly Bar[];
  readonly optOutsPerContact: readonly Bar[];
  /** Profiles with enough contacts, by how many messages of theirs are in the sample. */
  readonly messagesPerProfile: readonly Bar[];
  readonly smallProfiles: { readonly profiles: number; readonly messages: number };
  /** Reports by their delay in milliseconds. */
  readonly delays: Readonly<Record<KindOfReport, readonly Bar[]>>;
  readonly numbers: readonly (Bar & { readonly format: NumberFormat })[];
  /** Messages by their length in bytes; empty where bodies were not looked at. */
  readonly bodyBytes: readonly Bar[];
  /** Undefined where times are not known. */
  readonly times: Times | undefined;
}

/** When the messages of the sample were sent. */
export interface Times {
  readonly messages: number;
  readonly firstMs: number;
  readonly lastMs: number;
  /** Messages by hour of the day, UTC. */
  readonly hours: readonly Bar[];
  /** Ordered pairs of messages to two contacts in the same slot. */
  readonly pairs: Readonly<Record<SlotLength, number>>;
  /** The same in one second, of the same profile; and messages with a profile. */
  readonly batchPairs: number;
  readonly profileMessages: number;
}

/** The resolution of delays: so many bars for each factor of ten. */
export const barsPerDecade = 20;
