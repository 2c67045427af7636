import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { after, before, describe, it } from 'node:test';
import { UserError } from '../../db/cli/errors.ts';
import { backendPid } from '../../db/connection/backend-pid.ts';
import { createTestDatabase, type TestDatabase } from '../../db/testing/test-database.ts';
import { readOptions } from '../run/options.ts';
import {
  allowedProcessors,
  placeSessions,
  processorsIn,
  type SessionsPlace,
  startSessionsPlacer,
  withPlacement,
} from './pin-sessions.ts';

it('processors are read from ranges and single numbers', () => {
  assert.deepEqual(processorsIn('0-2,5'), [0, 1, 2, 5]);
  assert.deepEqual(processorsIn('7'), [7]);
  assert.deepEqual(processorsIn('0,2,4-5'), [0, 2, 4, 5]);
});

/** A server that is never asked for a session. */
const place = (kind: SessionsPlace['server']['kind']): SessionsPlace => ({
  server: { kind },
  connect: () => assert.fail('a session was opened'),
});

it('sessions that may be on another machine, or change behind a pooler, stay where they run', async () => {
  const options = readOptions({});
  const pooled = readOptions({ pooler: { host: 'localhost', port: 6432 } });
  for (const [run, at, told] of [
    [options, [place('external')], /--pin-sessions is for the embedded server/],
    [options, [place('embedded'), place('external')], /--pin-sessions is for the embedded server/],
    [pooled, [place('embedded')], /--pin-sessions is not for a pooler/],
  ] as const) {
    assert.equal(await withPlacement(run, undefined, at), run);
    assert.equal(await withPlacement(run, false, at), run);
    await assert.rejects(
      withPlacement(run, true, at),
      (error) => error instanceof UserError && told.test(error.message),
    );
  }
});

describe('sessions that are pinned', { skip: whyNot() }, () => {
  let database: TestDatabase;
  before(async () => {
    database = await createTestDatabase();
  });
  after(() => database.drop());

  it('are those of a run where nothing is said; without taskset only where they were asked for', async () => {
    const options = readOptions({});
    const here: SessionsPlace = {
      server: { kind: 'embedded' },
      connect: () => database.connect(),
    };
    const { method } = await withPlacement(options, undefined, [here, here]);
    assert.equal(method.placement, 'sessions on one processor');
    const { PATH } = process.env;
    process.env['PATH'] = '';
    try {
      assert.equal(await withPlacement(options, undefined, [here]), options);
      await assert.rejects(
        withPlacement(options, true, [here]),
        (error) =>
          error instanceof UserError && /^--pin-sessions wants taskset.*ENOENT/.test(error.message),
      );
    } finally {
      process.env['PATH'] = PATH;
    }
  });

  it('run on one processor, the last; this process and other sessions where they did', async (t) => {
    const own = allowedProcessors();
    const clients = [await database.connect(), await database.connect(), await database.connect()];
    const pids: number[] = [];
    for (const client of clients) pids.push(await backendPid(client));
    const placer = startSessionsPlacer();
    t.after(() => placer.close());
    await placeSessions(placer, clients.slice(0, 2));
    const [first, second, other] = pids.map((pid) => allowedProcessors(pid));
    assert.deepEqual(first, [own.at(-1)]);
    assert.deepEqual(second, first);
    assert.deepEqual(other, own);
    assert.deepEqual(allowedProcessors(), own);
    await assert.rejects(placer.place([nobody]), /failed to get pid|No such process/);
    await placeSessions(placer, clients); // asked again after a refusal
    assert.deepEqual(allowedProcessors(pids[2]), first);
  });
});

/** No process has this number: Linux gives none above 4,194,304. */
const nobody = 5_000_000;

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
