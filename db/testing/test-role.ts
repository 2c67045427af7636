import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';
import { projectDir } from '../cli/project-dir.ts';
import type { TestDatabase } from './test-database.ts';
import { newScratchName, runOf } from './test-run.ts';

/** A login role of one test file, which owns nothing and has no rights but those of everybody. */
export interface TestRole {
  readonly name: string;
  readonly password: string;
  /** The database's URL with this role's name and password. */
  readonly url: string;
  /** Removes the role with all that it owns in the database. */
  drop(): Promise<void>;
}

/** Makes a login role. `owner` is a session of the database's owner, who may create roles. */
export async function createTestRole(database: TestDatabase, owner: pg.Client): Promise<TestRole> {
  const run = runOf(database.name);
  if (run === undefined) throw new Error(`${database.name} is not a scratch database`);
  const name = newScratchName(run);
  const password = `p${randomBytes(6).toString('hex')}`;
  await owner.query(`create role ${name} login password '${password}'`);
  return {
    name,
    password,
    url: withLogin(database.url, name, password),
    drop: async () => {
      await owner.query(`drop owned by ${name} cascade`);
      await owner.query(`drop role ${name}`);
    },
  };
}

/** The statements of docs/schema.md's section on an application's role, for this one. */
export function documentedGrants(role: string): string {
  const page = readFileSync(join(projectDir, 'docs/schema.md'), 'utf8');
  const grants = /## What an application's role needs\n[^#]*?```sql\n([^`]+)```/.exec(page)?.[1];
  assert.ok(grants !== undefined, 'docs/schema.md has no such section');
  return grants.replaceAll('messaging', role);
}

function withLogin(url: string, name: string, password: string): string {
  const parsed = new URL(url.replace(/^postgres(ql)?:\/\/\//, 'postgres://socket/'));
  const query = new URLSearchParams(parsed.search);
  if (parsed.hostname !== 'socket') {
    return `postgres://${name}:${password}@${parsed.host}${parsed.pathname}?${query}`;
  }
  query.set('user', name);
  query.set('password', password);
  return `postgres://${parsed.pathname}?${query}`;
}
