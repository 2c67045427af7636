// The rows of each table, one after another, and their checksum: the hot path of ../copy-sources.ts.
// What each row holds is said by ../rows.ts, row for row the same; how it is hashed, by
// ../sql/checksum_*.sql. What is 0 here is set by ../row-writer.ts.
import {
  phoneBytes,
  uuidBytes,
  writeFieldCount,
  writeInteger,
  writeNull,
  writePhone,
  writePooled,
  writeUuidV7,
} from './fields';
import { hash } from './hash';
import { cell, contact, message, next } from './layout';
import { mix } from './mix';

export {
  areaCodes,
  exchangeCount,
  exchanges,
  lines,
  phoneAddends,
  phoneCount,
  phoneFactors,
} from './fields';
export {
  columnAt,
  group,
  offsets,
  positions,
  rank,
  rowsPerGroup,
  shuffleKey,
  strides,
  tileContacts,
  tileCount,
  window,
} from './layout';

/** Where free memory begins. */
export const heapBase: usize = __heap_base;

/** How many rows there are, how many are written, and the exclusive or of their hashes. */
export let rowCount: u32 = 0;
export let rowsWritten: u32 = 0;
export let checksum: u64 = 0;

/** Messages in whole tiles; those after them go to one contact each, from this one on. */
export let tiledMessages: u32 = 0;
export let firstPlainContact: u32 = 0;

export let firstMessageUnixMs: f64 = 0;
export let msPerMessage: f64 = 0;
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

// As in ../template.ts and ../senders.ts
const slotsPerContact: u32 = 4;
const noProfile: u32 = 4;
const quantileCount: u32 = 4_096;

/** Writes rows from `at` on, until there are no more or `full` is reached; returns where they end. */
export function fillProfiles(at: usize, full: usize): usize {
  while (rowsWritten < rowCount && at < full) {
    at = writePooled(at, profileRows, profileRowsStarts, rowsWritten);
    checksum ^= load<u64>(profileRowsHashes + (rowsWritten << 3));
    rowsWritten++;
  }
  return at;
}

export function fillMessages(at: usize, full: usize): usize {
  while (rowsWritten < rowCount && at < full) {
    at = writeMessage(at, rowsWritten);
    rowsWritten++;
  }
  return at;
}

export function fillReports(at: usize, full: usize): usize {
  while (rowsWritten < rowCount && at < full) {
    at = writeReport(at);
    rowsWritten++;
  }
  return at;
}

export function fillOptOuts(at: usize, full: usize): usize {
  while (rowsWritten < rowCount && at < full) {
    at = writeOptOut(at);
    rowsWritten++;
  }
  return at;
}

export function fillBlockedContacts(at: usize, full: usize): usize {
  while (rowsWritten < rowCount && at < full) {
    at = writeBlockedContact(at);
    rowsWritten++;
  }
  return at;
}

/** id, profile_id, to_number, body */
function writeMessage(start: usize, row: u32): usize {
  let addressee = firstPlainContact + row - tiledMessages;
  let slot: u32 = 0;
  if (row < tiledMessages) {
    next();
    addressee = contact();
    slot = load<u8>(slots + cell);
  }
  const body = mix(row ^ bodyKey) & bodyMask;
  let sum = load<u64>(bodiesHashes + (body << 3));
  const profileAt = writeMessageId(writeFieldCount(start, 4), row);
  let phoneAt: usize;
  if (slot === noProfile) phoneAt = writeNull(profileAt);
  else {
    const profile = profileOf(addressee, slot);
    sum ^= load<u64>(profilesHashes + (profile << 3));
    phoneAt = writePooled(profileAt, profiles, profilesStarts, profile);
  }
  const end = writePooled(writePhone(phoneAt, addressee), bodies, bodiesStarts, body);
  sum = hash(phoneAt + 4, phoneBytes, sum);
  checksum ^= hash(profileAt - uuidBytes, uuidBytes, sum);
  return end;
}

/** id, message_id, event_type, error_code */
function writeReport(start: usize): usize {
  next();
  const kind: u32 = load<u8>(kinds + cell);
  const unixMs = messageUnixMs(message) + reportDelayMs;
  const messageIdAt = writeUuidV7(writeFieldCount(start, 4), unixMs, reportIdKey, message);
  const endingAt = writeMessageId(messageIdAt, message);
  let sum = load<u64>(endingsHashes + (kind << 3));
  sum = hash(endingAt - uuidBytes, uuidBytes, sum);
  checksum ^= hash(messageIdAt - uuidBytes, uuidBytes, sum);
  return writePooled(endingAt, endings, endingsStarts, kind);
}

/** phone, profile_id, ordinal */
function writeOptOut(start: usize): usize {
  next();
  const owner = contact();
  const ordinal: u32 = load<u8>(ordinals + cell);
  const phoneAt = writeFieldCount(start, 3);
  const profileAt = writePhone(phoneAt, owner);
  const profile = profileOf(owner, load<u8>(slots + cell));
  const ordinalAt = writePooled(profileAt, profiles, profilesStarts, profile);
  checksum ^= hash(phoneAt + 4, phoneBytes, hash(profileAt + 4, uuidBytes, ordinal));
  return writeInteger(ordinalAt, ordinal);
}

/** phone */
function writeBlockedContact(start: usize): usize {
  next();
  const phoneAt = writeFieldCount(start, 1);
  const end = writePhone(phoneAt, contact());
  checksum ^= hash(phoneAt + 4, phoneBytes, 0);
  return end;
}

function messageUnixMs(row: u32): f64 {
  return firstMessageUnixMs + Math.floor(<f64>row * msPerMessage);
}

function writeMessageId(at: usize, row: u32): usize {
  return writeUuidV7(at, messageUnixMs(row), messageIdKey, row);
}

/** As profileAt in ../senders.ts. */
function profileOf(owner: u32, slot: u32): u32 {
  const contactSlot = owner * slotsPerContact + slot;
  const senderClass = (contactSlot + mix(owner ^ senderKey)) & (slotsPerContact - 1);
  const quantile = mix(contactSlot + senderKey) & (quantileCount - 1);
  return load<u16>(quantiles + ((senderClass * quantileCount + quantile) << 1));
}
