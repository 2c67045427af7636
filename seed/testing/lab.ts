import type { Lab } from '../../db/lab.ts';
import { createTestDatabase, type TestDatabase } from '../../db/testing/test-database.ts';
import { oneServer } from '../../db/topologies/topology.ts';
import { type DataSetOptions, defaultDataSet } from '../data-set/data-set.ts';
import { type Replace, seedDatabase } from '../fill/loader.ts';

/** A lab in a scratch database, for tests of the seeder. */
export interface TestLab extends Lab {
  readonly database: TestDatabase;
}

/** Makes a scratch database and opens it as a lab on a server that is not ours to stop. */
export async function createTestLab(): Promise<TestLab> {
  const database = await createTestDatabase();
  const close = async (): Promise<void> => database.drop();
  return {
    database,
    url: database.url,
    server: { kind: 'external', url: database.url, givenUrl: database.url, close: async () => {} },
    major: 0,
    topology: oneServer,
    connect: () => database.connect(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Seeds without a terminal and returns the lines that a user would have seen. */
export async function seedQuietly(
  lab: Lab,
  dataSet: Partial<DataSetOptions> & Pick<DataSetOptions, 'messages'>,
  replace: Replace = 'nothing',
): Promise<string> {
  const lines: string[] = [];
  await seedDatabase(lab, {
    dataSet: { ...defaultDataSet, ...dataSet },
    replace,
    print: (line) => lines.push(line),
    terminal: false,
  });
  return lines.join('\n');
}
