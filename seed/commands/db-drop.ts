import { createInterface } from 'node:readline/promises';
import { newCommand, runCommand } from '../../db/cli/command.ts';
import { UserError } from '../../db/cli/errors.ts';
import { formatBytes } from '../../db/cli/number-text.ts';
import { connect } from '../../db/connection/connect.ts';
import { openServer } from '../../db/lab.ts';
import { databaseName, dropDatabase, ownDatabases } from '../../db/server/databases.ts';

await runCommand(async () => {
  const command = newCommand('db:drop')
    .description('Drop a database that --database made, with the data set in it')
    .argument('<database>', 'its name (npm run db:list)', databaseName)
    .option('--yes', 'do not ask')
    .parse();
  const name = command.processedArgs[0] as string;
  const { yes } = command.opts<{ yes?: boolean }>();
  if (yes !== true && !process.stdin.isTTY) {
    throw new UserError(`this drops ${name} with all that is in it: without a terminal pass --yes`);
  }
  const server = await openServer();
  try {
    const client = await connect(server.url);
    try {
      const own = (await ownDatabases(client)).find((database) => database.name === name);
      if (own !== undefined && yes !== true) await askBeforeDropping(name, own.bytes);
      await dropDatabase(client, name);
      process.stdout.write(`dropped ${name}\n`);
    } finally {
      await client.end();
    }
  } finally {
    await server.close();
  }
});

/** Throws where the answer is not the name. */
async function askBeforeDropping(name: string, bytes: number | undefined): Promise<void> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const size = bytes === undefined ? '' : ` (${formatBytes(bytes)})`;
  const answered = new Promise<string>((resolve) => {
    terminal.on('SIGINT', () => process.emit('SIGINT'));
    terminal.on('close', () => resolve(''));
    void terminal.question(`Type ${name} to drop it${size}: `).then(resolve);
  });
  try {
    if ((await answered).trim() !== name) throw new UserError('nothing was dropped');
  } finally {
    terminal.close();
  }
}
