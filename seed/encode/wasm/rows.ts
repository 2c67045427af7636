// The rows of each table, one after another, and their checksum: the hot path of ../copy-sources.ts.
// What each row holds is said by ../rows.ts, row for row the same; how it is hashed, by
// ../sql/checksum_*.sql. What is 0 here is set by ../row-writer.ts.
import {
  addressIn,
  batchRows,
  columnBytes,
  contacts,
  endingKinds,
  ids,
  messages,
  optOutOrdinals,
  phones,
  references,
  senders,
  texts,
} from './batch';
import {
  writeBody,
  writeFieldCount,
  writeInteger,
  writeNull,
  writePhone,
  writePooled,
  writeUuid,
} from './fields';
import { hashOf, hashValues, setHash } from './hash';
import { cell, contact, message, next } from './layout';
import { mix } from './mix';
import { makePhones } from './phones';
import { isHere, placeRows } from './places';
import { makeUuids } from './uuids';

export { overrunBytes } from './fields';
export {
  columnAt,
  contactsPerTile,
  group,
  offsets,
  positions,
  rowsPerGroup,
  shuffleKey,
  strides,
  tileContacts,
  tileCount,
  window,
} from './layout';
export { areaCodes, exchanges, lines, phoneAddends, phoneCount, phoneFactors } from './phones';
export { place, placeOfHash } from './places';
export { dayWarp, firstMessageUnixMs, msPerMessage } from './uuids';

/** Where free memory begins. */
export const heapBase: usize = __heap_base;

/** How many rows there are, how many are done, how many of those are written, and the exclusive or of their hashes. */
export let rowCount: u32 = 0;
export let rowsWritten: u32 = 0;
export let rowsKept: u32 = 0;
export let checksum: u64 = 0;

/** Messages in whole tiles; those after them go to one contact each, from this one on. */
export let tiledMessages: u32 = 0;
export let firstPlainContact: u32 = 0;

export let reportDelayMs: f64 = 0;
export let messageIdKey: u32 = 0;
export let reportIdKey: u32 = 0;
export let bodyKey: u32 = 0;
export let bodyMask: u32 = 0;
export let senderKey: u32 = 0;

/** u8 [cell]: the slot, the ordinal of the opt-out, and the kind of report of a message. */
export let slots: usize = 0;
export let ordinals: usize = 0;
export let kinds: usize = 0;
/** u16 [class][quantile]: profiles, as in ../senders.ts. */
export let quantiles: usize = 0;

/**
 * Pools of what rows have in common, as COPY data: the ids of profiles, bodies, how reports end, and
 * the whole rows of profiles. `…Starts` are u32 [index], `…Hashes` u64 [index].
 */
export let profiles: usize = 0;
export let profilesStarts: usize = 0;
export let profilesHashes: usize = 0;
export let bodies: usize = 0;
export let bodiesStarts: usize = 0;
export let bodiesHashes: usize = 0;
export let endings: usize = 0;
export let endingsStarts: usize = 0;
export let endingsHashes: usize = 0;
export let profileRows: usize = 0;
export let profileRowsStarts: usize = 0;
export let profileRowsHashes: usize = 0;

// As in ../../data-set/tile-plan.ts and senders.ts
const slotsPerContact: u32 = 4;
const noProfile: u32 = 4;
const quantileCount: u32 = 4_096;

/** In place of a profile. */
const nobody: u32 = 0xffffffff;

/** Write rows from `at` on, until there are no more or `full` is reached; return where they end. */
export function fillProfiles(at: usize, full: usize): usize {
  return fill(at, full, writeProfiles);
}

export function fillMessages(at: usize, full: usize): usize {
  return fill(at, full, writeMessages);
}

export function fillReports(at: usize, full: usize): usize {
  return fill(at, full, writeReports);
}

export function fillReportsWithNumbers(at: usize, full: usize): usize {
  return fill(at, full, writeReportsWithNumbers);
}

export function fillOptOuts(at: usize, full: usize): usize {
  return fill(at, full, writeOptOuts);
}

export function fillBlockedContacts(at: usize, full: usize): usize {
  return fill(at, full, writeBlockedContacts);
}

function fill(at: usize, full: usize, write: (at: usize, count: u32) => usize): usize {
  while (rowsWritten < rowCount && at < full) {
    const count = min(batchRows, rowCount - rowsWritten);
    at = write(at, count);
    for (let row: u32 = 0; row < count; row++) {
      if (!isHere(row)) continue;
      checksum ^= hashOf(row);
      rowsKept++;
    }
    rowsWritten += count;
  }
  return at;
}

/** id, name */
function writeProfiles(at: usize, count: u32): usize {
  for (let row: u32 = 0; row < count; row++) {
    const profile = rowsWritten + row;
    at = writePooled(at, profileRows, profileRowsStarts, profile);
    setHash(row, load<u64>(profileRowsHashes + (profile << 3)));
  }
  return at;
}

/** id, profile_id, to_number, body */
function writeMessages(at: usize, count: u32): usize {
  for (let row: u32 = 0; row < count; row++) addressMessage(row);
  makeUuids(ids, messageIdKey, 0);
  makePhones();
  placeRows();
  hashValues(phones, 3);
  hashValues(ids, 4);
  for (let row: u32 = 0; row < count; row++) {
    if (!isHere(row)) continue;
    at = writeUuid(writeFieldCount(at, 4), ids, row);
    const sender = load<u32>(addressIn(senders, row));
    at = sender === nobody ? writeNull(at) : writePooled(at, profiles, profilesStarts, sender);
    at = writeBody(writePhone(at, row), bodies, bodiesStarts, load<u32>(addressIn(texts, row)));
  }
  return at;
}

/** id, message_id, event_type, error_code */
function writeReports(at: usize, count: u32): usize {
  for (let row: u32 = 0; row < count; row++) {
    next();
    store<u32>(addressIn(messages, row), message);
    const kind: u32 = load<u8>(kinds + cell);
    store<u32>(addressIn(endingKinds, row), kind);
    setHash(row, load<u64>(endingsHashes + (kind << 3)));
  }
  makeUuids(ids, reportIdKey, reportDelayMs);
  makeUuids(references, messageIdKey, 0);
  hashValues(references, 4);
  hashValues(ids, 4);
  for (let row: u32 = 0; row < count; row++) {
    at = writeUuid(writeFieldCount(at, 4), ids, row);
    at = writeUuid(at, references, row);
    at = writePooled(at, endings, endingsStarts, load<u32>(addressIn(endingKinds, row)));
  }
  return at;
}

/** id, message_id, to_number, event_type, error_code; the number is its message's, and not hashed. */
function writeReportsWithNumbers(at: usize, count: u32): usize {
  for (let row: u32 = 0; row < count; row++) {
    next();
    store<u32>(addressIn(messages, row), message);
    store<u32>(addressIn(contacts, row), contact());
    const kind: u32 = load<u8>(kinds + cell);
    store<u32>(addressIn(endingKinds, row), kind);
    setHash(row, load<u64>(endingsHashes + (kind << 3)));
  }
  makeUuids(ids, reportIdKey, reportDelayMs);
  makeUuids(references, messageIdKey, 0);
  makePhones();
  placeRows();
  hashValues(references, 4);
  hashValues(ids, 4);
  for (let row: u32 = 0; row < count; row++) {
    if (!isHere(row)) continue;
    at = writeUuid(writeFieldCount(at, 5), ids, row);
    at = writePhone(writeUuid(at, references, row), row);
    at = writePooled(at, endings, endingsStarts, load<u32>(addressIn(endingKinds, row)));
  }
  return at;
}

/** phone, profile_id, ordinal */
function writeOptOuts(at: usize, count: u32): usize {
  for (let row: u32 = 0; row < count; row++) {
    next();
    const owner = contact();
    const ordinal: u32 = load<u8>(ordinals + cell);
    store<u32>(addressIn(contacts, row), owner);
    store<u32>(addressIn(optOutOrdinals, row), ordinal);
    referToProfile(row, profileOf(owner, load<u8>(slots + cell)));
    setHash(row, ordinal);
  }
  makePhones();
  placeRows();
  hashValues(references, 4);
  hashValues(phones, 3);
  for (let row: u32 = 0; row < count; row++) {
    if (!isHere(row)) continue;
    at = writeUuid(writePhone(writeFieldCount(at, 3), row), references, row);
    at = writeInteger(at, load<u32>(addressIn(optOutOrdinals, row)));
  }
  return at;
}

/** phone */
function writeBlockedContacts(at: usize, count: u32): usize {
  for (let row: u32 = 0; row < count; row++) {
    next();
    store<u32>(addressIn(contacts, row), contact());
    setHash(row, 0);
  }
  makePhones();
  placeRows();
  hashValues(phones, 3);
  for (let row: u32 = 0; row < count; row++) {
    if (isHere(row)) at = writePhone(writeFieldCount(at, 1), row);
  }
  return at;
}

/** Works out who a message goes to, from whom, and what it says. */
function addressMessage(row: u32): void {
  const number = rowsWritten + row;
  let addressee = firstPlainContact + number - tiledMessages;
  let slot: u32 = 0;
  if (number < tiledMessages) {
    next();
    addressee = contact();
    slot = load<u8>(slots + cell);
  }
  store<u32>(addressIn(messages, row), number);
  store<u32>(addressIn(contacts, row), addressee);
  const text = mix(number ^ bodyKey) & bodyMask;
  store<u32>(addressIn(texts, row), text);
  let sum = load<u64>(bodiesHashes + (text << 3));
  let sender = nobody;
  if (slot !== noProfile) {
    sender = profileOf(addressee, slot);
    sum ^= load<u64>(profilesHashes + (sender << 3));
  }
  store<u32>(addressIn(senders, row), sender);
  setHash(row, sum);
}

/** A profile's id, as the row's reference. */
function referToProfile(row: u32, profile: u32): void {
  const from = profiles + load<u32>(profilesStarts + (profile << 2)) + 4;
  const to = addressIn(references, row);
  store<u32>(to, load<u32>(from));
  store<u32>(to, load<u32>(from, 4), columnBytes);
  store<u32>(to, load<u32>(from, 8), 2 * columnBytes);
  store<u32>(to, load<u32>(from, 12), 3 * columnBytes);
}

/** As profileAt in ../senders.ts. */
function profileOf(owner: u32, slot: u32): u32 {
  const contactSlot = owner * slotsPerContact + slot;
  const senderClass = (contactSlot + mix(owner ^ senderKey)) & (slotsPerContact - 1);
  const quantile = mix(contactSlot + senderKey) & (quantileCount - 1);
  return load<u16>(quantiles + ((senderClass * quantileCount + quantile) << 1));
}
