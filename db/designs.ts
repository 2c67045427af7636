import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type pg from 'pg';
import { messageOf, UserError } from './cli/errors.ts';
import { nearest } from './cli/nearest.ts';
import { connect } from './connection/connect.ts';
import { lockDatabase } from './connection/database-lock.ts';
import { onlyRow } from './connection/only-row.ts';
import type { Patience } from './connection/wait-for-lock.ts';
import { dbmate, type MigrationSet } from './schema/dbmate.ts';
import { appliedMigrations, labSchema, migrateUp } from './schema/migrate.ts';
import { migrationVersions } from './schema/migration-texts.ts';
import { readSql } from './sql.ts';
import { citus, oneServer, type Topology, topologyOf } from './topologies/topology.ts';

/** One way to keep and check opt-outs: a folder of SQL under db/designs. */
export interface Design {
  readonly name: string;
  readonly title: string;
  /** What it does, when one would choose it, what it costs: the header of its migration. */
  readonly idea: string;
  readonly chooseWhen: string;
  readonly costs: string;
  /** The tables (with their indexes) and single indexes that it keeps beside the messages and reports. */
  readonly keeps: readonly string[];
  /** What an application's role needs beside the grants of docs/schema.md: `select on blocked_contacts`. */
  readonly needs: readonly string[];
  /** The names of the checks that it is known to fail; it must pass all others. */
  readonly cannot: readonly string[];
  /** Why it cannot, where that is not the design's own doing. */
  readonly because: string | undefined;
  /** Switches the check, and nothing else, off and on again. */
  readonly checkOffSql: string;
  readonly checkOnSql: string;
  /** Removes what the design derived for the phones in $1 (text[]). */
  readonly forgetSql: string;
  /**
   * Queries the profiles (profile_id) that the number $1 (text) opted out of, in the order in which they
   * were recorded; undefined for a design that does not record them.
   */
  readonly optOutsSql: string | undefined;
  /** Whether it keeps the order in which a number's opt-outs were recorded. */
  readonly keepsOrder: boolean;
  /** What an application's session runs first (a role to take, for instance), or nothing. */
  readonly sessionSql: string | undefined;
  /** Constraints that it adds without validating the rows that are there. */
  readonly notValidated: readonly string[];
  /** The collations that it names, but "C", which every server has. */
  readonly collations: readonly string[];
  /** dbmate's version of the design's migration; no two designs share one. */
  readonly version: string;
  readonly folder: URL;
}

/** The design that the migrations themselves make. */
export const defaultDesignName = 'blocked_contacts';

/** Where every design of one server has its folder. */
export const designsFolder = oneServer.designs;
const designHistory = `${labSchema}.design_migrations`;

/**
 * Every design, the default first, then by version.
 *
 * @throws UserError for a folder that lacks its migration or a line of its header, or has one file of a pair
 */
export function listDesigns(folder: URL = designsFolder): readonly Design[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => readDesign(entry.name, folder))
    .sort((a, b) => a.version.localeCompare(b.version));
}

/** One design by name. Throws a UserError that suggests the nearest name. */
export function designNamed(name: string, folder: URL = designsFolder): Design {
  const designs = listDesigns(folder);
  const found = designs.find((design) => design.name === name);
  if (found !== undefined) return found;
  throw new UserError(
    `no design "${name}"${nearest(
      name,
      designs.map((design) => design.name),
    )}`,
  );
}

/** Designs by their names with commas between them, in that order, or `all`. */
export function designsNamed(names: string): readonly Design[] {
  if (names === 'all') return listDesigns();
  return [...new Set(names.split(',').map((name) => name.trim()))].map((name) => designNamed(name));
}

/** A design, or the name of one. */
export type WantedDesign = Pick<Design, 'name'> & Partial<Design>;

/**
 * A design as a topology has it: on one server the very one that is wanted, wherever its folder is.
 *
 * @throws UserError where it has none of that name
 */
export function designOf(topology: Topology, wanted: WantedDesign): Design {
  const { name } = wanted;
  if (topology !== citus && isWhole(wanted)) return wanted;
  const missing = whyNotOf(topology, name);
  if (missing !== undefined) throw new UserError(`${name} is not available here: ${missing}`);
  return designNamed(name, topology.designs);
}

/** Whether it is a design of one server with all that belongs to it. */
function isWhole(wanted: WantedDesign): wanted is Design {
  return wanted.folder !== undefined && !wanted.folder.href.startsWith(citus.designs.href);
}

/** The design that a database has now. */
export async function currentDesign(client: pg.Client): Promise<Design> {
  const [versions, { designs: folder }] = [await appliedVersions(client), await topologyOf(client)];
  const found = listDesigns(folder).find((design) => versions.includes(design.version));
  return found ?? designNamed(defaultDesignName, folder);
}

/** A design as the topology of a database has it. */
async function designHere(client: pg.Client, wanted: WantedDesign): Promise<Design> {
  return designOf(await topologyOf(client), wanted);
}

/**
 * Puts a design, as the database's topology has it, in place of the one that is there, over the data.
 *
 * @param statementTimeoutMs longest that one statement of the building may take; 0: no limit. Taking
 *   the current design back is never limited.
 * @throws MigrationError with the server's reason where the design cannot be built; the database
 *   then has the default design.
 * @throws LockHeldError that names who holds a lock which the design's migration needs.
 */
export async function applyDesign(
  url: string,
  client: pg.Client,
  wanted: WantedDesign,
  statementTimeoutMs = 0,
  patience?: Patience,
): Promise<void> {
  const design = await designHere(client, wanted);
  const current = await currentDesign(client);
  if (current.name === design.name) return;
  if (current.name !== defaultDesignName) {
    await dbmate(url, migrationsOf(current), 'rollback', 0, patience);
  }
  if (design.name !== defaultDesignName) {
    await dbmate(url, migrationsOf(design), 'migrate', statementTimeoutMs, patience);
  }
}

/**
 * Applies the migrations that are missing, alone: another command that does the same is waited for, as is
 * migrate:down. A design that was in place then, built over the schema as it
 * was, is taken away and laid over the new one.
 */
export async function migrateUpWithDesign(url: string): Promise<void> {
  const client = await connect(url);
  try {
    const wanted = migrationVersions(await topologyOf(client)).length;
    if ((await appliedMigrations(client)) === wanted) return;
    await lockDatabase(
      client,
      'schema',
      'another command is applying migrations to this database: wait for it, or end it',
    );
    const before = await appliedMigrations(client);
    await migrateUp(url);
    if (before === 0 || (await appliedMigrations(client)) === before) return;
    const design = await currentDesign(client);
    if (design.name === defaultDesignName) return;
    await applyDesign(url, client, designNamed(defaultDesignName));
    await applyDesign(url, client, design);
  } finally {
    await client.end();
  }
}

/**
 * Why this server cannot have a design, whatever is in the database; undefined where it can. A server
 * may be built without ICU, and lacks its collations then.
 */
export async function whyNotHere(client: pg.Client, design: Design): Promise<string | undefined> {
  const notOf = whyNotOf(await topologyOf(client), design.name);
  if (notOf !== undefined) return notOf;
  const { rows } = await client.query<{ missing: string }>(
    `select name as missing from unnest($1::text[]) as name
     where not exists (select from pg_catalog.pg_collation as c where c.collname = name)`,
    [design.collations],
  );
  const missing = rows[0]?.missing;
  return missing === undefined
    ? undefined
    : `the server has no collation "${missing}" (it may be built without ICU)`;
}

/** Why a topology lacks a design; undefined where it has it. */
function whyNotOf(topology: Topology, name: string): string | undefined {
  if (topology !== citus) return undefined;
  const there = listDesigns(citus.designs).map((design) => design.name);
  if (there.includes(name)) return undefined;
  return (
    'on Citus triggers, policies and constraints are at work on the shards, and its own name whole tables; ' +
    `${there.join(' and ')} name the shard beside`
  );
}

function migrationsOf(design: Design): MigrationSet {
  return { folder: design.folder, historyTable: designHistory };
}

async function appliedVersions(client: pg.Client): Promise<readonly string[]> {
  const known = await client.query<{ exists: boolean }>(
    'select to_regclass($1) is not null as exists',
    [designHistory],
  );
  if (!onlyRow(known).exists) return [];
  const history = await client.query<{ version: string }>(`select version from ${designHistory}`);
  return history.rows.map((row) => row.version);
}

function readDesign(name: string, folder: URL): Design {
  const own = new URL(`${name}/`, folder);
  const at = `db/designs/${name}`;
  const migration = readdirSync(own).find((file) => /^\d+_.*\.sql$/.test(file));
  if (migration === undefined) throw new UserError(`${at} has no migration: a file NN_${name}.sql`);
  const sql = (file: string): string => {
    try {
      return readFileSync(new URL(file, own), 'utf8');
    } catch (error) {
      throw new UserError(`cannot read ${at}/${file}: ${messageOf(error)}`);
    }
  };
  const has = (file: string): boolean => existsSync(new URL(file, own));
  const checkOf = (migrationSql: string): Pick<Design, 'checkOffSql' | 'checkOnSql'> => {
    if (has('check_off.sql') !== has('check_on.sql')) {
      throw new UserError(`${at} has only one of check_off.sql and check_on.sql`);
    }
    return has('check_on.sql')
      ? { checkOffSql: sql('check_off.sql'), checkOnSql: sql('check_on.sql') }
      : {
          checkOffSql: defaultSql('check_off.sql', folder),
          checkOnSql: checkTriggerOf(migrationSql) ?? defaultSql('check_on.sql', folder),
        };
  };
  const text = sql(migration);
  const fields = (key: string): readonly string[] =>
    text
      .split('\n')
      .filter((line) => line.startsWith(`-- ${key}: `))
      .map((line) => line.slice(`-- ${key}: `.length).trim());
  const field = (key: string): string => {
    const [value] = fields(key);
    if (value === undefined) throw new UserError(`${at}/${migration} has no line "-- ${key}: …"`);
    return value;
  };
  const optOutsSql = (): string | undefined => {
    if (has('opt_outs.sql')) return sql('opt_outs.sql');
    return fields('keeps').some((keeps) => keeps.split(/, */).includes('opt_outs'))
      ? defaultSql('opt_outs.sql', folder)
      : undefined;
  };
  return {
    name,
    folder: own,
    title: field('title'),
    idea: field('idea'),
    chooseWhen: field('choose it when'),
    costs: field('costs'),
    keeps: field('keeps').split(/, */),
    needs: fields('needs'),
    cannot: fields('cannot'),
    because: fields('because')[0],
    notValidated: matches(text, /add constraint (\w+)[^;]*?\bnot valid\b/g),
    collations: matches(text, /\bcollate "([^"]+)"/g).filter((collation) => collation !== 'C'),
    ...checkOf(text),
    forgetSql: has('forget.sql') ? sql('forget.sql') : defaultSql('forget.sql', folder),
    optOutsSql: optOutsSql(),
    keepsOrder: optOutsSql() !== undefined && fields('order').length === 0,
    sessionSql: has('session.sql') ? sql('session.sql') : undefined,
    version: migration.slice(0, migration.indexOf('_')),
  };
}

/** What a design has that lacks a file: the file of the default design beside it, or of one server's. */
function defaultSql(file: string, folder: URL): string {
  const beside = new URL(`${defaultDesignName}/${file}`, folder);
  return readSql(
    existsSync(beside) ? beside : new URL(`${defaultDesignName}/${file}`, designsFolder),
  );
}

/** What a migration says of the trigger that refuses messages on their way in: how it is made, and its comment. */
function checkTriggerOf(migrationSql: string): string | undefined {
  const [up = ''] = migrationSql.split('-- migrate:down');
  const statements = up.match(
    /^(?:create (?:or replace )?|comment on )trigger outbound_messages_refuse_blocked_insert\b(?:[^;']|'[^']*')*;\n/gm,
  );
  return statements?.join('');
}

/** What the first group of a pattern matches, each once. */
function matches(text: string, pattern: RegExp): readonly string[] {
  return [...new Set([...text.matchAll(pattern)].map(([, found = '']) => found))];
}
