import { newCommand, runCommand } from '../cli/command.ts';
import { UserError } from '../cli/errors.ts';
import { addressesOf } from '../connection/address.ts';
import { withDatabase } from '../connection/connect.ts';
import { asUrl, readParameters } from '../connection/parameters.ts';
import { databaseName } from '../server/databases.ts';
import { embeddedTcpUrl, embeddedUrl } from '../server/embedded.ts';

await runCommand(async () => {
  const { tcp, database } = newCommand('db:url')
    .description('Print the connection URL: DATABASE_URL, or that of the running embedded server')
    .option('--tcp', "the embedded server's TCP URL, password included (db:up --tcp-port)")
    .option(
      '--database <name>',
      'of a database that --database made (npm run db:list)',
      databaseName,
    )
    .parse()
    .opts<{ tcp?: boolean; database?: string }>();
  const print = (url: string): void => {
    process.stdout.write(`${database === undefined ? url : withDatabase(url, database)}\n`);
  };
  const named = process.env['DATABASE_URL'];
  if (tcp === true) {
    const url = embeddedTcpUrl();
    if (url === undefined) {
      throw new UserError('no TCP port is open: npm run db:up -- --tcp-port PORT opens one');
    }
    print(url);
    return;
  }
  const isNamed = named !== undefined && named !== '';
  if (isNamed) addressesOf(readParameters(named)); // whether it can be followed
  const url = isNamed ? asUrl(named) : embeddedUrl();
  if (url === undefined) throw new UserError('no server is running: npm run db:up starts it');
  print(url);
});
