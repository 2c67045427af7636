import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { after, before, describe, it } from 'node:test';
import { UserError } from '../../db/cli/errors.ts';
import { backendPid } from '../../db/connection/backend-pid.ts';
import { createTestDatabase, type TestDatabase } from '../../db/testing/test-database.ts';
import { allowedProcessors, pinSessions, processorsIn, requirePinning } from './pin-sessions.ts';

it('processors are read from ranges and single numbers', () => {
  assert.deepEqual(processorsIn('0-2,5'), [0, 1, 2, 5]);
  assert.deepEqual(processorsIn('7'), [7]);
  assert.deepEqual(processorsIn('0,2,4-5'), [0, 2, 4, 5]);
});

it('sessions of another server are not pinned: its processes may be on another machine', () => {
  assert.throws(
    () => requirePinning({ kind: 'external' }),
    (error) =>
      error instanceof UserError && /--pin-sessions is for the embedded/.test(error.message),
  );
});

describe('sessions that are pinned', { skip: whyNot() }, () => {
  let database: TestDatabase;
  before(async () => {
    database = await createTestDatabase();
  });
  after(() => database.drop());

  it('run on one processor, the last; this process and other sessions where they did', async () => {
    const own = allowedProcessors();
    const clients = [await database.connect(), await database.connect(), await database.connect()];
    const pids: number[] = [];
    for (const client of clients) pids.push(await backendPid(client));
    await pinSessions(clients.slice(0, 2));
    const [first, second, other] = pids.map((pid) => allowedProcessors(pid));
    assert.deepEqual(first, [own.at(-1)]);
    assert.deepEqual(second, first);
    assert.deepEqual(other, own);
    assert.deepEqual(allowedProcessors(), own);
  });
});

function whyNot(): string | false {
  if ((process.env['DATABASE_URL'] ?? '') !== '') return 'the server may be on another machine';
  if (process.platform !== 'linux') return 'only Linux has taskset';
  if (availableParallelism() < 2) return 'one processor';
  try {
    execFileSync('taskset', ['--version'], { stdio: 'ignore' });
    return false;
  } catch {
    return 'no taskset on this machine';
  }
}
