import { basename, dirname, join } from 'node:path';
import { exampleNames, exampleText } from '../adopt/examples.ts';
import { adoptionFiles } from '../adopt/files.ts';
import { inspect } from '../adopt/inspect.ts';
import { readMapping } from '../adopt/read-mapping.ts';
import { newCommand, runCommand } from '../cli/command.ts';
import { UserError } from '../cli/errors.ts';
import { makeFolders, shownPath, writeTextFile } from '../cli/output-path.ts';
import { readUrl } from '../connection/address.ts';
import { connect } from '../connection/connect.ts';
import { completeUrl } from '../connection/environment.ts';
import { requireSupportedVersion } from '../server/guard.ts';

interface Options {
  readonly out?: string;
  readonly inspect?: string | true;
  readonly example?: string | true;
}

await runCommand(async () => {
  const command = newCommand('adopt')
    .description("Write plain SQL that makes the check over somebody's tables: docs/adopt.md")
    .argument(
      '[mapping]',
      'a JSON file that says what the tables are called (--example prints one)',
    )
    .option(
      '--out <folder>',
      'where the SQL files go (default: beside the mapping, under its name)',
    )
    .option(
      '--inspect [url]',
      'write nothing; say what a database would get and what stands in the way (default: DATABASE_URL)',
    )
    .option('--example [name]', `print a mapping: ${exampleNames.join(', ')}`)
    .parse();
  const options = command.opts<Options>();
  if (options.example !== undefined) {
    process.stdout.write(exampleText(options.example === true ? 'lab' : options.example));
    return;
  }
  const file = command.processedArgs[0] as string | undefined;
  if (file === undefined) {
    throw new UserError('name a mapping; npm run -s adopt -- --example prints one to begin with');
  }
  const mapping = readMapping(file);
  if (options.inspect === undefined) {
    const folder = options.out ?? join(dirname(file), basename(file, '.json'));
    if (folder === file) throw new UserError(`${file} has no .json in its name: say --out`);
    makeFolders(folder);
    for (const { name, text } of adoptionFiles(mapping)) {
      writeTextFile(join(folder, name), text);
      process.stdout.write(`${shownPath(join(folder, name))}\n`);
    }
    process.stdout.write('\nread them, then run them one after another: docs/adopt.md\n');
    return;
  }
  if (options.out !== undefined) throw new UserError('--inspect writes no files: leave --out away');

  const client = await connect(urlToInspect(options.inspect), 'optout-lab adopt');
  try {
    await requireSupportedVersion(client);
    const { obstacles, facts, notes } = await inspect(client, mapping);
    if (obstacles.length > 0) throw new UserError(obstacles.join('; '));
    for (const line of [...facts, ...notes]) process.stdout.write(`${line}\n`);
    process.stdout.write('nothing stands in the way; nothing was written\n');
  } finally {
    await client.end();
  }
});

/** A command line can be read by everybody on the machine: no password may be in it. */
function urlToInspect(given: string | true): string {
  const url = given === true ? process.env['DATABASE_URL'] : given;
  if (url === undefined || url === '') {
    throw new UserError('name a database: --inspect URL, or DATABASE_URL in the environment');
  }
  if (given !== true && readUrl(url)['password'] !== undefined) {
    throw new UserError(
      'a command line can be read by others: put a URL with a password into DATABASE_URL, and say --inspect alone',
    );
  }
  return completeUrl(url);
}
