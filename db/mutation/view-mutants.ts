import type pg from 'pg';
import { type Change, catalogSql, changesOf, changesOfText, type Unnamed } from './change.ts';

/** Those of views and policies: what a view selects and its check option, what a policy lets by and for whom. */
export async function viewMutants(client: pg.Client): Promise<readonly Unnamed[]> {
  const views = await client.query<{
    name: string;
    definition: string;
    checkOption: string | null;
  }>(catalogSql('views'));
  const policies = await client.query<{
    name: string;
    table: string;
    isPermissive: boolean;
    command: string;
    using: string | null;
    check: string | null;
  }>(catalogSql('policies'));
  return [
    ...views.rows.flatMap(({ name, definition, checkOption }) => {
      const options = checkOption === null ? '' : ` with (check_option = ${checkOption})`;
      const without: readonly Change[] =
        checkOption === null
          ? []
          : [
              {
                rule: 'check option left out',
                from: checkOption,
                to: '',
                sql: `alter view ${name} reset (check_option);`,
              },
            ];
      return changesOf(`view ${name}`, [
        ...without,
        ...changesOfText(
          definition,
          (text) => `create or replace view ${name}${options} as ${text}`,
        ),
      ]);
    }),
    ...policies.rows.flatMap(({ name, table, isPermissive, command, using, check }) => {
      const policy = `policy ${client.escapeIdentifier(name)} on ${table}`;
      const parts = [
        ['using', using],
        ['with check', check],
      ] as const;
      const made = parts
        .flatMap(([words, text]) => (text === null ? [] : `${words} (${text})`))
        .join(' ');
      return changesOf(`policy ${name} on ${table}`, [
        { rule: 'policy left out', from: 'policy', to: '', sql: `drop ${policy};` },
        ...(isPermissive
          ? []
          : [
              {
                rule: 'made permissive',
                from: 'restrictive',
                to: 'permissive',
                sql: `drop ${policy}; create ${policy} for ${command} ${made};`,
              },
            ]),
        ...parts.flatMap(([words, text]) =>
          changesOfText(text ?? '', (changed) => `alter ${policy} ${words} (${changed});`),
        ),
      ]);
    }),
  ];
}
