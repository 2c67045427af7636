import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { hasSqlDetails, loadModule, parsePlPgSQLSync, parseSync } from 'libpg-query';
import { runCommand } from '../../db/cli/command.ts';
import { CheckFailure, messageOf } from '../../db/cli/errors.ts';
import { projectDir } from '../../db/cli/project-dir.ts';

await runCommand(async () => {
  new Command('check:sql')
    .description(
      "Parse every .sql file, and every PL/pgSQL body in it, with PostgreSQL's own grammar",
    )
    .exitOverride()
    .parse();
  await loadModule();
  const files = ['db', 'seed', 'bench'].flatMap(sqlFiles);
  const faults = files.flatMap(faultsOf);
  for (const fault of faults) process.stdout.write(`${fault}\n`);
  if (faults.length > 0) throw new CheckFailure(`${faults.length} faults in SQL files`);
  process.stdout.write(`${files.length} SQL files parse\n`);
});

function sqlFiles(room: string): readonly string[] {
  return readdirSync(join(projectDir, room), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.sql'))
    .map((file) => join(room, file));
}

function faultsOf(file: string): readonly string[] {
  const text = readFileSync(join(projectDir, file), 'utf8');
  try {
    return plpgsqlFunctions(text).flatMap((source) => {
      try {
        parsePlPgSQLSync(source.text);
        return [];
      } catch (error) {
        return [`${file}:${source.line}: in the function that begins here: ${messageOf(error)}`];
      }
    });
  } catch (error) {
    const position = hasSqlDetails(error) ? (error.sqlDetails?.cursorPosition ?? 0) : 0;
    return [`${file}:${lineAt(text, position)}: ${messageOf(error)}`];
  }
}

/** What the parser says of a statement: where it is in the file, in bytes, and its tree. */
interface RawStatement {
  readonly stmt?: Readonly<Record<string, unknown>>;
  readonly stmt_location?: number;
  readonly stmt_len?: number;
}

/** The statements that create PL/pgSQL functions, with the line of each. Throws on a syntax error. */
function plpgsqlFunctions(text: string): readonly { text: string; line: number }[] {
  const bytes = Buffer.from(text);
  const statements = (parseSync(text).stmts ?? []) as readonly RawStatement[];
  return statements
    .filter(({ stmt }) => JSON.stringify(stmt?.['CreateFunctionStmt'] ?? '').includes('"plpgsql"'))
    .map(({ stmt_location: start = 0, stmt_len: length }) => {
      const end = length === undefined ? bytes.length : start + length;
      const source = bytes.subarray(start, end).toString();
      const before = bytes.subarray(0, start).toString() + (/^\s*/.exec(source)?.[0] ?? '');
      return { text: `${source};`, line: lineAt(before, before.length) };
    });
}

function lineAt(text: string, position: number): number {
  return text.slice(0, position).split('\n').length;
}
