import type pg from 'pg';
import type { Mapping } from '../../db/adopt/mapping.ts';
import { render } from '../../db/adopt/render.ts';
import { valuesOf } from '../../db/adopt/values.ts';
import { itemAt } from '../../db/item-at.ts';
import { readSql } from '../../db/sql.ts';
import { type Random, seededRandom } from '../stats/random.ts';

const template = (name: string): string => readSql(new URL(`./sql/${name}.sql`, import.meta.url));

/** How much of the messages is read, to draw numbers, senders and messages from. */
const sampleBytes = 8 * 1024 ** 2;

/** A message that is there, and what is known of its number. */
export interface SampledMessage {
  /** By which reports name it. */
  readonly reference: string;
  readonly phone: string;
  readonly sender: string;
  readonly isBlocked: boolean;
  /** Opt-outs of the number. */
  readonly optOuts: number;
  /** Whether one is of this sender. */
  readonly hasOptedOut: boolean;
}

/** What scenarios draw from: messages of the tables' own history. */
export interface Sample {
  readonly messages: readonly SampledMessage[];
  /** A code that a report can have and that does not say "opted out". */
  readonly otherCode: string;
}

/** For one slice: both arms get the same ones in the same order. */
export interface MappedDraw {
  /** So many of these messages, each as likely as any other. */
  of(messages: readonly SampledMessage[], count: number): readonly SampledMessage[];
}

/** Draws for one slice; the same seed draws the same. */
export function mappedDraw(seed: number): MappedDraw {
  const random: Random = seededRandom(seed);
  return {
    of: (messages, count) =>
      Array.from({ length: count }, () => itemAt(messages, Math.floor(random() * messages.length))),
  };
}

/**
 * Reads messages from pages of the table that are drawn by chance, the same for the same seed.
 *
 * @param tableBytes of the messages' and the reports' tables, without indexes
 */
export async function readSample(
  client: pg.Client,
  mapping: Mapping,
  tableBytes: { readonly messages: number; readonly reports: number },
  seed: number,
): Promise<Sample> {
  const values = valuesOf(mapping);
  const query = (name: string, bytes: number): string =>
    render(template(name), {
      ...values,
      percent: String(Math.min(100, (100 * sampleBytes) / Math.max(1, bytes))),
      seed: String(seed),
    });
  const messages = await client.query<SampledMessage>(query('sample', tableBytes.messages));
  const others = await client.query<{ code: string }>(query('other_code', tableBytes.reports));
  return {
    messages: messages.rows,
    otherCode: others.rows[0]?.code ?? codeBeside(mapping.reports.codes),
  };
}

/** Where no report has another code: what Twilio says of a message that a carrier has filtered, or a number next to it. */
function codeBeside(codes: Mapping['reports']['codes']): string {
  let code = 30007;
  while (codes.some((one) => String(one) === String(code))) code++;
  return String(code);
}
