import { itemAt } from '../../db/item-at.ts';
import {
  bodyOf,
  contactAfterTiles,
  type DataSet,
  messageId,
  phoneOf,
  profileId,
  profileOf,
  reportColumns,
  reportId,
  type TableName,
} from './data-set.ts';
import { contactOf, placeOf } from './layout.ts';

/**
 * Any one row of a data set, by its number in time order and without the rows before it: for tests,
 * spot checks and whoever wants to know what is stored. Rows by the million are written by
 * ./wasm/rows.ts, the same ones.
 */

export interface ProfileRow {
  readonly id: string;
  readonly name: string;
}

export interface MessageRow {
  readonly id: string;
  readonly profile_id: string | null;
  readonly to_number: string;
  readonly body: string;
}

export interface ReportRow {
  readonly id: string;
  readonly message_id: string;
  readonly event_type: string;
  readonly error_code: number | null;
}

export interface OptOutRow {
  readonly phone: string;
  readonly profile_id: string;
  readonly ordinal: number;
}

export interface BlockedContactRow {
  readonly phone: string;
}

/** Row `row` of `profiles`. */
export function profileRow(dataSet: DataSet, row: number): ProfileRow {
  return { id: profileId(dataSet, row), name: itemAt(dataSet.profileNames, row) };
}

/** Row `row` of `outbound_messages`. */
export function messageRow(dataSet: DataSet, row: number): MessageRow {
  const { contact, slot } = addressee(dataSet, row);
  const profile = profileOf(dataSet, contact, slot);
  return {
    id: messageId(dataSet, row),
    profile_id: profile < 0 ? null : profileId(dataSet, profile),
    to_number: phoneOf(dataSet, contact),
    body: itemAt(dataSet.bodies, bodyOf(dataSet, row)),
  };
}

/** Row `row` of `delivery_reports`. */
export function reportRow(dataSet: DataSet, row: number): ReportRow {
  const { message, cell } = placeOf(dataSet.layout, dataSet.reports, row);
  const columns = reportColumns[itemAt(dataSet.reportKinds, cell)];
  if (columns === undefined) throw new RangeError(`report ${row} does not exist`);
  return {
    id: reportId(dataSet, message),
    message_id: messageId(dataSet, message),
    event_type: columns.eventType,
    error_code: columns.errorCode,
  };
}

/** Row `row` of `opt_outs`. */
export function optOutRow(dataSet: DataSet, row: number): OptOutRow {
  const { cell, group } = placeOf(dataSet.layout, dataSet.optOuts, row);
  const { layout } = dataSet;
  const contact = contactOf(layout, cell, group);
  return {
    phone: phoneOf(dataSet, contact),
    profile_id: profileId(dataSet, profileOf(dataSet, contact, itemAt(layout.tile.slot, cell))),
    ordinal: itemAt(layout.tile.ordinal, cell),
  };
}

/** Row `row` of `blocked_contacts`. */
export function blockedContactRow(dataSet: DataSet, row: number): BlockedContactRow {
  const { cell, group } = placeOf(dataSet.layout, dataSet.blocks, row);
  return { phone: phoneOf(dataSet, contactOf(dataSet.layout, cell, group)) };
}

/** Who message `row` goes to, and from which of the contact's slots. */
export function addressee(dataSet: DataSet, row: number): { contact: number; slot: number } {
  if (row >= dataSet.tiledMessages) return { contact: contactAfterTiles(dataSet, row), slot: 0 };
  const { cell, group } = placeOf(dataSet.layout, dataSet.messages, row);
  return {
    contact: contactOf(dataSet.layout, cell, group),
    slot: itemAt(dataSet.layout.tile.slot, cell),
  };
}

/** The function for a row of each table. */
export const rowFunctions: Readonly<Record<TableName, (dataSet: DataSet, row: number) => object>> =
  {
    profiles: profileRow,
    outbound_messages: messageRow,
    delivery_reports: reportRow,
    opt_outs: optOutRow,
    blocked_contacts: blockedContactRow,
  };
