import { makeBodies, makeProfileNames } from './bodies.ts';
import { deriveKey, lowbias32 } from './counter-random.ts';
import { type DataSetShape, type Quantiles, quantileAt, shapedPlan } from './data-set-shape.ts';
import { createDayWarp, warpedMs } from './day-warp.ts';
import { createLayout, type Layout, type Selection, selectCells } from './layout.ts';
import { keyedPermutation, type Permutation } from './permutation.ts';
import { phoneNumber, phoneNumberCount } from './phone-numbers.ts';
import { createSenders, type Senders } from './senders.ts';
import { buildTile, noProfile, reportOutcomes, type Tile } from './tile.ts';
import { slotsPerContact } from './tile-plan.ts';
import { uuidV7 } from './uuid-v7.ts';

/** The tables that the seeder fills, in the order in which one may reference the one before. */
export const tableNames = [
  'profiles',
  'outbound_messages',
  'delivery_reports',
  'opt_outs',
  'blocked_contacts',
] as const;
export type TableName = (typeof tableNames)[number];

/** Changes whenever the same options give other rows than before, so that old databases are recognised. */
export const dataSetVersion = 1;

/** What a data set is made of: the same options give the same rows, byte for byte. */
export interface DataSetOptions {
  /** How many messages. */
  readonly messages: number;
  readonly seed: number;
  /** Of the messages without a 21610, the share with an ordinary report: delivered, or 30007. */
  readonly ordinaryReportShare: number;
  /** What it is to look like; without one like the lab's own. With one the share above is not heeded. */
  readonly shape?: DataSetShape | undefined;
}

/** What is used where nothing is said. */
export const defaultDataSet = { seed: 1, ordinaryReportShare: 0.05 } as const;

/** Kinds of delivery reports, as stored in `DataSet.reportKinds`. */
export const reportKinds = { optOut: 0, delivered: 1, filtered: 2, none: 3 } as const;

/** `event_type` and `error_code` of each kind of report that there is. */
export const reportColumns = [
  { eventType: 'failed', errorCode: 21610 },
  { eventType: 'delivered', errorCode: null },
  { eventType: 'failed', errorCode: 30007 },
] as const;

/** Of the ordinary reports, every fifth says that the carrier filtered the message (30007). */
const filteredEvery = 5;

/** All messages lie in the year 2025; whatever is inserted live comes after them. */
export const firstMessageUnixMs = Date.UTC(2025, 0, 1);
const lastMessageUnixMs = Date.UTC(2026, 0, 1);

/** The carrier's report follows its message by this much, where no shape says otherwise. */
const plainReportDelayMs = 4_000;

/** Everything that rows are computed from; the rows themselves are never kept. */
export interface DataSet {
  readonly options: DataSetOptions;
  readonly layout: Layout;
  /** Messages in whole tiles; the few after them go to one fresh contact each and have no reports. */
  readonly tiledMessages: number;
  readonly contactCount: number;
  readonly rowCounts: Readonly<Record<TableName, number>>;
  /** Reports that have 21610, repeated ones included. */
  readonly optedOutReports: number;
  /** Which rows there are, in time order. */
  readonly messages: Selection;
  readonly reports: Selection;
  readonly optOuts: Selection;
  readonly blocks: Selection;
  /** The kind of report that the message in each cell of the tile has. */
  readonly reportKinds: Uint8Array;
  readonly senders: Senders;
  readonly profileNames: readonly string[];
  readonly bodies: readonly string[];
  readonly numberOfContact: Permutation;
  readonly phoneKey: number;
  readonly bodyKey: number;
  readonly messageIdKey: number;
  readonly reportIdKey: number;
  readonly profileIdKey: number;
  readonly msPerMessage: number;
  /** The day's clock, where messages do not come at an even rate. */
  readonly dayWarp: Float64Array | undefined;
  /** The carrier's report follows its message by this much. */
  readonly reportDelayMs: number;
}

/** Prepares a data set: some milliseconds, whatever its size. */
export function createDataSet(options: DataSetOptions): DataSet {
  const { messages, seed, shape } = options;
  const tile = shape === undefined ? buildTile() : buildTile(shapedPlan(shape));
  const tileCount = Math.floor(messages / tile.messages);
  const tiledMessages = tileCount * tile.messages;
  const layout = createLayout(tile, tileCount, seed);
  const kinds = chooseReports(tile, options);
  const isOptOut = (cell: number): boolean => tile.outcome[cell] === reportOutcomes.optOut;
  const reports = selectCells(layout, (cell) => kinds[cell] !== reportKinds.none);
  const optOuts = selectCells(layout, isOptOut);
  const blocks = selectCells(layout, (cell) => tile.ordinal[cell] === 3);
  const phoneKey = deriveKey(seed, 'phones');
  const profiles =
    shape?.profiles.count ?? Math.min(1_000, Math.max(10, Math.floor(messages / 100)));
  return {
    options,
    layout,
    tiledMessages,
    contactCount: tileCount * tile.contacts + (messages - tiledMessages),
    rowCounts: {
      profiles,
      outbound_messages: messages,
      delivery_reports: reports.rows,
      opt_outs: optOuts.rows,
      blocked_contacts: blocks.rows,
    },
    optedOutReports: kinds.filter((kind) => kind === reportKinds.optOut).length * tileCount,
    messages: selectCells(layout, () => true),
    reports,
    optOuts,
    blocks,
    reportKinds: kinds,
    senders: createSenders(profiles, seed, shape && profileWeights(shape.profiles.quantiles)),
    profileNames: makeProfileNames(seed, profiles),
    bodies: makeBodies(seed, bytesAt(shape)),
    numberOfContact: keyedPermutation(phoneNumberCount, phoneKey),
    phoneKey,
    bodyKey: deriveKey(seed, 'body'),
    messageIdKey: deriveKey(seed, 'message id'),
    reportIdKey: deriveKey(seed, 'report id'),
    profileIdKey: deriveKey(seed, 'profile id'),
    msPerMessage: (lastMessageUnixMs - firstMessageUnixMs) / messages,
    dayWarp: shape?.hours && createDayWarp(shape.hours),
    reportDelayMs: shape?.reportDelayMs ?? plainReportDelayMs,
  };
}

/** What a profile of some rank sends: between two quantiles by a power law, as profiles fall off. */
function profileWeights(quantiles: Quantiles): (rankShare: number) => number {
  const logarithms = quantiles.map(
    ([at, value]) => [at, Math.log(Math.max(value, Number.MIN_VALUE))] as const,
  );
  return (rankShare) => Math.exp(quantileAt(logarithms, 1 - rankShare));
}

function bytesAt(shape: DataSetShape | undefined): ((share: number) => number) | undefined {
  const lengths = shape?.bodyBytes;
  return lengths && ((share) => quantileAt(lengths, share));
}

/** A report for every 21610 of the tile, and ordinary ones for a share of its other messages. */
function chooseReports(tile: Tile, { shape, ordinaryReportShare }: DataSetOptions): Uint8Array {
  const { outcome, quietCells, messages } = tile;
  const kinds = Uint8Array.from(outcome, (value) =>
    value === reportOutcomes.none ? reportKinds.none : reportKinds.optOut,
  );
  if (shape === undefined) {
    const ordinary = quietCells.slice(0, Math.round(quietCells.length * ordinaryReportShare));
    for (const [index, cell] of ordinary.entries()) {
      kinds[cell] = index % filteredEvery === 0 ? reportKinds.filtered : reportKinds.delivered;
    }
    return kinds;
  }
  const filtered = Math.round(messages * shape.filtered);
  const ordinary = quietCells.slice(0, filtered + Math.round(messages * shape.delivered));
  for (const [index, cell] of ordinary.entries()) {
    kinds[cell] = index < filtered ? reportKinds.filtered : reportKinds.delivered;
  }
  return kinds;
}

/** When message `message` was sent: later ones later, by at least a millisecond. */
function messageUnixMs(dataSet: DataSet, message: number): number {
  const evenMs = message * dataSet.msPerMessage;
  const { dayWarp } = dataSet;
  return (
    firstMessageUnixMs + Math.floor(dayWarp === undefined ? evenMs : warpedMs(dayWarp, evenMs))
  );
}

/** The id of message number `message`. */
export function messageId(dataSet: DataSet, message: number): string {
  return uuidV7(messageUnixMs(dataSet, message), dataSet.messageIdKey, message);
}

/** The id of the report about message number `message`. */
export function reportId(dataSet: DataSet, message: number): string {
  const unixMs = messageUnixMs(dataSet, message) + dataSet.reportDelayMs;
  return uuidV7(unixMs, dataSet.reportIdKey, message);
}

/** Which of the bodies a message has. */
export function bodyOf(dataSet: DataSet, message: number): number {
  return lowbias32(message ^ dataSet.bodyKey) & (dataSet.bodies.length - 1);
}

/** The profile in one of a contact's slots; `noProfile` gives -1. */
export function profileOf(dataSet: DataSet, contact: number, slot: number): number {
  return slot === noProfile ? -1 : dataSet.senders.profileAt(contact * slotsPerContact + slot);
}

/** The contact of a message after the last whole tile. */
export function contactAfterTiles(dataSet: DataSet, message: number): number {
  return (
    dataSet.layout.tileCount * dataSet.layout.tile.contacts + (message - dataSet.tiledMessages)
  );
}

/** The phone number of contact 0 … contactCount - 1, as stored. */
export function phoneOf(dataSet: DataSet, contact: number): string {
  return phoneNumber(dataSet.numberOfContact(contact));
}

/** The id of profile 0 … profiles - 1: profiles are older than all messages. */
export function profileId(dataSet: DataSet, profile: number): string {
  const eightHoursMs = 8 * 3_600_000;
  const unixMs = Date.UTC(2024, 0, 1) + profile * eightHoursMs;
  return uuidV7(unixMs, dataSet.profileIdKey, profile);
}
