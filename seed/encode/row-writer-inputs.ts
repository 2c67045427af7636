import {
  contactAfterTiles,
  type DataSet,
  firstMessageUnixMs,
  profileId,
  reportColumns,
} from '../data-set/data-set.ts';
import type { Selection } from '../data-set/layout.ts';
import { permutationRounds } from '../data-set/permutation.ts';
import { areaCodes, exchanges, lines, phoneNumberCount } from '../data-set/phone-numbers.ts';
import { copyRow, integerField, nullField, textField, uuidField } from './copy-encoder.ts';
import { hashBytesExtended } from './hash-bytes.ts';

/** Everything that ./wasm/*.ts computes rows from, by the names that it has there. */
export interface RowWriterInputs {
  readonly numbers: Readonly<Record<string, number>>;
  /** There each name holds an address. */
  readonly arrays: Readonly<Record<string, ArrayBufferView>>;
}

/** What is needed to write the rows of a selection, of which there are `rowCount`, or those of one place. */
export function rowWriterInputs(
  dataSet: DataSet,
  selection: Selection,
  rowCount: number,
  part?: { readonly placeOfHash: Uint8Array; readonly place: number },
): RowWriterInputs {
  const { layout, senders, tiledMessages } = dataSet;
  const phoneRounds = permutationRounds(dataSet.phoneKey);
  return {
    numbers: {
      rowCount,
      tileCount: layout.tileCount,
      shuffleKey: layout.shuffleKey,
      tiledMessages,
      firstPlainContact: contactAfterTiles(dataSet, tiledMessages),
      firstMessageUnixMs,
      msPerMessage: dataSet.msPerMessage,
      reportDelayMs: dataSet.reportDelayMs,
      contactsPerTile: layout.tile.contacts,
      messageIdKey: dataSet.messageIdKey,
      reportIdKey: dataSet.reportIdKey,
      bodyKey: dataSet.bodyKey,
      bodyMask: dataSet.bodies.length - 1,
      senderKey: senders.key,
      phoneCount: phoneNumberCount,
      ...(part === undefined ? {} : { place: part.place }),
    },
    arrays: {
      columnAt: layout.columnAt,
      strides: layout.strides,
      offsets: layout.offsets,
      rowsPerGroup: selection.rowsPerGroup,
      positions: selection.positions,
      tileContacts: layout.tile.contact,
      slots: layout.tile.slot,
      ordinals: layout.tile.ordinal,
      kinds: dataSet.reportKinds,
      quantiles: senders.quantiles,
      phoneAddends: phoneRounds.addends,
      phoneFactors: phoneRounds.factors,
      areaCodes: packDigits(areaCodes),
      exchanges: packDigits(exchanges),
      lines: packDigits(lines),
      ...(dataSet.dayWarp === undefined ? {} : { dayWarp: dataSet.dayWarp }),
      ...poolsOf(dataSet),
      ...(part === undefined ? {} : { placeOfHash: part.placeOfHash }),
    },
  };
}

const pools = new WeakMap<DataSet, RowWriterInputs['arrays']>();

/** What rows are put together from: the same for all tables of a data set, and hashed only once. */
function poolsOf(dataSet: DataSet): RowWriterInputs['arrays'] {
  const known = pools.get(dataSet);
  if (known !== undefined) return known;
  const made = {
    ...pool('profiles', profileIds(dataSet)),
    ...pool('bodies', bodies(dataSet)),
    ...pool('endings', reportEndings()),
    ...pool('profileRows', profileRows(dataSet)),
  };
  pools.set(dataSet, made);
  return made;
}

/** Three or four digits each, as ASCII in one integer, the first in its lowest byte; three leave the highest 0. */
function packDigits(texts: readonly string[]): Int32Array {
  return Int32Array.from(texts, (digits) =>
    Buffer.from(digits.padEnd(4, '\0'), 'latin1').readInt32LE(),
  );
}

/** Some COPY data, and what it adds to the hash of its row. */
interface Piece {
  readonly bytes: Uint8Array;
  readonly hash: bigint;
}

/** Pieces one after another in one piece of memory, where each begins, and their hashes. */
function pool(name: string, pieces: readonly Piece[]): RowWriterInputs['arrays'] {
  const starts = new Uint32Array(pieces.length + 1);
  for (const [index, { bytes }] of pieces.entries()) {
    starts[index + 1] = (starts[index] as number) + bytes.length;
  }
  return {
    [name]: Buffer.concat(pieces.map(({ bytes }) => bytes)),
    [`${name}Starts`]: starts,
    [`${name}Hashes`]: BigInt64Array.from(pieces, ({ hash }) => hash),
  };
}

/** The hash of a field's value, without its length. */
function hashField(field: Uint8Array, seed = 0n): bigint {
  return hashBytesExtended(field.subarray(4), seed);
}

function profileIds(dataSet: DataSet): readonly Piece[] {
  return dataSet.profileNames.map((_, profile) => {
    const bytes = uuidField(profileId(dataSet, profile));
    return { bytes, hash: hashField(bytes) };
  });
}

function profileRows(dataSet: DataSet): readonly Piece[] {
  return dataSet.profileNames.map((text, profile) => {
    const id = uuidField(profileId(dataSet, profile));
    const name = textField(text);
    return { bytes: copyRow([id, name]), hash: hashField(id, hashField(name)) };
  });
}

function bodies(dataSet: DataSet): readonly Piece[] {
  return dataSet.bodies.map((text) => {
    const bytes = textField(text);
    return { bytes, hash: hashField(bytes) };
  });
}

/** Event type and error code of each kind of report. */
function reportEndings(): readonly Piece[] {
  return reportColumns.map(({ eventType, errorCode }) => {
    const type = textField(eventType);
    const code = errorCode === null ? nullField : integerField(errorCode);
    return { bytes: Buffer.concat([type, code]), hash: hashField(type, BigInt(errorCode ?? 0)) };
  });
}
