import type pg from 'pg';
import type { Arm, ArmMethod } from '../../results/results.ts';

/** What makes a session the treatment's or the control's, without touching what others use. */
export interface Arms {
  readonly method: Exclude<ArmMethod, 'blocks'>;
  /** Run in a session when it takes the arm; nothing where it is empty. */
  readonly sql: Readonly<Record<Arm, string>>;
  /** Whose outbound_messages an arm's statements are for, where that tells the arms apart as well. */
  readonly schemas?: Readonly<Record<Arm, string>>;
  /** Takes back what was made for it. */
  takeDown(): Promise<void>;
}

/** Nothing is made, and a session is what the place makes it. */
export const betweenPlaces: Arms = {
  method: 'two databases',
  sql: { treatment: '', control: '' },
  takeDown: async () => {},
};

/** The arms there are. */
export function armNames({ method }: Pick<Arms, 'method'>): readonly Arm[] {
  return method === 'one arm' ? ['treatment'] : ['treatment', 'control'];
}

/** Makes a session the one arm's. Throws what the server throws. */
export async function takeArm(session: pg.Client, arms: Arms, arm: Arm): Promise<void> {
  const sql = arms.sql[arm];
  if (sql !== '') await session.query(sql);
}

/**
 * Whose outbound_messages an arm's statements are for.
 *
 * @throws Error where a session alone tells the arms apart
 */
export function schemaOf({ method, schemas }: Arms, arm: Arm): string {
  if (schemas === undefined) throw new Error(`arms by ${method} are told apart by sessions alone`);
  return schemas[arm];
}
