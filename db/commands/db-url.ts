import { newCommand, runCommand } from '../cli/command.ts';
import { UserError } from '../cli/errors.ts';
import { addressesOf } from '../connection/address.ts';
import { asUrl, readParameters } from '../connection/parameters.ts';
import { embeddedTcpUrl, embeddedUrl } from '../server/embedded.ts';

await runCommand(async () => {
  const { tcp } = newCommand('db:url')
    .description('Print the connection URL: DATABASE_URL, or that of the running embedded server')
    .option('--tcp', "the embedded server's TCP URL, password included (db:up --tcp-port)")
    .parse()
    .opts<{ tcp?: boolean }>();
  const named = process.env['DATABASE_URL'];
  if (tcp === true) {
    const url = embeddedTcpUrl();
    if (url === undefined) {
      throw new UserError('no TCP port is open: npm run db:up -- --tcp-port PORT opens one');
    }
    process.stdout.write(`${url}\n`);
    return;
  }
  const isNamed = named !== undefined && named !== '';
  if (isNamed) addressesOf(readParameters(named)); // whether it can be followed
  const url = isNamed ? asUrl(named) : embeddedUrl();
  if (url === undefined) throw new UserError('no server is running: npm run db:up starts it');
  process.stdout.write(`${url}\n`);
});
