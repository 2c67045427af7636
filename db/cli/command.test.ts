import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { it } from 'node:test';
import { nodeArguments } from './command-file.ts';

it('a command whose output nobody reads any more ends as it would have, without a stack', async () => {
  const child = spawn(process.execPath, [...nodeArguments('db/commands/db-url.ts'), '--help']);
  child.stdout.destroy();
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
  assert.deepEqual({ said, code }, { said: '', code: 0 });
});
