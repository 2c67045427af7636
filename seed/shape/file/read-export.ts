import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { parse } from 'csv-parse';
import { messageOf, UserError } from '../../../db/cli/errors.ts';
import { type ColumnPlaces, type ExportFormat, knownFormats, placesOf } from './export-format.ts';
import { readLine } from './read-line.ts';
import type { FileMessage } from './sample.ts';

/** What was found in a file. */
export interface ExportCounts {
  /** Lines after the header; of messages that came in; and that could not be read. */
  readonly lines: number;
  readonly incoming: number;
  readonly badLines: number;
  /** Whose export it is. */
  readonly format: string;
}

/** A file with a larger share of bad lines is taken for something else. */
const mostBad = 0.1;

/** Bad lines of a file that are named. */
const namedLines = 10;

/**
 * Reads an export line by line, in constant memory, however long it is. It may be compressed by gzip.
 *
 * @param format which column says what; undefined for one of the known exports, by its header
 * @param take is given each message that was sent
 * @param say is told of lines that could not be read, without what they hold
 * @throws UserError for a file that cannot be read to its end, whose header is unknown, or of which too many
 *   lines are bad
 */
export async function readExport(
  file: string,
  format: ExportFormat | undefined,
  take: (message: FileMessage) => void,
  say: (line: string) => void,
): Promise<ExportCounts> {
  const reader = new ExportReader(file, format, take);
  await reader.read();
  const { lines, badLines } = reader.counts;
  if (badLines > 0) say(reader.badLinesText());
  if (badLines > mostBad * lines) {
    throw new UserError(
      `${file}: ${badLines} of ${lines} lines cannot be read, too many to go on without them`,
    );
  }
  return { ...reader.counts, format: reader.formatName };
}

/** Reads one file. */
class ExportReader {
  readonly counts = { lines: 0, incoming: 0, badLines: 0 };
  formatName = '';
  readonly #file: string;
  readonly #given: ExportFormat | undefined;
  readonly #taker: (message: FileMessage) => void;
  readonly #bad: number[] = [];
  #places: ColumnPlaces | undefined;
  #codes: ReadonlySet<string> = new Set();
  #width = 0;

  constructor(file: string, given: ExportFormat | undefined, take: (message: FileMessage) => void) {
    this.#file = file;
    this.#given = given;
    this.#taker = take;
  }

  async read(): Promise<void> {
    try {
      await this.#parse(delimiterIn(await headerOf(this.#file)));
    } catch (error) {
      if (error instanceof UserError) throw error;
      throw new UserError(`cannot read ${this.#file} to its end: ${messageOf(error)}`, {
        cause: error,
      });
    }
    if (this.#places === undefined) throw new UserError(`${this.#file} is empty`);
  }

  async #parse(delimiter: string): Promise<void> {
    const parser = parse({
      bom: true,
      delimiter,
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_error: true,
      max_record_size: 1_048_576,
      on_record: (fields: readonly string[], { lines }) => {
        try {
          this.#take(fields, lines);
        } catch (error) {
          parser.destroy(error as Error);
        }
        return null; // nothing is kept
      },
      on_skip: (error) => {
        this.counts.lines++;
        this.#badLine(Number(error?.['lines'] ?? 0));
      },
    });
    parser.resume();
    await pipeline(openFile(this.#file), parser);
  }

  /** In one line, which lines were bad; not what they hold. */
  badLinesText(): string {
    const more = this.counts.badLines > this.#bad.length ? ', …' : '';
    return `${basename(this.#file)}: ${this.counts.badLines} of ${this.counts.lines} lines could not be read and were left out (lines ${this.#bad.join(', ')}${more})`;
  }

  #take(fields: readonly string[], line: number): void {
    if (this.#places === undefined) {
      this.#readHeader(fields);
      return;
    }
    this.counts.lines++;
    const message = readLine(fields, this.#places, this.#codes, this.#width);
    if (message === 'incoming') this.counts.incoming++;
    else if (message === 'bad') this.#badLine(line);
    else this.#taker(message);
  }

  #badLine(line: number): void {
    this.counts.badLines++;
    if (this.#bad.length < namedLines) this.#bad.push(line);
  }

  #readHeader(header: readonly string[]): void {
    const candidates =
      this.#given === undefined ? Object.entries(knownFormats) : [['given', this.#given] as const];
    for (const [name, format] of candidates) {
      const places = placesOf(format, header);
      if ('missing' in places) {
        if (this.#given === undefined) continue;
        throw new UserError(`${this.#file}: the header has no column "${places.missing}"`);
      }
      this.formatName = name;
      this.#places = places;
      this.#codes = new Set(format.codes.map(String));
      this.#width = header.length;
      return;
    }
    throw new UserError(
      `${this.#file}: no header of a known export (${Object.keys(knownFormats).join(', ')}): --columns says which column is what`,
    );
  }
}

/** What a file holds, decompressed. */
function openFile(file: string): Readable {
  const source = createReadStream(file);
  if (!file.endsWith('.gz')) return source;
  const gunzip = createGunzip();
  source.on('error', (error) => gunzip.destroy(error));
  return source.pipe(gunzip);
}

async function headerOf(file: string): Promise<string> {
  for await (const chunk of openFile(file)) return String(chunk).split('\n', 1)[0] ?? '';
  return '';
}

/** The delimiter that a header has most of. */
function delimiterIn(header: string): string {
  const count = (delimiter: string): number => header.split(delimiter).length;
  return [',', ';', '\t'].reduce((most, one) => (count(one) > count(most) ? one : most));
}
