import assert from 'node:assert/strict';
import { it } from 'node:test';
import { serverTitles } from './server-titles.ts';

const server = (versionNumber: number, flags?: string) =>
  ({
    server: { versionNumber, pgConfig: flags === undefined ? {} : { CFLAGS: flags } },
  }) as unknown as Parameters<typeof serverTitles>[0];

it('two servers are called by the shortest that tells them apart', () => {
  const cases = [
    [server(180004, '-O2'), server(170010, '-Os'), 'PostgreSQL 18', 'PostgreSQL 17'],
    [server(150020), server(150018), 'PostgreSQL 15.20', 'PostgreSQL 15.18'],
    [
      server(150020, '-O0 -g -O2 -fPIC'),
      server(150020, '-Os'),
      'PostgreSQL 15.20 (-O2)',
      'PostgreSQL 15.20 (-Os)',
    ],
    [server(180004, '-Os'), server(180004, '-Os'), 'this server', 'the other server'],
  ] as const;
  for (const [treatment, control, here, there] of cases) {
    assert.deepEqual(serverTitles(treatment, control), { treatment: here, control: there });
  }
});
