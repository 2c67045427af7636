import { unlessInterrupted } from '../cli/command.ts';
import { closing } from '../connection/closing.ts';
import { connect } from '../connection/connect.ts';
import { applyDesign, type Design } from '../designs.ts';
import { copyDatabase, createTemplate, type TestDatabase } from '../testing/test-database.ts';
import { noteTried, readTried, type Tried } from './journal.ts';
import { type Mutant, mutantsOf } from './mutants.ts';
import { type Trial, tryMutant, type Verdict } from './try-mutant.ts';

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
  /** The first test of db/schema that fails over copies of a database of that name, where they are run. */
  readonly schemaTests?: (database: string) => Promise<string | undefined>;
  readonly tried: (tried: Tried, done: number, count: number) => void;
}

/** Every mutant of a design's schema with its verdict. Each is tried in a copy of its own. */
export async function runMutants(
  serverUrl: string,
  options: MutationOptions,
): Promise<readonly (Mutant & Tried)[]> {
  const { design, only, journal } = options;
  return closing(async (defer) => {
    const template = await createTemplate(serverUrl);
    defer(() => template.drop());
    const client = await connect(template.url);
    let mutants: readonly Mutant[];
    try {
      await applyDesign(template.url, client, design);
      mutants = (await mutantsOf(client)).filter(
        ({ id }) => only.length === 0 || only.some((word) => id.includes(word)),
      );
    } finally {
      await client.end();
    }
    const before = readTried(journal);
    const left = mutants.filter(({ id }) => !before.has(id));
    let done = mutants.length - left.length;
    const worker = async (): Promise<void> => {
      for (let mutant = left.shift(); mutant !== undefined; mutant = left.shift()) {
        await unlessInterrupted();
        const tried = { id: mutant.id, ...(await tryOne(serverUrl, template, mutant, options)) };
        noteTried(journal, tried);
        before.set(mutant.id, tried);
        options.tried(tried, ++done, mutants.length);
      }
    };
    await Promise.all(Array.from({ length: options.jobs }, worker));
    return mutants.map((mutant) => {
      const tried = before.get(mutant.id);
      if (tried === undefined) throw new Error(`${mutant.id} was not tried`);
      return { ...mutant, ...tried };
    });
  });
}

async function tryOne(
  serverUrl: string,
  template: TestDatabase,
  mutant: Mutant,
  { design, trial, schemaTests }: MutationOptions,
): Promise<Verdict> {
  return closing(async (defer) => {
    const copy = await copyDatabase(serverUrl, template);
    defer(() => copy.drop());
    const free = (): Promise<void> => endSessions(serverUrl, copy.name);
    // what is tried before leaves rows: the tests get a copy of their own
    const overAnother = async (): Promise<string | undefined> => {
      if (schemaTests === undefined) return undefined;
      const another = await copyDatabase(serverUrl, template);
      defer(() => another.drop());
      const client = await another.connect();
      try {
        await client.query(mutant.sql);
      } finally {
        await client.end();
      }
      return schemaTests(another.name);
    };
    return tryMutant(copy, design, mutant, trial, free, overAnother);
  });
}

/** Ends every session in a database. */
async function endSessions(serverUrl: string, database: string): Promise<void> {
  const client = await connect(serverUrl);
  try {
    await client.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1',
      [database],
    );
  } finally {
    await client.end();
  }
}
