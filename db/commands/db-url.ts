import { newCommand, runCommand } from '../cli/command.ts';
import { UserError } from '../cli/errors.ts';
import { readAddress } from '../connection/address.ts';
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
  if (isNamed) readAddress(named); // whether it is one
  const url = isNamed ? named : embeddedUrl();
  if (url === undefined) throw new UserError('no server is running: npm run db:up starts it');
  process.stdout.write(`${url}\n`);
});
