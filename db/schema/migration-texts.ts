import { readdirSync } from 'node:fs';
import { readSql } from '../sql.ts';
import { oneServer, type Topology } from '../topologies/topology.ts';

/** The files of a topology's migrations, the oldest first. */
function migrationFiles({ migrations }: Topology): readonly string[] {
  return readdirSync(migrations)
    .filter((file) => file.endsWith('.sql'))
    .sort();
}

const versionOf = (file: string): string => file.slice(0, file.indexOf('_'));

/** The versions of all migrations of a topology, the oldest first; reads no file. */
export function migrationVersions(topology: Topology = oneServer): readonly string[] {
  return migrationFiles(topology).map(versionOf);
}

/** A migration as its file has it. */
export interface MigrationText {
  readonly version: string;
  readonly up: string;
  readonly down: string;
}

/** The texts of all migrations of one server, the oldest first. */
export function migrationTexts(): readonly MigrationText[] {
  return migrationFiles(oneServer).map((file) => {
    const [, up, down] =
      /-- migrate:up\n([\s\S]*)-- migrate:down\n([\s\S]*)/.exec(
        readSql(new URL(file, oneServer.migrations)),
      ) ?? [];
    if (up === undefined || down === undefined) throw new Error(`${file} has not both parts`);
    return { version: versionOf(file), up, down };
  });
}

/** The text of one migration. Throws where there is none of that version. */
export function migrationText(version: string): MigrationText {
  const found = migrationTexts().find((one) => one.version === version);
  if (found === undefined) throw new Error(`there is no migration ${version}`);
  return found;
}
