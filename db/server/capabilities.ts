import type pg from 'pg';
import { messageOf } from '../cli/errors.ts';
import { loadAutoExplain } from '../connection/auto-explain.ts';
import { onlyRow } from '../connection/only-row.ts';
import { withSession } from '../connection/with-session.ts';
import type { Lab } from '../lab.ts';
import { labSchema } from '../schema/migrate.ts';
import { readSql } from '../sql.ts';

/** One thing that a server lets a role do, or not. */
export interface Capability {
  readonly name: string;
  readonly allowed: boolean;
  /** The server's own words, where it was tried. */
  readonly reason?: string;
  /** What is not measured or shown without it, or what is done instead. */
  readonly without: string;
}

/** What a server lets the role that logged in do. */
export interface Capabilities {
  readonly version: string;
  readonly role: string;
  readonly superuser: boolean;
  readonly list: readonly Capability[];
}

/** The commands that miss it. */
export type CapabilityUse = 'bench' | 'load' | 'seed' | 'test';

interface Known {
  readonly name: string;
  readonly for: readonly CapabilityUse[];
  readonly without: string;
  /** What is tried, in a transaction that is rolled back; else a column of capabilities.sql says. */
  readonly attempt?: (client: pg.Client) => Promise<unknown>;
  /** The first version that has it. */
  readonly since?: number;
}

const sql = (name: string): string => readSql(new URL(`./${name}.sql`, import.meta.url));

/** Makes the extension as the lab would, and looks into it. */
const extension = (name: string, view?: string) => async (client: pg.Client) => {
  await client.query(`create extension if not exists ${name} schema ${labSchema}`);
  if (view === undefined) return;
  await client.query(`set local search_path = public, ${labSchema}`);
  await client.query(`select from ${view} limit 1`);
};

const known: readonly Known[] = [
  {
    name: 'auto_explain',
    for: ['bench'],
    without: 'no plans inside triggers: the lookup is explained by itself',
    attempt: (client) => loadAutoExplain(client, ['log_min_duration = 0', 'log_level = notice']),
  },
  {
    name: 'trigger modes',
    for: ['bench'],
    without: 'the arms of a pair are twin tables, not one table',
    attempt: async (client) => {
      await client.query(sql('foreign_key_trigger'));
      await client.query('set local session_replication_role = replica');
    },
  },
  {
    name: 'pg_prewarm',
    for: ['bench'],
    without: 'costs inside the server are measured without reading the tables into memory first',
    attempt: extension('pg_prewarm'),
  },
  {
    name: 'pageinspect',
    for: ['bench'],
    without: 'no height and no pages of the index',
    attempt: extension('pageinspect'),
  },
  {
    name: 'pgstattuple',
    for: ['bench'],
    without: 'sessions are timed as they are when they are new (grant pg_stat_scan_tables)',
    attempt: extension('pgstattuple', "pgstatindex('pg_catalog.pg_class_oid_index')"),
  },
  {
    name: 'pg_buffercache',
    for: ['bench'],
    since: 17,
    without: 'no cost with the pages out of shared buffers',
    attempt: extension('pg_buffercache'),
  },
  {
    name: 'track_functions',
    for: ['bench'],
    without: "no time of the trigger's function by itself",
    attempt: (client) => client.query("set local track_functions = 'all'"),
  },
  {
    name: 'checkpoint',
    for: ['bench'],
    without: 'a checkpoint may fall into what is timed; the slices say where',
  },
  {
    name: 'create a role',
    for: ['bench'],
    without: 'the designs with row-level security cannot be built',
  },
  {
    name: 'pg_stat_statements',
    for: ['load'],
    without: 'no table of the statements that the server ran',
    attempt: extension('pg_stat_statements', 'pg_stat_statements'),
  },
  {
    name: 'see all sessions',
    for: ['load'],
    without: 'checkpoints and autovacuum are not marked on the timeline (grant pg_monitor)',
  },
  {
    name: 'see the build',
    for: ['bench', 'load'],
    without: 'how the server was compiled is not known',
  },
  {
    name: 'wal_level = minimal',
    for: ['seed'],
    without: 'what is loaded goes through the WAL as well',
  },
  {
    name: 'max_wal_size of 4 GB',
    for: ['bench', 'seed'],
    without: 'checkpoints come sooner, in the middle of the work',
  },
  {
    name: 'create databases',
    for: ['test'],
    without: 'npm test cannot make its scratch databases',
  },
];

/**
 * Finds out what a server lets the role of this session do: by trying, where that leaves nothing behind.
 *
 * @param major of the server
 * @param client in no transaction; the lab's schema must be there
 */
export async function readCapabilities(
  client: pg.Client,
  major: number,
  use: CapabilityUse,
): Promise<Capabilities> {
  const { version, role, superuser, ...rights } = onlyRow(
    await client.query<{ version: string; role: string; superuser: boolean } & Rights>(
      sql('capabilities'),
    ),
  );
  const list: Capability[] = [];
  for (const { name, without, attempt, since = 0, for: users } of known) {
    if (!users.includes(use) || major < since) continue;
    if (attempt === undefined) {
      const allowed = rights[name];
      if (allowed === undefined) throw new Error(`capabilities.sql has no "${name}"`);
      list.push({ name, without, allowed });
      continue;
    }
    const reason = await whyNot(client, attempt);
    list.push({
      ...{ name, without, allowed: reason === undefined },
      ...(reason === undefined ? {} : { reason }),
    });
  }
  return { version, role, superuser, list };
}

/**
 * Whether a server lets the role of the lab's sessions do one thing of the list; nothing else is tried.
 *
 * @throws Error where the list has nothing of that name to try
 */
export async function allows(lab: Pick<Lab, 'connect'>, name: string): Promise<boolean> {
  const attempt = known.find((one) => one.name === name)?.attempt;
  if (attempt === undefined) throw new Error(`nothing tries "${name}"`);
  const reason = await withSession(lab.connect(), (client) => whyNot(client, attempt));
  return reason === undefined;
}

type Rights = Readonly<Record<string, boolean>>;

async function whyNot(
  client: pg.Client,
  attempt: (client: pg.Client) => Promise<unknown>,
): Promise<string | undefined> {
  await client.query('begin');
  try {
    await attempt(client);
    return undefined;
  } catch (error) {
    return messageOf(error);
  } finally {
    await client.query('rollback');
  }
}

/** Tells at the start of a command what a server that is not the lab's own withholds from it. */
export async function tellCapabilities(
  lab: Pick<Lab, 'server' | 'major' | 'connect'>,
  use: CapabilityUse,
  say: (line: string) => void,
): Promise<void> {
  if (lab.server.kind === 'embedded') return;
  const client = await lab.connect();
  try {
    for (const line of capabilityLines(await readCapabilities(client, lab.major, use))) say(line);
  } finally {
    await client.end();
  }
}

/** What is told at the start: one line of who is logged in where, and one for each thing that is missing. */
export function capabilityLines({
  version,
  role,
  superuser,
  list,
}: Capabilities): readonly string[] {
  const missing = list.filter(({ allowed }) => !allowed);
  const who = `PostgreSQL ${version}, role "${role}"${superuser ? ', a superuser' : ''}`;
  if (missing.length === 0) return [`${who}: nothing is withheld that this command needs`];
  return [
    `${who}; this run does without:`,
    ...missing.map(
      ({ name, without, reason }) =>
        `  ${name}: ${without}${reason === undefined ? '' : ` (${reason})`}`,
    ),
  ];
}
