import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import { RandomSequence } from '../../data-set/counter-random.ts';

/*
 * An export of any length, as Twilio's console writes it, of made-up messages: 4 a contact on average, every
 * hundredth line about a message that came in. As a program:
 *
 *     npx tsx seed/shape/testing/write-export.ts 10000000 export.csv
 */

const header =
  'From,To,Body,Status,SentDate,ApiVersion,NumSegments,ErrorCode,AccountSid,Sid,Direction,Price,PriceUnit\n';

const firstMs = Date.UTC(2026, 0, 1);
const gapMs = 250;
const linesAtOnce = 1_000;

/** Writes an export of so many lines after its header. */
export async function writeExport(lines: number, file: string): Promise<void> {
  await pipeline(Readable.from(textOf(lines)), createWriteStream(file));
}

function* textOf(lines: number): Generator<string> {
  yield header;
  const random = new RandomSequence(lines);
  const contacts = Math.max(1, Math.floor(lines / 4));
  for (let line = 0; line < lines; ) {
    let text = '';
    for (const end = Math.min(lines, line + linesAtOnce); line < end; line++) {
      text += lineOf(line, random, contacts);
    }
    yield text;
  }
}

function lineOf(line: number, random: RandomSequence, contacts: number): string {
  const contact = `+1${2_010_000_000 + random.below(contacts)}`;
  const sender = `+1800555${String(1_000 + random.below(30)).padStart(4, '0')}`;
  const sent = new Date(firstMs + line * gapMs).toISOString();
  const said = random.share();
  const [status, code] =
    said < 0.05
      ? ['undelivered', '21610']
      : said < 0.08
        ? ['undelivered', '30007']
        : ['delivered', ''];
  const sid = `SM${line.toString(16).padStart(32, '0')}`;
  if (line % 100 === 99) {
    return `${contact},${sender},"STOP, please",received,${sent},2010-04-01,1,,AC0,${sid},inbound,,USD\n`;
  }
  return `${sender},${contact},"Doors open at 7, Café ""Zum Löwen"".",${status},${sent},2010-04-01,1,${code},AC0,${sid},outbound-api,-0.0079,USD\n`;
}

const [, program, lines, file] = process.argv;
if (program !== undefined && import.meta.url === pathToFileURL(program).href) {
  await writeExport(Number(lines), file ?? 'export.csv');
}
