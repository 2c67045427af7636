import { onInterruptGoOnWith } from '../../db/cli/command.ts';
import { commandLine } from '../../db/cli/command-line.ts';
import { UserError } from '../../db/cli/errors.ts';
import { lockDatabase } from '../../db/connection/database-lock.ts';
import type { Lab } from '../../db/lab.ts';
import { type DataSetOptions, defaultDataSet } from '../../seed/data-set/data-set.ts';
import { readSeedRecord } from '../../seed/fill/bookkeeping.ts';
import { seedDatabase } from '../../seed/fill/loader.ts';
import type { Screen } from './live.ts';

/**
 * The data set that the load works on: the one of so many messages and that seed, seeded if it is not there, or
 * whatever the database holds. Undefined for a database without one.
 */
export async function dataInPlace(
  lab: Lab,
  messages: number | undefined,
  seed: number,
  replace: boolean,
  out: Screen,
): Promise<DataSetOptions | undefined> {
  if (messages !== undefined) {
    const dataSet = { ...defaultDataSet, messages, seed };
    const forget = onInterruptGoOnWith(() => commandLine('load'));
    await seedDatabase(lab, {
      dataSet,
      replace: replace ? 'another data set' : 'nothing',
      print: (line) => void out.write(`${line}\n`),
      terminal: out.isTTY === true,
    }).finally(forget);
    return dataSet;
  }
  const client = await lab.connect();
  try {
    let record = await readSeedRecord(client);
    if (record?.finished === false) {
      // half of it for good, or not yet the whole
      await lockDatabase(
        client,
        'seed',
        'a seed is at work in this database: wait for it, or end it',
      );
      record = await readSeedRecord(client);
    }
    if (record?.finished === false) {
      throw new UserError('the database holds half a data set: finish it with npm run seed');
    }
    if (record === undefined) {
      out.write(
        'no data set here: the tables are empty (npm run seed -- --scale small seeds one)\n',
      );
    }
    return record?.options;
  } finally {
    await client.end();
  }
}
