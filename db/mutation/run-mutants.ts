import type pg from 'pg';
import { unlessInterrupted } from '../cli/command.ts';
import { closing } from '../connection/closing.ts';
import { connect } from '../connection/connect.ts';
import { withSession } from '../connection/with-session.ts';
import { applyDesign, type Design, defaultDesignName } from '../designs.ts';
import { itemAt } from '../item-at.ts';
import { readSql } from '../sql.ts';
import {
  copyDatabase,
  createTemplate,
  dropDatabase,
  type TestDatabase,
} from '../testing/test-database.ts';
import { runOf } from '../testing/test-run.ts';
import { type Check, checksOf, Suspects, type TimedCheck, type Trial } from './checks.ts';
import { noteTried, readTellers, readTried, type Tried } from './journal.ts';
import { type Mutant, mutantsOf } from './mutants.ts';
import type { SchemaTests } from './schema-tests.ts';
import { timeChecks, tryMutants } from './try-mutant.ts';

/** What is run, and who is told. */
export interface MutationOptions {
  readonly design: Design;
  readonly trial: Trial;
  /** Mutants that are tried at the same time. */
  readonly jobs: number;
  /** Only mutants whose id holds one of these, where any is given. */
  readonly only: readonly string[];
  /** Verdicts that are there are kept, and new ones added. */
  readonly journal: string;
  /** Mutants that are expected to survive: they take longest, and are tried last. */
  readonly isExplained: (id: string) => boolean;
  /** Whether each of those is tried alone as well, and not beside others: see `besideOthers`. */
  readonly apart: boolean;
  /** The tests of db/schema. */
  readonly schemaTests?: SchemaTests;
  readonly tried: (tried: Tried, done: number, count: number) => void;
}

/**
 * Every mutant of a design's schema with its verdict, each tried in a copy of its own. Of a design that is
 * laid over the schema, those that the schema has as well are left to the default.
 */
export async function runMutants(
  serverUrl: string,
  options: MutationOptions,
): Promise<readonly (Mutant & Tried)[]> {
  const { design, trial, only, journal, schemaTests } = options;
  const mutants = (await ownMutants(serverUrl, design)).filter(
    ({ id }) => only.length === 0 || only.some((word) => id.includes(word)),
  );
  const before = readTried(journal);
  const tellers = readTellers(journal);
  const suspects = new Suspects();
  for (const mutant of mutants) {
    const tried = before.get(mutant.id);
    if (tried?.state === 'caught') suspects.note(mutant.object, tried.by);
  }
  let done = mutants.filter(({ id }) => before.has(id)).length;
  const note = (tried: Tried): void => {
    noteTried(journal, tried);
    before.set(tried.id, tried);
    options.tried(tried, ++done, mutants.length);
  };
  for (const { id, isSql } of mutants) {
    if (!isSql && !before.has(id)) note({ id, state: 'not SQL' });
  }
  const untried = mutants.filter(({ id }) => !before.has(id));
  const [explained, others] = [
    untried.filter(({ id }) => options.isExplained(id)),
    untried.filter(({ id }) => !options.isExplained(id)),
  ];
  const left: (readonly Mutant[])[] = [
    ...others.map((mutant) => [mutant]),
    ...(options.apart ? explained.map((mutant) => [mutant]) : besideOthers(explained)),
  ];
  const checks =
    left.length === 0
      ? []
      : await timedChecks(serverUrl, design, checksOf(design, trial, schemaTests), trial.patience);
  const worker = (): Promise<void> =>
    closing(async (defer) => {
      const template = await templateOf(serverUrl, design);
      defer(() => template.drop());
      for (let batch = left.shift(); batch !== undefined; batch = left.shift()) {
        await unlessInterrupted();
        const { id, object } = itemAt(batch, 0);
        const ordered = suspects.order(object, checks, tellers.get(id));
        const startedMs = performance.now();
        const verdict = await tryInCopies(serverUrl, template, batch, ordered);
        const seconds = Math.round((performance.now() - startedMs) / batch.length / 100) / 10;
        if (verdict.state === 'survived') {
          const beside = batch.length - 1;
          for (const one of batch) {
            note({ id: one.id, ...verdict, ...(beside > 0 ? { beside } : {}), seconds });
          }
        } else if (batch.length > 1) {
          left.push(...batch.map((mutant) => [mutant]));
        } else {
          if (verdict.state === 'caught') suspects.note(object, verdict.by);
          note({ id, ...verdict, seconds });
        }
      }
    });
  await Promise.all(Array.from({ length: Math.min(options.jobs, untried.length) }, worker));
  return mutants.map((mutant) => {
    const tried = before.get(mutant.id);
    if (tried === undefined) throw new Error(`${mutant.id} was not tried`);
    return { ...mutant, ...tried };
  });
}

/**
 * Mutants that are expected to survive, in batches: one of each object, so that no two change the same text.
 * What no check tells of all of them, it tells of none, unless one hides another's fault.
 */
function besideOthers(mutants: readonly Mutant[]): readonly (readonly Mutant[])[] {
  const batches: Mutant[][] = [];
  for (const mutant of mutants) {
    const batch = batches.find((each) => each.every(({ object }) => object !== mutant.object));
    if (batch === undefined) batches.push([mutant]);
    else batch.push(mutant);
  }
  return batches;
}

/** A test run of its own, with the design: so its sessions can be told from others'. */
async function templateOf(serverUrl: string, design: Design): Promise<TestDatabase> {
  const template = await createTemplate(serverUrl);
  try {
    await withSession(template.connect(), (client) => applyDesign(template.url, client, design));
    return template;
  } catch (error) {
    return closing(async (defer) => {
      defer(() => template.drop());
      throw error;
    });
  }
}

/** A mutant, and whether the server takes it. */
export type Made = Mutant & { readonly isSql: boolean };

/** The mutants of a design's schema; of one that is not the default, without those that the default has. */
export async function ownMutants(serverUrl: string, design: Design): Promise<readonly Made[]> {
  return closing(async (defer) => {
    const template = await createTemplate(serverUrl);
    defer(() => template.drop());
    const client = await template.connect();
    defer(() => client.end());
    const ofSchema = await mutantsOf(client);
    await applyDesign(template.url, client, design);
    const known = new Set(design.name === defaultDesignName ? [] : ofSchema.map(({ sql }) => sql));
    const own = (await mutantsOf(client)).filter(({ sql }) => !known.has(sql));
    const made: Made[] = [];
    for (const mutant of own) made.push({ ...mutant, isSql: await isSql(client, mutant) });
    return made;
  });
}

async function isSql(client: pg.Client, { sql }: Mutant): Promise<boolean> {
  await client.query('begin');
  try {
    await client.query(sql);
    return true;
  } catch {
    return false;
  } finally {
    await client.query('rollback');
  }
}

function tryInCopies(
  serverUrl: string,
  template: TestDatabase,
  batch: readonly Mutant[],
  checks: readonly TimedCheck[],
): ReturnType<typeof tryMutants> {
  return closing(async (defer) => {
    defer(() => dropCopies(serverUrl, template));
    const copy = (): Promise<TestDatabase> => copyDatabase(serverUrl, template);
    return tryMutants(await copy(), batch, checks, {
      untouched: copy,
      freeThem: () => endSessions(serverUrl, template),
      longestStatement: () => longestStatement(serverUrl, template),
    });
  });
}

/** The checks, each run once on the design as it is. */
function timedChecks(
  serverUrl: string,
  design: Design,
  checks: readonly Check[],
  patience: number,
): Promise<readonly TimedCheck[]> {
  return closing(async (defer) => {
    const template = await templateOf(serverUrl, design);
    defer(() => template.drop());
    defer(() => dropCopies(serverUrl, template));
    const copy = (): Promise<TestDatabase> => copyDatabase(serverUrl, template);
    return timeChecks(await copy(), checks, { untouched: copy }, patience);
  });
}

/** Removes every other database of a template's test run: tests that were ended leave theirs. */
async function dropCopies(serverUrl: string, template: TestDatabase): Promise<void> {
  const names = await withSession(connect(serverUrl), async (client) => {
    const { rows } = await client.query<{ name: string }>(
      'select datname as name from pg_database where datname <> $1',
      [template.name],
    );
    return rows.map(({ name }) => name).filter((name) => runOf(name) === runOf(template.name));
  });
  for (const name of names) await dropDatabase(serverUrl, name);
}

/** For how many seconds a statement has been running in the databases of a template's test run, at the longest. */
async function longestStatement(serverUrl: string, template: TestDatabase): Promise<number> {
  return withSession(connect(serverUrl), async (client) => {
    const own = await sessionsOf(client, template);
    return Math.max(0, ...own.map(({ seconds }) => seconds ?? 0));
  });
}

/** Ends every session in the databases of a template's test run, and tells what those did that had something to do. */
async function endSessions(serverUrl: string, template: TestDatabase): Promise<string> {
  return withSession(connect(serverUrl), async (client) => {
    const own = await sessionsOf(client, template);
    for (const { pid } of own) await client.query('select pg_terminate_backend($1)', [pid]);
    const busy = own.flatMap(({ doing }) => doing ?? []);
    return busy.length === 0 ? 'no statement was running' : busy.join('; ');
  });
}

async function sessionsOf(client: pg.Client, template: TestDatabase): Promise<readonly Session[]> {
  const { rows } = await client.query<Session>(readSql(sessions));
  return rows.filter(({ database }) => runOf(database) === runOf(template.name));
}

interface Session {
  readonly pid: number;
  readonly database: string;
  /** Null: it is idle. */
  readonly doing: string | null;
  readonly seconds: number | null;
}

const sessions = new URL('./sql/sessions.sql', import.meta.url);
