import type pg from 'pg';
import { readSql } from '../sql.ts';
import { textMutations } from './text-mutations.ts';

const sqlOf = (name: string): string => readSql(new URL(`./sql/${name}.sql`, import.meta.url));

/** One change of a schema. */
export interface Mutant {
  /** What tells it from all others, and stays the same as long as the schema does. */
  readonly id: string;
  /** The function, trigger, index, constraint, column or policy. */
  readonly object: string;
  readonly rule: string;
  readonly from: string;
  readonly to: string;
  /** What makes it, run in a database that has the schema. */
  readonly sql: string;
}

type Change = Omit<Mutant, 'id' | 'object'>;

/** Every mutant of the schema that is in a database, in the order of its objects. */
export async function mutantsOf(client: pg.Client): Promise<readonly Mutant[]> {
  const all = [
    ...(await functionMutants(client)),
    ...(await triggerMutants(client)),
    ...(await tableMutants(client)),
  ];
  const times = new Map<string, number>();
  return all.map((mutant) => {
    const name = `${mutant.object}: ${mutant.rule}: ${short(mutant.from)} → ${short(mutant.to)}`;
    const time = (times.get(name) ?? 0) + 1;
    times.set(name, time);
    return { ...mutant, id: time === 1 ? name : `${name} (${time})` };
  });
}

const short = (text: string): string => {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line === '' ? 'nothing' : line.length > 70 ? `${line.slice(0, 69)}…` : line;
};

const of = (object: string, changes: readonly Change[]): readonly Omit<Mutant, 'id'>[] =>
  changes.map((change) => ({ object, ...change }));

/** Attributes that a function may lose, and what stands in their place. */
const attributes: readonly (readonly [RegExp, string])[] = [
  [/^ SET search_path TO .*$/m, ''],
  [/^ SET row_security TO .*$/m, ''],
  [/ SECURITY DEFINER\b/, ''],
  [/ STRICT\b/, ''],
  [/ STABLE\b/, ' VOLATILE'],
  [/ IMMUTABLE\b/, ' VOLATILE'],
];

async function functionMutants(client: pg.Client): Promise<readonly Omit<Mutant, 'id'>[]> {
  const { rows } = await client.query<{ name: string; definition: string }>(sqlOf('functions'));
  return rows.flatMap(({ name, definition }) => {
    const [, head = '', open = '', body = '', close = ''] =
      /^([\s\S]*?)(AS \$function\$|(?=RETURN |BEGIN ATOMIC))([\s\S]*?)(\$function\$\n?|)$/.exec(
        definition,
      ) ?? [];
    const changed = (own: string): string => `${own};`;
    const inHead = attributes.flatMap(([from, to]): readonly Change[] => {
      const found = from.exec(head)?.[0];
      if (found === undefined) return [];
      const sql = changed(head.replace(from, to) + open + body + close);
      return [{ rule: 'attribute changed', from: found.trim(), to: to.trim(), sql }];
    });
    const isVolatile = !/ (STABLE|IMMUTABLE)\b/.test(head) && open !== '';
    const stable: readonly Change[] = isVolatile
      ? [
          {
            rule: 'attribute changed',
            from: 'VOLATILE',
            to: 'STABLE',
            sql: changed(`${head}STABLE ${open}${body}${close}`),
          },
        ]
      : [];
    const inBody = textMutations(body).map(
      ({ rule, from, to, text }): Change => ({
        rule,
        from,
        to,
        sql: changed(head + open + text + close),
      }),
    );
    return of(name, [...inHead, ...stable, ...inBody]);
  });
}

async function triggerMutants(client: pg.Client): Promise<readonly Omit<Mutant, 'id'>[]> {
  const { rows } = await client.query<{ name: string; table: string; definition: string }>(
    sqlOf('triggers'),
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
    return of(`trigger ${name} on ${table}`, [
      { rule: 'trigger left out', from: definition, to: '', sql: drop },
      ...(when === undefined
        ? []
        : [remade('condition dropped', when, '', definition.replace(when, ''))]),
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

async function tableMutants(client: pg.Client): Promise<readonly Omit<Mutant, 'id'>[]> {
  const indexes = await client.query<{ name: string; definition: string }>(sqlOf('indexes'));
  const constraints = await client.query<{
    name: string;
    table: string;
    kind: string;
    definition: string;
    columns: string;
  }>(sqlOf('constraints'));
  const columns = await client.query<{
    table: string;
    name: string;
    notNull: boolean;
    hasDefault: boolean;
  }>(sqlOf('columns'));
  const policies = await client.query<{ name: string; table: string }>(sqlOf('policies'));
  return [
    ...indexes.rows.flatMap(({ name, definition }) =>
      of(`index ${name}`, [
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
      ]),
    ),
    ...constraints.rows.flatMap(({ name, table, kind, definition, columns: on }) => {
      const drop = `alter table ${table} drop constraint ${client.escapeIdentifier(name)} cascade;`;
      return of(`constraint ${name} of ${table}`, [
        { rule: 'constraint left out', from: definition, to: '', sql: drop },
        ...(kind === 'p' || kind === 'u'
          ? [
              {
                rule: 'made not unique',
                from: definition,
                to: 'an index',
                sql: `${drop} create index on ${table} (${on});`,
              },
            ]
          : []),
      ]);
    }),
    ...columns.rows.flatMap(({ table, name, notNull, hasDefault }) =>
      of(`column ${table}.${name}`, [
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
    ...policies.rows.flatMap(({ name, table }) =>
      of(`policy ${name} on ${table}`, [
        {
          rule: 'policy left out',
          from: 'policy',
          to: '',
          sql: `drop policy ${client.escapeIdentifier(name)} on ${table};`,
        },
      ]),
    ),
  ];
}
