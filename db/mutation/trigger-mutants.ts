import type pg from 'pg';
import {
  type Change,
  catalogSql,
  changesOf,
  changesOfText,
  inParentheses,
  type Unnamed,
} from './change.ts';

/** Those of triggers: the whole, an event, a column, when it fires, and its condition. */
export async function triggerMutants(client: pg.Client): Promise<readonly Unnamed[]> {
  const { rows } = await client.query<{ name: string; table: string; definition: string }>(
    catalogSql('triggers'),
  );
  return rows.flatMap(({ name, table, definition }) => {
    const quoted = client.escapeIdentifier(name);
    const drop = `drop trigger ${quoted} on ${table};`;
    const remade = (rule: string, from: string, to: string, text: string): Change => ({
      rule,
      from,
      to,
      sql: `${drop} ${text};`,
    });
    const when = / WHEN \(.*\)(?= EXECUTE FUNCTION)/.exec(definition)?.[0];
    const events = / (?:BEFORE|AFTER|INSTEAD OF) (.*?) ON /.exec(definition)?.[1] ?? '';
    const listed = events.split(' OR ');
    const columns = / OF (.*)$/.exec(listed.find((event) => event.includes(' OF ')) ?? '')?.[1];
    return changesOf(`trigger ${name} on ${table}`, [
      { rule: 'trigger left out', from: definition, to: '', sql: drop },
      ...(when === undefined
        ? []
        : [
            remade('condition dropped', when, '', definition.replace(when, '')),
            ...changesOfText(
              inParentheses(when),
              (text) => `${drop} ${definition.replace(when, () => ` WHEN (${text})`)};`,
            ),
          ]),
      ...(listed.length < 2
        ? []
        : listed.map((event) =>
            remade(
              'event removed',
              event,
              '',
              definition.replace(events, listed.filter((one) => one !== event).join(' OR ')),
            ),
          )),
      ...(columns === undefined || !columns.includes(', ')
        ? []
        : columns.split(', ').map((column) =>
            remade(
              'column removed',
              column,
              '',
              definition.replace(
                columns,
                columns
                  .split(', ')
                  .filter((one) => one !== column)
                  .join(', '),
              ),
            ),
          )),
      ...(definition.includes(' BEFORE ')
        ? [remade('moved', 'BEFORE', 'AFTER', definition.replace(' BEFORE ', ' AFTER '))]
        : []),
    ]);
  });
}
