import { newCommand, runCommand } from '../cli/command.ts';
import { stopEmbeddedServer } from '../server/embedded.ts';

await runCommand(async () => {
  newCommand('db:down').description('Stop the embedded server').parse();
  process.stdout.write(`the embedded server ${await stopEmbeddedServer()}\n`);
});
