import type { IdColumn, Mapping, NumberColumn, Value } from './mapping.ts';

/** Asks somebody; what stands in brackets is taken where nothing is answered. */
export type Ask = (question: string) => Promise<string>;

/**
 * Makes a mapping from answers. What an answer says is not judged here: whoever reads the mapping does that.
 * A place inside JSON is written `payload -> MessageSid`.
 */
export async function askMapping(ask: Ask): Promise<Mapping> {
  const or = async (question: string, usual: string): Promise<string> =>
    (await ask(`${question} [${usual}]: `)).trim() || usual;
  const must = async (question: string): Promise<string> => {
    for (;;) {
      const answer = (await ask(`${question}: `)).trim();
      if (answer !== '') return answer;
    }
  };
  const may = async (question: string): Promise<string | undefined> =>
    (await ask(`${question} [none]: `)).trim() || undefined;

  const messages = {
    ...tableOf(await must('The table of which a row is a message, as schema.table')),
    id: {
      column: await or('  its column with the id', 'id'),
      type: (await or(
        '  of type (uuid, bigint, integer, text, varchar)',
        'uuid',
      )) as IdColumn['type'],
    },
    number: {
      column: await must('  its column with the number that it goes to'),
      type: (await or('  of type (text, varchar, bigint)', 'text')) as NumberColumn['type'],
    },
    sender: {
      column: await must('  its column with the sender that one opts out of'),
      type: (await or(
        '  of type (uuid, bigint, integer, text, varchar)',
        'uuid',
      )) as IdColumn['type'],
    },
  };
  const reports = tableOf(await must('The table of which a row is a report, as schema.table'));
  const partitions = await may('  its partitions, with commas between, if it is partitioned');
  const id = await or('  its column with the id', 'id');
  const message = placeOf(
    await or('  what names the message: column, or column -> name', 'message_id'),
  );
  const refersTo = await may('  the column of the message that this names, if not its id');
  const refersToType = refersTo === undefined ? '' : await or('  of type', 'text');
  const code = placeOf(
    await or('  what the carrier said: column, or column -> name', 'error_code'),
  );
  const codes = (await or('  the codes that mean "opted out", with commas between', '21610')).split(
    ',',
  );
  const isNumber =
    code.path === undefined &&
    (await or('  are they numbers in the table (yes, no)', 'yes')) === 'yes';
  const status = await may('  what else must be so, as status = failed');
  const [statusColumn = '', is = ''] = status?.split('=') ?? [];
  const sendingRole = await may('The role that sends');
  return {
    schema: await or('The schema to make it in', 'opt_out'),
    threshold: Number(await or('How many senders must be told before a number is blocked', '3')),
    messages,
    reports: {
      ...reports,
      ...(partitions === undefined ? {} : { partitions: partitions.split(',').map(trimmed) }),
      id,
      message,
      ...(refersTo === undefined
        ? {}
        : { refersTo: { column: refersTo, type: refersToType as IdColumn['type'] } }),
      code,
      codes: codes.map((one) => (isNumber ? Number(one) : one.trim())),
      ...(status === undefined ? {} : { status: { ...placeOf(statusColumn), is: is.trim() } }),
    },
    ...(sendingRole === undefined ? {} : { sendingRole }),
  };
}

/** `schema.table`; `public` where there is no schema. */
function tableOf(name: string): { readonly schema: string; readonly table: string } {
  const parts = name.split('.').map(trimmed);
  return { schema: parts.length > 1 ? (parts[0] ?? '') : 'public', table: parts.at(-1) ?? '' };
}

function placeOf(answer: string): Value {
  const [column = '', ...path] = answer.split('->').map(trimmed);
  return path.length === 0 ? { column } : { column, path };
}

function trimmed(text: string): string {
  return text.trim();
}
