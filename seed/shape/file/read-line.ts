import type { ColumnPlaces } from './export-format.ts';
import { type FileMessage, type Kind, kinds } from './sample.ts';

/** What a line is where it is no message that was sent. */
export type OtherLine = 'incoming' | 'bad';

/** Statuses of messages that arrived, and of those that did not. */
const arrived = /^(delivered|success|successful|read)$/i;
const failed = /^(failed|undelivered|rejected|expired|undeliverable|.*_failed)$/i;

/**
 * The message that a line is about.
 *
 * @param optOutCodes the codes that mean "opted out", as text
 * @param width how many fields a line has
 */
export function readLine(
  fields: readonly string[],
  places: ColumnPlaces,
  optOutCodes: ReadonlySet<string>,
  width: number,
): FileMessage | OtherLine {
  if (fields.length !== width) return 'bad';
  const at = (place: number | undefined): string =>
    place === undefined ? '' : (fields[place] as string).trim();
  if (/^in/i.test(at(places.direction))) return 'incoming';
  const number = at(places.number);
  if (!/[0-9]/.test(number)) return 'bad';
  const time = at(places.time);
  const sentMs = time === '' ? Number.NaN : timeOf(time);
  if (time !== '' && Number.isNaN(sentMs)) return 'bad';
  const sender = at(places.sender);
  return {
    number,
    sender: sender === '' ? undefined : sender,
    kind: kindOf(at(places.code), at(places.status), optOutCodes),
    sentMs,
    bodyBytes: places.body === undefined ? -1 : Buffer.byteLength(fields[places.body] as string),
  };
}

function kindOf(code: string, status: string, optOutCodes: ReadonlySet<string>): Kind {
  const plainCode = codeIn(code);
  if (optOutCodes.has(plainCode) || optOutCodes.has(code)) return kinds.optedOut;
  if (plainCode !== '' || failed.test(status)) return kinds.otherError;
  return arrived.test(status) ? kinds.delivered : kinds.none;
}

/** `40300` of `40300`, of `[40300]` and of `[{"code":"40300",…}]`; nothing of ``, `0`, `000`, `[]` and `null`. */
function codeIn(text: string): string {
  const code = /[0-9]+/.exec(text)?.[0] ?? text;
  return /^(0*|\[\]|null|none)$/i.test(code) ? '' : code;
}

/** Milliseconds since 1970; NaN for what is no time. */
function timeOf(text: string): number {
  if (/^\d{10}$/.test(text)) return Number(text) * 1_000;
  if (/^\d{13}$/.test(text)) return Number(text);
  // ISO 8601 with a space, or without a zone: UTC
  const iso = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(.*)$/.exec(text);
  if (iso === null) return Date.parse(text);
  const zone = (iso[3] ?? '').trim().replace(/^UTC$/i, 'Z');
  return Date.parse(`${iso[1]}T${iso[2]}${zone === '' ? 'Z' : zone}`);
}
