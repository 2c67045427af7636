import type pg from 'pg';
import { catalogSql, changesOf, changesOfText, inParentheses, type Unnamed } from './change.ts';

/** Those of tables: indexes, constraints, columns, row-level security. */
export async function tableMutants(client: pg.Client): Promise<readonly Unnamed[]> {
  const indexes = await client.query<{ name: string; definition: string }>(catalogSql('indexes'));
  const constraints = await client.query<{
    name: string;
    table: string;
    /** Primary, unique or exclusion. */
    isKey: boolean;
    /** The access method of a key's index. */
    method: string | null;
    definition: string;
    columns: string;
  }>(catalogSql('constraints'));
  const columns = await client.query<{
    table: string;
    name: string;
    notNull: boolean;
    hasDefault: boolean;
  }>(catalogSql('columns'));
  const secured = await client.query<{ name: string }>(catalogSql('secured-tables'));
  return [
    ...indexes.rows.flatMap(({ name, definition }) =>
      changesOf(`index ${name}`, [
        { rule: 'index left out', from: definition, to: '', sql: `drop index ${name};` },
        ...(definition.startsWith('CREATE UNIQUE ')
          ? [
              {
                rule: 'made not unique',
                from: 'UNIQUE',
                to: '',
                sql: `drop index ${name}; ${definition.replace(' UNIQUE ', ' ')};`,
              },
            ]
          : []),
        ...changesOfText(/ WHERE (.*)$/.exec(definition)?.[1] ?? '', (text) => {
          const changed = definition.replace(/ WHERE .*$/, () => ` WHERE ${text}`);
          return `drop index ${name}; ${changed};`;
        }),
      ]),
    ),
    ...constraints.rows.flatMap(({ name, table, isKey, method, definition, columns: on }) => {
      const quoted = client.escapeIdentifier(name);
      const drop = `alter table ${table} drop constraint ${quoted} cascade;`;
      return changesOf(`constraint ${name} of ${table}`, [
        { rule: 'constraint left out', from: definition, to: '', sql: drop },
        ...(isKey
          ? [
              {
                rule: 'made not unique',
                from: definition,
                to: 'an index',
                sql: `${drop} create index on ${table} using ${method} (${on});`,
              },
            ]
          : []),
        ...(isKey || !definition.startsWith('CHECK ')
          ? []
          : changesOfText(inParentheses(definition), (text) => {
              const end = definition.slice(definition.lastIndexOf(')') + 1);
              return `${drop} alter table ${table} add constraint ${quoted} check (${text})${end};`;
            })),
      ]);
    }),
    ...columns.rows.flatMap(({ table, name, notNull, hasDefault }) =>
      changesOf(`column ${table}.${name}`, [
        ...(notNull
          ? [
              {
                rule: 'may be null',
                from: 'not null',
                to: '',
                sql: `alter table ${table} alter column ${name} drop not null;`,
              },
            ]
          : []),
        ...(hasDefault
          ? [
              {
                rule: 'default left out',
                from: 'default',
                to: '',
                sql: `alter table ${table} alter column ${name} drop default;`,
              },
            ]
          : []),
      ]),
    ),
    ...secured.rows.flatMap(({ name }) =>
      changesOf(`table ${name}`, [
        {
          rule: 'row-level security left out',
          from: 'enabled',
          to: '',
          sql: `alter table ${name} disable row level security;`,
        },
      ]),
    ),
  ];
}
