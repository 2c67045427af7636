import type pg from 'pg';
import { UserError } from '../../db/cli/errors.ts';
import { readSql } from '../../db/sql.ts';
import { citus, type Topology } from '../../db/topologies/topology.ts';
import { tableNames } from '../data-set/data-set.ts';

/**
 * What a load takes off its tables, because building an index or checking a key once for all rows is
 * many times faster than keeping it up row by row. The definitions come from the catalog, so a
 * design's own indexes are put back as they were.
 */
export interface Definition {
  readonly table: string;
  readonly name: string;
  readonly kind:
    | 'foreign key'
    | 'constraint'
    | 'index'
    | 'replica identity'
    | 'autovacuum'
    | 'trigger';
  /** What follows `add constraint NAME`. */
  readonly constraintDefinition: string | null;
  /** The whole `create index` statement; of a replica identity, the statement that takes its index; of a trigger, that which makes it. */
  readonly indexDefinition: string | null;
  /** The table that a foreign key points at. */
  readonly referencedTable: string | null;
  readonly comment: string | null;
}

/**
 * Remembers all definitions, takes them off, and empties the tables. For one transaction, so that a
 * definition is always either in the catalog or remembered. What was remembered before stays: the catalog
 * shows only a constraint's bare index, or a key not yet checked, where a seed was cut short.
 *
 * @param withTriggers also the triggers, for a load that is no one transaction: else `copyTable` does that
 */
export async function takeOffDefinitions(
  client: pg.Client,
  topology: Topology,
  withTriggers = false,
): Promise<void> {
  await refuseOutsideReferences(client);
  await client.query(
    `insert into optout_lab.seed_definitions
       (table_name, name, kind, constraint_definition, index_definition, referenced_table, comment)
     select
       table_name,
       name,
       kind,
       constraint_definition,
       case when kind <> 'constraint' or $2 then index_definition end,
       referenced_table,
       comment
     from (${readSql(new URL('./sql/definitions.sql', import.meta.url)).replace(/;\s*$/, '')}) as found
     on conflict (table_name, name) do nothing`,
    [tableNames, topology !== citus], // which takes no index for a constraint: it comes back whole
  );
  if (withTriggers) await noteTriggers(client);
  const definitions = await readDefinitions(client);
  for (const definition of definitions.filter(({ kind }) => kind === 'foreign key')) {
    await client.query(dropStatement(definition));
  }
  for (const definition of definitions.filter(({ kind }) => kind !== 'foreign key')) {
    await client.query(dropStatement(definition));
  }
  // opt-ins of contacts that go with the rest
  const tables = [...tableNames, ...(topology.optIns ? ['opt_ins'] : [])].map(
    (table) => `public.${table}`,
  );
  await client.query(`truncate ${tables.join(', ')}`);
}

async function noteTriggers(client: pg.Client): Promise<void> {
  const triggersSql = readSql(new URL('./sql/triggers.sql', import.meta.url));
  for (const table of tableNames) {
    const { rows } = await client.query<{ name: string; definition: string; comment: string }>(
      triggersSql,
      [table],
    );
    for (const { name, definition, comment } of rows) {
      await client.query(
        `insert into optout_lab.seed_definitions (table_name, name, kind, index_definition, comment)
         values ($1, $2, 'trigger', $3, $4)
         on conflict (table_name, name) do nothing`,
        [table, name, definition, comment],
      );
    }
  }
}

/** What has been taken off and not been put back. */
export async function readDefinitions(client: pg.Client): Promise<readonly Definition[]> {
  const { rows } = await client.query<Definition>(
    `select
       table_name as table,
       name,
       kind,
       constraint_definition as "constraintDefinition",
       index_definition as "indexDefinition",
       referenced_table as "referencedTable",
       comment
     from optout_lab.seed_definitions
     order by table_name, name`,
  );
  return rows;
}

/**
 * Builds an index again. Of a primary key or unique constraint only the bare unique index comes back:
 * foreign keys can point at it, while adding the constraint would wait for whoever reads the table, such
 * as its verification. `putBack` adds it. Exclusion and deferrable constraints come back whole.
 */
export async function build(client: pg.Client, definition: Definition): Promise<void> {
  if (takesIndex(definition)) await client.query(definition.indexDefinition);
  else await putBack(client, definition);
}

/** Whether it is a constraint that is added to an index that is there already. */
export function takesIndex(
  definition: Definition,
): definition is Definition & { readonly indexDefinition: string } {
  return definition.kind === 'constraint' && definition.indexDefinition !== null;
}

/**
 * Puts a definition back and forgets it. A foreign key comes back unchecked, and is remembered until
 * `validate` has checked it; a primary key or unique constraint takes its index from `build`.
 */
export async function putBack(client: pg.Client, definition: Definition): Promise<void> {
  const { table, name, kind, constraintDefinition, indexDefinition, comment } = definition;
  const alter = `alter table public.${quote(table)}`;
  const constraint = `${alter} add constraint ${quote(name)}`;
  if (kind === 'autovacuum') {
    await client.query(`${alter} reset (autovacuum_enabled)`);
  } else if (kind === 'index' || kind === 'replica identity' || kind === 'trigger') {
    if (indexDefinition === null) throw new Error(`the definition of ${kind} ${name} was not kept`);
    await client.query(indexDefinition);
  } else if (kind === 'foreign key') {
    const unchecked = constraintDefinition?.replace(/ NOT VALID$/, '');
    await client.query(`${constraint} ${unchecked} not valid`);
  } else if (indexDefinition !== null) {
    const type = constraintDefinition?.startsWith('PRIMARY KEY') ? 'primary key' : 'unique';
    await client.query(`${constraint} ${type} using index ${quote(name)}`);
  } else {
    await client.query(`${constraint} ${constraintDefinition}`);
  }
  if (comment !== null) {
    const of =
      kind === 'index'
        ? `index public.${quote(name)}`
        : `${kind === 'trigger' ? kind : 'constraint'} ${quote(name)} on public.${quote(table)}`;
    await client.query(`comment on ${of} is ${literal(comment)}`);
  }
  if (kind !== 'foreign key') await forget(client, definition);
}

/**
 * Checks all rows against a foreign key.
 *
 * @param byMerge whether the referenced table is the larger one. The server's query looks for rows
 *   without a partner; rows and keys are both in the order of time, so merging them takes a fifth of
 *   the time of the hash join that the planner would choose.
 */
export async function validate(
  client: pg.Client,
  definition: Definition,
  byMerge: boolean,
): Promise<void> {
  if (byMerge) await client.query('set local enable_hashjoin = off');
  await client.query(
    `alter table public.${quote(definition.table)} validate constraint ${quote(definition.name)}`,
  );
  await forget(client, definition);
}

async function forget(client: pg.Client, { table, name }: Definition): Promise<void> {
  await client.query(
    'delete from optout_lab.seed_definitions where table_name = $1 and name = $2',
    [table, name],
  );
}

function dropStatement({ table, name, kind }: Definition): string {
  const dropConstraint = `alter table public.${quote(table)} drop constraint if exists ${quote(name)}`;
  const dropIndex = `drop index if exists public.${quote(name)}`;
  switch (kind) {
    case 'autovacuum':
      return `alter table public.${quote(table)} set (autovacuum_enabled = off)`;
    case 'index':
      return dropIndex;
    case 'trigger':
      return `drop trigger if exists ${quote(name)} on public.${quote(table)}`;
    case 'replica identity': // else the table would go on asking for an index that is gone
      return `alter table public.${quote(table)} replica identity default`;
    case 'constraint': // or its index, where a seed was cut short before that became the constraint's
      return `${dropConstraint}; ${dropIndex}`;
    case 'foreign key':
      return dropConstraint;
  }
}

async function refuseOutsideReferences(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ table_name: string; name: string }>(
    readSql(new URL('./sql/outside_references.sql', import.meta.url)),
    [tableNames],
  );
  const found = rows[0];
  if (found === undefined) return;
  throw new UserError(
    `table ${found.table_name} refers to a table to be loaded (foreign key ${found.name}): drop that key first`,
  );
}

/** A name as SQL. */
export function quote(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

/** A text as SQL. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
