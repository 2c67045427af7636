import type pg from 'pg';
import { onlyRow } from '../../../db/connection/only-row.ts';
import type { Design } from '../../../db/designs.ts';
import type { Arms } from './arms.ts';

/**
 * Arms by who sends: the application's role, which is subject to the policy, and the role that logged
 * in, which passes by it.
 *
 * @throws Error where the role that logged in is subject to the policy as well
 */
export async function sessionRole(admin: pg.Client, design: Design): Promise<Arms> {
  const { subject } = onlyRow(
    await admin.query<{ subject: boolean }>(
      `select row_security_active('public.outbound_messages') as subject`,
    ),
  );
  if (subject) {
    throw new Error(
      'the role that logged in is subject to the policy: only its owner passes by it',
    );
  }
  return {
    method: 'session role',
    sql: { treatment: design.sessionSql ?? '', control: 'reset role' },
    takeDown: async () => {},
  };
}
