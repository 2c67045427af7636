import { newCommand, runCommand } from '../../db/cli/command.ts';
import { formatBytes } from '../../db/cli/number-text.ts';
import { connect, withDatabase } from '../../db/connection/connect.ts';
import { openServer } from '../../db/lab.ts';
import { ownDatabases } from '../../db/server/databases.ts';
import { describeDataSet, readSeedRecord } from '../fill/bookkeeping.ts';

await runCommand(async () => {
  newCommand('db:list')
    .description('List the databases that --database made, and the data set in each')
    .parse();
  const server = await openServer();
  try {
    const client = await connect(server.url);
    const databases = await ownDatabases(client).finally(() => client.end());
    if (databases.length === 0) {
      process.stdout.write('none: npm run seed -- --database NAME makes one\n');
    }
    for (const { name, bytes } of databases) {
      const size = bytes === undefined ? '' : `, ${formatBytes(bytes)}`;
      process.stdout.write(`${name}: ${await dataSetIn(withDatabase(server.url, name))}${size}\n`);
    }
  } finally {
    await server.close();
  }
});

/** The data set that a database holds, in words. */
async function dataSetIn(url: string): Promise<string> {
  const client = await connect(url);
  try {
    const record = await readSeedRecord(client);
    if (record === undefined) return 'no data set';
    return `${describeDataSet(record.options)}${record.finished ? '' : ', cut short'}`;
  } finally {
    await client.end();
  }
}
