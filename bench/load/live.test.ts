import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LatencyBins } from '../stats/latency-bins.ts';
import { Live } from './live.ts';
import type { Second } from './options/trial-options.ts';
import { noCounts } from './record/counts.ts';

function second(number: number): Second {
  const bins = new LatencyBins();
  for (let ms = 1; ms <= 100; ms++) bins.record(ms);
  return {
    second: number,
    reports: [
      {
        second: number,
        last: false,
        offered: 2_001,
        counts: { ...noCounts(), done: 1_999, refused: 42, errors: 3, retries: 7 },
        intended: [],
        ended: bins.sparse(),
        endedMaxMs: bins.maxMs,
        behindMs: 12.5,
        utilisation: 0.31,
      },
    ],
    sample: {
      waits: { CPU: 2, 'IO:WalSync': 1, 'LWLock:WALWrite': 9 },
      autovacuums: ['autovacuum: VACUUM public.outbound_messages'],
      checkpointing: true,
      walBytes: 1,
    },
  };
}

function shown(terminal: { readonly isTTY: boolean; readonly columns?: number }): string {
  let text = '';
  const live = new Live({ ...terminal, write: (more: string) => (text += more) }, 'a title');
  live.show(second(0));
  live.show(second(1));
  return text;
}

describe('the seconds of a load', () => {
  it('are a line each where there is no terminal', () => {
    const lines = shown({ isTTY: false }).trimEnd().split('\n');
    assert.equal(lines.length, 4);
    assert.match(
      lines[3] ?? '',
      /^ +2 +2,001 +1,999 +42 +\d\d\.\d +9\d\.\d +100 +3 +7 +12\.5 +31 % {2}server: 12 at work, 9 LWLock:WALWrite, 1 IO:WalSync, checkpoint, autovacuum$/,
    );
    assert.ok(!shown({ isTTY: false }).includes('\u001b'));
  });

  it('are a line a minute after the first minute, with what was done in it', () => {
    let text = '';
    const live = new Live({ write: (more: string) => (text += more) }, 'a title');
    for (let number = 0; number < 200; number++) live.show(second(number));
    live.end();
    live.end();
    const lines = text.trimEnd().split('\n');
    assert.equal(lines.length, 2 + 60 + 1 + 2 + 1);
    assert.match(lines[62] ?? '', /^a line a minute/);
    const sums = (lines[63] ?? '').trim().split(/ +/);
    assert.deepEqual(sums.slice(0, 4), ['120', '120,060', '119,940', '2,520']);
    assert.match(lines[64] ?? '', /^ +180 /);
    assert.match(lines[65] ?? '', /^ +200 +40,020 /);
  });

  it('are written over on a terminal, in lines that fit it', () => {
    const text = shown({ isTTY: true, columns: 80 });
    assert.equal(text.split('\u001b[2A\u001b[J').length, 2);
    for (const line of text.replaceAll('\u001b[2A\u001b[J', '').split('\n')) {
      assert.ok(line.length < 80, line);
    }
  });
});
