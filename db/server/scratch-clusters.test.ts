import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, it } from 'node:test';
import { markOf } from './process-mark.ts';
import { removeLeftScratchClusters } from './scratch-clusters.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'optout-scratch-'));
});
afterEach(() => rmSync(home, { recursive: true }));

function scratchOf(name: string, owner: string): string {
  const folder = join(home, `scratch-${name}`);
  mkdirSync(join(folder, 'programs'), { recursive: true });
  writeFileSync(join(folder, 'owner'), owner);
  return folder;
}

it('what a command left that is dead is removed, and the programs that it started are ended', async () => {
  const left = scratchOf('4000001', '4000001 1');
  const program = spawn('sleep', ['600']);
  const ended = once(program, 'exit');
  writeFileSync(join(left, 'programs', String(program.pid)), markOf(program.pid) ?? '');
  assert.equal(await removeLeftScratchClusters({ home }), true);
  assert.deepEqual(await ended, [null, 'SIGKILL']);
  assert.equal(existsSync(left), false);
  assert.equal(await removeLeftScratchClusters({ home }), false);
});

it('a command that lives keeps its own, also before it has written its mark', async () => {
  const own = scratchOf('1', markOf() ?? '');
  const unmarked = scratchOf(String(process.pid), '');
  assert.equal(await removeLeftScratchClusters({ home }), false);
  assert.deepEqual([existsSync(own), existsSync(unmarked)], [true, true]);
});

it('a program that has the pid of one that ended is left alone', async () => {
  const left = scratchOf('4000001', '4000001 1');
  const other = spawn('sleep', ['600']);
  writeFileSync(join(left, 'programs', String(other.pid)), `${other.pid} 1`);
  assert.equal(await removeLeftScratchClusters({ home }), true);
  assert.equal(other.exitCode ?? other.signalCode, null);
  assert.equal(spawnSync('kill', ['-0', String(other.pid)]).status, 0);
  other.kill();
  await once(other, 'exit');
});
