import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import type pg from 'pg';
import { type Ask, askMapping } from '../adopt/ask-mapping.ts';
import { designOfMapping } from '../adopt/designs.ts';
import { exampleNames, exampleText } from '../adopt/examples.ts';
import { type AdoptionFile, adoptionFiles, switchFileName } from '../adopt/files.ts';
import { inspect } from '../adopt/inspect.ts';
import { readMapping } from '../adopt/read-mapping.ts';
import { readAdoption, upgradeFile } from '../adopt/upgrade.ts';
import { newCommand, runCommand } from '../cli/command.ts';
import { UserError } from '../cli/errors.ts';
import { makeFolders, shownPath, writeTextFile } from '../cli/output-path.ts';
import { connect } from '../connection/connect.ts';
import { urlOfFlag } from '../connection/url-of-flag.ts';
import { requireSupportedVersion } from '../server/guard.ts';

interface Options {
  readonly out?: string;
  readonly inspect?: string | true;
  readonly upgrade?: string | true;
  readonly example?: string | true;
}

await runCommand(async () => {
  const command = newCommand('adopt')
    .description("Write plain SQL that makes the check over somebody's tables: docs/adopt.md")
    .argument(
      '[mapping]',
      'a JSON file that says what the tables are called (--example prints one); without it, questions are asked',
    )
    .option(
      '--out <folder>',
      'where the SQL files go (default: beside the mapping, under its name)',
    )
    .option(
      '--inspect [url]',
      'write nothing; say what a database would get and what stands in the way (default: DATABASE_URL)',
    )
    .option(
      '--upgrade [url]',
      'write one file, which makes this version of what a database has adopted (default: DATABASE_URL)',
    )
    .option('--example [name]', `print a mapping: ${exampleNames.join(', ')}`)
    .parse();
  const options = command.opts<Options>();
  if (options.example !== undefined) {
    process.stdout.write(exampleText(options.example === true ? 'lab' : options.example));
    return;
  }
  const file = (command.processedArgs[0] as string | undefined) ?? (await fileOfAnswers());
  const mapping = readMapping(file);
  const { inspect: inspected, upgrade: upgraded } = options;
  if (inspected !== undefined && (options.out !== undefined || upgraded !== undefined)) {
    throw new UserError('--inspect writes no files: leave --out and --upgrade away');
  }
  const folder = options.out ?? join(dirname(file), basename(file, '.json'));
  if (folder === file) throw new UserError(`${file} has no .json in its name: say --out`);

  if (inspected !== undefined) {
    const { obstacles, facts, notes } = await withDatabase(inspected, (client) =>
      inspect(client, mapping),
    );
    if (obstacles.length > 0) throw new UserError(obstacles.join('; '));
    for (const line of [...facts, ...notes]) process.stdout.write(`${line}\n`);
    process.stdout.write('nothing stands in the way; nothing was written\n');
  } else if (upgraded !== undefined) {
    const adoption = await withDatabase(upgraded, (client) => readAdoption(client, mapping));
    const upgrade = upgradeFile(mapping, adoption);
    if (upgrade === undefined) {
      process.stdout.write(
        `the database has version ${adoption.version}, which is this one${adoption.design === null ? '' : `, and checks by ${adoption.design}`}\n`,
      );
    } else {
      writeFiles(folder, [upgrade]);
      if (upgrade.name === switchFileName) {
        process.stdout.write(
          `it puts ${designOfMapping(mapping).name} in place of ${adoption.design}\n`,
        );
      }
    }
  } else {
    writeFiles(folder, adoptionFiles(mapping));
    process.stdout.write('\nread them, then run them one after another: docs/adopt.md\n');
  }
});

/** Asks for a mapping at a terminal, and keeps it in a file. */
async function fileOfAnswers(): Promise<string> {
  if (!process.stdin.isTTY) {
    throw new UserError('name a mapping; npm run -s adopt -- --example prints one to begin with');
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answered = new Promise<never>((_, reject) => {
    terminal.on('SIGINT', () => process.emit('SIGINT'));
    terminal.on('close', () => reject(new UserError('the questions were not answered')));
  });
  try {
    return await Promise.race([answered, keepAnswers((question) => terminal.question(question))]);
  } finally {
    terminal.close();
  }
}

async function keepAnswers(ask: Ask): Promise<string> {
  const mapping = await askMapping(ask);
  const file =
    (await ask('The file to keep the mapping in [mapping.json]: ')).trim() || 'mapping.json';
  if (existsSync(file)) throw new UserError(`${file} is there already: nothing was written`);
  writeTextFile(file, `${JSON.stringify(mapping, null, 2)}\n`);
  process.stdout.write(`${shownPath(file)}\n`);
  return file;
}

function writeFiles(folder: string, files: readonly AdoptionFile[]): void {
  makeFolders(folder);
  for (const { name, text } of files) {
    writeTextFile(join(folder, name), text);
    process.stdout.write(`${shownPath(join(folder, name))}\n`);
  }
}

async function withDatabase<T>(
  given: string | true,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = await connect(await urlOfFlag(given), 'optout-lab adopt');
  try {
    await requireSupportedVersion(client);
    return await work(client);
  } finally {
    await client.end();
  }
}
