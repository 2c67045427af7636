import { UserError } from '../cli/errors.ts';
import { readJson } from '../cli/read-json.ts';
import { schemaCheck } from '../format/schema-check.ts';
import { adoptableDesign } from './designs.ts';
import type { Mapping, Value } from './mapping.ts';
import { longestNameBytes } from './quote.ts';

const misfit = schemaCheck(new URL('./mapping.schema.json', import.meta.url));

/**
 * Reads a mapping.
 *
 * @throws UserError for a file that cannot be read, does not fit mapping.schema.json, or holds what SQL
 *   could not be made of; the line names the place
 */
export function readMapping(file: string): Mapping {
  const value = readJson(file, `the mapping ${file}`);
  const wrong = misfit(value) ?? faultOf(value as Mapping);
  if (wrong !== undefined) throw new UserError(`${file}: ${wrong}`);
  return value as Mapping;
}

/** What the schema cannot say, as `place: what is wrong`. */
function faultOf({
  schema,
  threshold,
  design,
  messages,
  reports,
  sendingRole,
}: Mapping): string | undefined {
  const { codes, status, partitions } = reports;
  return (
    faultOfNames({
      schema,
      sendingRole,
      'messages.schema': messages.schema,
      'messages.table': messages.table,
      'messages.id.column': messages.id.column,
      'messages.number.column': messages.number.column,
      'messages.sender.column': messages.sender.column,
      'messages.sentAt': messages.sentAt,
      'messages.body': messages.body,
      'reports.schema': reports.schema,
      'reports.table': reports.table,
      'reports.id': reports.id,
      'reports.receivedAt': reports.receivedAt,
      'reports.refersTo.column': reports.refersTo?.column,
      ...namesOfValue('reports.message', reports.message),
      ...namesOfValue('reports.code', reports.code),
      ...(status === undefined ? {} : namesOfValue('reports.status', status)),
      ...namesOfOthers('messages.others', messages.others),
      ...namesOfOthers('reports.others', reports.others),
    }) ??
    faultOfOthers('messages.others', messages.others, namedInMessages(messages, reports)) ??
    faultOfOthers('reports.others', reports.others, namedInReports(reports)) ??
    faultOfPartitions(partitions) ??
    (schema === 'opt_out_adoption' || schema.startsWith('pg_')
      ? `schema: "${schema}" is taken`
      : undefined) ??
    (Number.isSafeInteger(threshold) && threshold >= 1 && threshold < 2 ** 31
      ? undefined
      : 'threshold: not a whole number from 1') ??
    faultOfDesign(design) ??
    faultOfCodes(codes, reports.code) ??
    (status === undefined || isPlain(status.is) ? undefined : `reports.status.is: ${notPlain}`)
  );
}

function faultOfDesign(name: string | undefined): string | undefined {
  try {
    if (name !== undefined) adoptableDesign(name);
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return `design: ${error.message}`;
    throw error;
  }
}

/** Letters of any script, digits, spaces and most signs: nothing that ends a text, a name or a list of SQL. */
function isPlain(text: string): boolean {
  return /^[^'"\\$%,{}\p{C}]+$/u.test(text);
}

const notPlain = 'empty, or with quotes, backslashes, commas, braces, $, % or line breaks';

function faultOfNames(names: Readonly<Record<string, string | undefined>>): string | undefined {
  for (const [place, name] of Object.entries(names)) {
    if (name === undefined) continue;
    if (!isPlain(name)) return `${place}: ${notPlain}`;
    if (Buffer.byteLength(name) > longestNameBytes) {
      return `${place}: longer than ${longestNameBytes} bytes, which no name in PostgreSQL is`;
    }
  }
  return undefined;
}

function namesOfValue(place: string, { column, path }: Value): Readonly<Record<string, string>> {
  const steps = path?.map((name, index) => [`${place}.path[${index}]`, name] as const) ?? [];
  return {
    [`${place}.column`]: column,
    ...(path?.length === 0 ? { [`${place}.path`]: '' } : {}),
    ...Object.fromEntries(steps),
  };
}

type Others = Mapping['messages']['others'];

function namesOfOthers(place: string, others: Others): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.keys(others ?? {}).map((name) => [`${place}.${name}`, name]));
}

/** A value for a column that gets one already. */
function faultOfOthers(
  place: string,
  others: Others,
  named: readonly (string | undefined)[],
): string | undefined {
  const twice = Object.keys(others ?? {}).find((name) => named.includes(name));
  return twice === undefined
    ? undefined
    : `${place}.${twice}: the mapping names this column already`;
}

function namedInMessages(
  { id, number, sender, sentAt, body }: Mapping['messages'],
  { refersTo }: Mapping['reports'],
): readonly (string | undefined)[] {
  return [id.column, number.column, sender.column, sentAt, body, refersTo?.column];
}

function namedInReports({
  id,
  message,
  code,
  status,
  receivedAt,
}: Mapping['reports']): readonly (string | undefined)[] {
  return [id, message.column, code.column, status?.column, receivedAt];
}

function faultOfPartitions(partitions: readonly string[] | undefined): string | undefined {
  if (partitions?.length === 0) return 'reports.partitions: empty';
  for (const [index, partition] of (partitions ?? []).entries()) {
    const parts = partition.split('.');
    const place = `reports.partitions[${index}]`;
    if (parts.length !== 2) return `${place}: not schema.table`;
    const fault = faultOfNames({ [place]: parts[0], [`${place} `]: parts[1] });
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function faultOfCodes(codes: Mapping['reports']['codes'], { path }: Value): string | undefined {
  if (codes.length === 0) return 'reports.codes: empty';
  if (new Set(codes.map((code) => typeof code)).size > 1) {
    return 'reports.codes: numbers and texts; a column holds one of them';
  }
  const bad = codes.findIndex((code) =>
    typeof code === 'number' ? !Number.isSafeInteger(code) : !isPlain(code),
  );
  if (bad >= 0) {
    return `reports.codes[${bad}]: ${typeof codes[bad] === 'number' ? 'not a whole number' : notPlain}`;
  }
  return path !== undefined && typeof codes[0] === 'number'
    ? 'reports.codes: what is read out of JSON is text, so write the codes in quotes'
    : undefined;
}
