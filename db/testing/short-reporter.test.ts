import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { nodeArguments } from '../cli/command-file.ts';
import { projectDir } from '../cli/project-dir.ts';

describe('the reporter of npm test', () => {
  it('prints what failed, what its file printed and what a test says, and a count', () => {
    const folder = mkdtempSync(join(tmpdir(), 'optout-reporter-'));
    const file = join(folder, 'some.test.mjs');
    writeFileSync(
      file,
      `import { describe, it } from 'node:test';
       describe('outer', () => {
         it('holds', (t) => t.diagnostic('7 permutations'));
         it.skip('is skipped');
         it('does not hold', () => { console.log('a hint'); throw new Error('on purpose'); });
       });`,
    );
    try {
      const reporter = fileURLToPath(new URL('./short-reporter.ts', import.meta.url));
      const [flag = '', loader = ''] = nodeArguments('none.ts'); // not built: through tsx
      const { stdout, status } = spawnSync(
        process.execPath,
        [flag, loader, '--test', `--test-reporter=${reporter}`, file],
        {
          cwd: projectDir,
          encoding: 'utf8',
          env: { ...process.env, NODE_TEST_CONTEXT: undefined },
        },
      );
      assert.equal(status, 1);
      assert.match(stdout, /some\.test\.mjs › outer › does not hold\n {4}Error: on purpose\n/);
      assert.match(stdout, /it printed:\n.*a hint/);
      assert.match(stdout, /^7 permutations$/m);
      assert.match(stdout, /^in [^\n]+\n1 passed, 1 failed, 1 skipped\n$/m);
      assert.doesNotMatch(stdout, /outer › holds|subtest/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
