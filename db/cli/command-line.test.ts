import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { commandLine, withoutFlag } from './command-line.ts';

describe('a command line', () => {
  it('is read by a shell as the words it was made from', () => {
    const words = ['--slo', 'p99<10ms', "it's", 'two words', '$HOME', '`id`', '', '*', '--rate=5'];
    const npm = `npm() { shift 3; printf '%s\\0' "$@"; }`;
    const read = execFileSync('/bin/sh', ['-c', `${npm}; ${commandLine('load', words)}`], {
      encoding: 'utf8',
    });
    assert.deepEqual(read.split('\0').slice(0, -1), words);
  });

  it('has no dashes where nothing follows', () => {
    assert.equal(commandLine('load', []), 'npm run load');
  });

  it('goes on without a flag, however it was given', () => {
    for (const args of [
      ['--a', '--run', 'x', '--b'],
      ['--a', '--run=x', '--b'],
      ['--a', '--b'],
    ]) {
      assert.deepEqual(withoutFlag(args, '--run', 'with a value'), ['--a', '--b']);
    }
    assert.deepEqual(withoutFlag(['--again', 'x'], '--again', 'switch'), ['x']);
  });

  it('shows no password', () => {
    const line = commandLine('bench', ['--url=postgres://u:secret@h/db']);
    assert.equal(line, 'npm run bench -- --url=postgres://u:***@h/db');
  });
});
