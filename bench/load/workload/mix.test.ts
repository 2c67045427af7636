import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { UserError } from '../../../db/cli/errors.ts';
import { Draws } from '../../stats/random.ts';
import { type Delay, presetNames, readMix, reportDueMs, reportsPerSend } from './mix.ts';

const folder = mkdtempSync(join(tmpdir(), 'optout-lab-mix-'));
after(() => rmSync(folder, { recursive: true }));

function fileOf(value: unknown): string {
  const path = join(folder, 'own.json');
  writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value));
  return path;
}

const campaign = readMix('campaign');

describe('a mix', () => {
  it('is a preset by name', () => {
    assert.deepEqual(presetNames(), ['campaign', 'opt-out-wave', 'webhook-storm']);
    for (const name of presetNames()) assert.equal(readMix(name).name, name);
  });

  it('is a file of one’s own by path', () => {
    const own = { ...campaign, name: 'own', delay: { kind: 'fixed', ms: 20 } };
    assert.deepEqual(readMix(fileOf(own)), own);
  });

  const bad: readonly (readonly [string, unknown, RegExp])[] = [
    ['not JSON', '{"name"', /is not JSON/],
    ['a list', [], /a mix must be a JSON object/],
    ['nothing', {}, /name must be a text/],
    ['a field too many', { ...campaign, blockedshare: 1 }, /no field "blockedshare".*blockedShare/],
    ['a share above 1', { ...campaign, optOutShare: 1.5 }, /optOutShare must be a share/],
    ['a share as text', { ...campaign, freshShare: '0.1' }, /freshShare must be a share/],
    ['a share below 0', { ...campaign, repeatShare: -0.1 }, /repeatShare must be a share/],
    [
      'sends of more than everything',
      { ...campaign, blockedShare: 0.6, freshShare: 0.6 },
      /together exceed 1/,
    ],
    [
      'reports of more than everything',
      { ...campaign, deliveredShare: 0.9, filteredShare: 0.2 },
      /together exceed 1/,
    ],
    [
      'no new numbers',
      { ...campaign, freshNumbersAtOnce: 0 },
      /freshNumbersAtOnce must be a number/,
    ],
    ['unknown arrivals', { ...campaign, arrivals: 'uniform' }, /one of constant, poisson/],
    ['unknown numbers', { ...campaign, numbers: 'zipf' }, /one of uniform, skewed/],
    ['an unknown delay', { ...campaign, delay: { kind: 'gamma' } }, /delay.kind must be one of/],
    ['a delay without its time', { ...campaign, delay: { kind: 'fixed' } }, /delay.ms must be/],
    [
      'a delay with another’s time',
      { ...campaign, delay: { kind: 'fixed', ms: 1, meanMs: 2 } },
      /delay has no field "meanMs"/,
    ],
    [
      'a 99th percentile below the median',
      { ...campaign, delay: { kind: 'log-normal', medianMs: 10, p99Ms: 9 } },
      /no less than delay.medianMs/,
    ],
  ];
  for (const [what, value, says] of bad) {
    it(`is refused in one line: ${what}`, () => {
      assert.throws(
        () => readMix(fileOf(value)),
        (error: unknown) =>
          error instanceof UserError && says.test(error.message) && !error.message.includes('\n'),
      );
    });
  }

  it('that is not there is refused in one line', () => {
    assert.throws(() => readMix(join(folder, 'none.json')), /cannot read the mix file/);
    assert.throws(() => readMix('campain'), /no preset "campain": did you mean "campaign"/);
  });

  it('brings so many reports a send', () => {
    const mix = { ...campaign, blockedShare: 0, freshShare: 0.5, optOutShare: 0.5 };
    const half = { ...mix, deliveredShare: 0.8, filteredShare: 0.2, repeatShare: 1 };
    assert.equal(reportsPerSend(half), 2);
  });
});

describe('the delay of a report', () => {
  const times = (delay: Delay, nowMs = 1_000): number[] => {
    const draws = new Draws(1, 'delays');
    return Array.from({ length: 20_000 }, () => reportDueMs(delay, nowMs, draws) - nowMs).sort(
      (a, b) => a - b,
    );
  };
  const at = (sorted: readonly number[], share: number): number =>
    sorted[Math.floor(share * sorted.length)] ?? Number.NaN;

  it('is fixed', () => {
    assert.deepEqual([...new Set(times({ kind: 'fixed', ms: 7 }))], [7]);
  });

  it('is exponential around its mean', () => {
    const drawn = times({ kind: 'exponential', meanMs: 100 });
    const mean = drawn.reduce((sum, ms) => sum + ms, 0) / drawn.length;
    assert.ok(Math.abs(mean - 100) < 3, `mean ${mean}`);
    assert.ok(Math.abs(at(drawn, 0.5) - 100 * Math.LN2) < 3, `median ${at(drawn, 0.5)}`);
  });

  it('is log-normal with its median and its 99th percentile', () => {
    const drawn = times({ kind: 'log-normal', medianMs: 400, p99Ms: 3_000 });
    assert.ok(Math.abs(at(drawn, 0.5) - 400) < 20, `median ${at(drawn, 0.5)}`);
    assert.ok(Math.abs(at(drawn, 0.99) - 3_000) < 300, `p99 ${at(drawn, 0.99)}`);
  });

  it('lasts until all are released together', () => {
    const draws = new Draws(1, 'delays');
    const due = (nowMs: number) => reportDueMs({ kind: 'released', everyMs: 500 }, nowMs, draws);
    assert.deepEqual(
      [due(1_001), due(1_250), due(1_499.9), due(1_500)],
      [1_500, 1_500, 1_500, 2_000],
    );
  });
});
