import { migrationTexts, migrationVersions } from '../schema/migration-texts.ts';
import { splitStatements } from './split-statements.ts';

/** A function of the lab's schema as its migrations leave it. */
export interface SchemaFunction {
  readonly name: string;
  /** `create or replace function …`, and what alters it, comments on it and takes it from everybody. */
  readonly statements: readonly string[];
}

/** The number of the last migration: what an adopted schema calls its version. */
export function schemaVersion(): string {
  const version = migrationVersions().at(-1);
  if (version === undefined) throw new Error('there are no migrations');
  return version;
}

/** Whether a migration has this number. */
export function isSchemaVersion(version: string): boolean {
  return migrationVersions().includes(version);
}

/**
 * The functions of the lab's schema at a version, in the order in which they may be created. They are not
 * written down a second time: their texts are those of the migrations, of each the last.
 */
export function schemaFunctions(version = schemaVersion()): readonly SchemaFunction[] {
  const texts = migrationTexts().filter((one) => one.version <= version);
  return functionsIn(texts.flatMap(({ up }) => splitStatements(up)));
}

/** The functions that are there after some statements; what makes no function is passed over. */
export function functionsIn(statements: readonly string[]): readonly SchemaFunction[] {
  const found = new Map<string, Map<string, string>>();
  for (const statement of statements) {
    const create = /^create (?:or replace )?function public\.(\w+)/.exec(statement)?.[1];
    const drop = /^drop function (?:if exists )?public\.(\w+)/.exec(statement)?.[1];
    const more = /^(alter|comment on|revoke all on) function public\.(\w+)/.exec(statement);
    if (create !== undefined) {
      const parts = found.get(create) ?? new Map<string, string>();
      const text = statement.replace(/^create function/, 'create or replace function');
      // what altered the text before is gone with it; its comment and its rights stay
      for (const kind of parts.keys()) if (kind.startsWith('alter')) parts.delete(kind);
      found.set(create, parts.set('create', text));
    } else if (drop !== undefined) {
      found.delete(drop);
    } else if (more !== null) {
      const [, kind = '', name = ''] = more;
      const parts = found.get(name);
      if (parts === undefined) throw new Error(`a migration has no function ${name}`);
      parts.set(kind === 'alter' ? statement : kind, statement);
    }
  }
  return [...found].map(([name, parts]) => ({ name, statements: [...parts.values()] }));
}
