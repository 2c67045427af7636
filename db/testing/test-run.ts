import { randomBytes, randomInt } from 'node:crypto';
import type pg from 'pg';
import { codeOf } from '../cli/errors.ts';
import { connect } from '../connection/connect.ts';
import { readSql } from '../sql.ts';

/** Arbitrary, but the same in every version: the first key of the lock that a living test run holds. */
const runLock = 0x7e57;

const scratchName = /^optout_lab_test_([0-9a-f]{8})_[0-9a-f]{8}$/;

/** A run of tests on a server. Everything that it makes there carries its number in its name. */
export interface TestRun {
  /** The run's number, eight hexadecimal digits. */
  readonly run: string;
  /** Lets go: what is left of the run is for the next one to remove. */
  close(): Promise<void>;
}

/**
 * Begins a run of tests, and removes what is left of runs that were killed. A run lives as long as
 * its session here: PostgreSQL's locks show that to every other run, on any machine.
 *
 * @param number of the run, where it has begun on another node of a cluster
 */
export async function beginTestRun(server: string, number?: string): Promise<TestRun> {
  const run = number === undefined ? randomInt(2 ** 31 - 1) : Number.parseInt(number, 16);
  const client = await connect(server);
  try {
    await client.query('select pg_advisory_lock_shared($1, $2)', [runLock, run]);
    await removeDeadRuns(client);
    return { run: run.toString(16).padStart(8, '0'), close: () => client.end() };
  } catch (error) {
    await client.end();
    throw error;
  }
}

/** A new name for a database or a role of a run. */
export function newScratchName(run: string): string {
  return `optout_lab_test_${run}_${randomBytes(4).toString('hex')}`;
}

/** The run that a name belongs to, or undefined. */
export function runOf(name: string): string | undefined {
  return scratchName.exec(name)?.[1];
}

async function removeDeadRuns(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ kind: 'database' | 'role'; name: string }>(
    readSql(new URL('./dead-test-runs.sql', import.meta.url)),
    [runLock],
  );
  for (const { kind, name } of rows) {
    try {
      await client.query(`drop ${kind} if exists ${client.escapeIdentifier(name)}`);
    } catch (error) {
      // somebody else's, or in use after all, or another run was quicker
      if (!['42501', '55006', '2BP01', '42704', 'XX000'].includes(codeOf(error) ?? '')) throw error;
    }
  }
}
