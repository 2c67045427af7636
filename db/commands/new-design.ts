import { newCommand, runCommand } from '../cli/command.ts';
import { designsFolder } from '../designs.ts';
import { layDesign } from '../new-design/lay-design.ts';

await runCommand(async () => {
  const command = newCommand('new:design')
    .description('Lay a new design that works: the default under another name, to change')
    .argument('<name>', 'its name, as my_design')
    .parse();
  const name = String(command.processedArgs[0]);
  const migration = layDesign(name, designsFolder);
  process.stdout.write(
    `db/designs/${migration}\n\nwhat it must show:  npm run check && npm test -- --design ${name}\n`,
  );
});
