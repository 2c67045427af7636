import assert from 'node:assert/strict';
import { it } from 'node:test';
import { splitPassword } from '../../db/pgbench-process.ts';

it('a password is on no command line of pgbench, wherever the URL has it', () => {
  const rows = [
    ['postgres://u:p%40w@h:5/db?x=1', 'postgres://u@h:5/db?x=1', 'p@w'],
    ['postgres:///db?host=/s&password=p%40w&x=1', 'postgres:///db?host=/s&x=1', 'p@w'],
    ['postgres:///db?password=pw&host=/s', 'postgres:///db?host=/s', 'pw'],
    ['postgres:///db?host=/s', 'postgres:///db?host=/s', undefined],
  ] as const;
  for (const [url, connection, password] of rows) {
    assert.deepEqual(splitPassword(url), { connection, password });
  }
});
