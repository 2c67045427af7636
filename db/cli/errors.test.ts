import assert from 'node:assert/strict';
import { it } from 'node:test';
import { messageOf } from './errors.ts';

it('a message is one line, whatever was typed into it', () => {
  assert.equal(messageOf(new Error('no preset "a\r\n b"')), 'no preset "a b"');
  assert.equal(messageOf(new Error('no preset "a\rb"\n')), 'no preset "a b"');
});
