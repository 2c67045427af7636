import type pg from 'pg';

/** Where a bench makes tables and views like the application's. */
export const twinSchemas = {
  checked: 'optout_lab_checked',
  unchecked: 'optout_lab_unchecked',
} as const;

/** Drops them where they are. Their foreign keys go too, for which profiles is locked for a moment. */
export async function dropTwins(admin: pg.Client): Promise<void> {
  await admin.query(
    `drop schema if exists ${twinSchemas.checked}, ${twinSchemas.unchecked} cascade`,
  );
}
