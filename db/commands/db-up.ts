import { newCommand, runCommand } from '../cli/command.ts';
import { UserError } from '../cli/errors.ts';
import { wholeNumber } from '../cli/flags.ts';
import { openLab } from '../lab.ts';
import { allowNonemptyFlag } from '../server/guard.ts';

await runCommand(async () => {
  const { allowNonempty, tcpPort } = newCommand('db:up')
    .description('Start the embedded server if needed, migrate, leave it running, print its URL')
    .option(allowNonemptyFlag, 'go on in a database that holds something the lab did not make')
    .option(
      '--tcp-port <port>',
      'listen on 127.0.0.1 too, with a password: npm run db:url -- --tcp prints that URL',
      wholeNumber(1, 65_535),
    )
    .parse()
    .opts<{ allowNonempty?: boolean; tcpPort?: number }>();
  if (tcpPort !== undefined && (process.env['DATABASE_URL'] ?? '') !== '') {
    throw new UserError(
      '--tcp-port is for the embedded server, and DATABASE_URL names another one',
    );
  }
  const lab = await openLab({ leaveRunning: true, allowNonempty, tcpPort });
  await lab.close();
  const { server } = lab;
  process.stdout.write(`${server.kind === 'external' ? server.givenUrl : server.url}\n`);
});
