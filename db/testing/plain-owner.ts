import type pg from 'pg';
import { createTestDatabase, type TestDatabase } from './test-database.ts';
import { createTestRole, type TestRole } from './test-role.ts';

/** A login role that owns a scratch database, and has no other rights: what a managed server gives. */
export interface PlainOwner {
  readonly role: TestRole;
  readonly database: TestDatabase;
  /** A session of the superuser's in that database. */
  readonly superuser: pg.Client;
  drop(): Promise<void>;
}

/** Makes the role, and for it a database without any schema. */
export async function createPlainOwner(): Promise<PlainOwner> {
  const database = await createTestDatabase({ migrated: false });
  const superuser = await database.connect();
  const role = await createTestRole(database, superuser);
  await superuser.query(`alter database ${database.name} owner to ${role.name}`);
  return {
    role,
    database,
    superuser,
    async drop() {
      await superuser.query(`alter database ${database.name} owner to current_user`);
      await role.drop();
      await superuser.end();
      await database.drop();
    },
  };
}
