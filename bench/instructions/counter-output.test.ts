import assert from 'node:assert/strict';
import { it } from 'node:test';
import { refusal } from '../../db/contract.ts';
import {
  between,
  CountFailure,
  costOfOne,
  figuresOfSession,
  instructionsOfCachegrind,
  instructionsOfCallgrind,
  instructionsOfPerf,
  requireRefusals,
} from './counter-output.ts';

const refused = `ERROR:  ${refusal.message}`;

/** What valgrind 3.19 writes with --combine-dumps=yes, without the costs of its functions. */
const dump = (part: number, trigger: string, totals: number): string =>
  `# callgrind format
version: 1
creator: callgrind-3.19.0
pid: 8519
cmd:  /usr/lib/postgresql/18/bin/postgres --single
part: ${part}


desc: I1 cache:
desc: Timerange: Basic block 5 - 6
desc: Trigger: ${trigger}

positions: line
events: Ir
summary: ${totals}


ob=(1) /usr/lib/x86_64-linux-gnu/ld-2.36.so
fn=(4) 0x0000000000020550
0 12

totals: ${totals}
`;

it('each dump at a mark has its own sum, and the end of the process is none', () => {
  const mark = '--dump-before=pg_stat_force_next_flush';
  const dumps = [
    dump(1, mark, 33_453_187),
    dump(2, mark, 60_452),
    dump(3, 'Program termination', 823_401),
  ].join('');
  assert.deepEqual(instructionsOfCallgrind(dumps), [33_453_187, 60_452]);
  assert.deepEqual(instructionsOfCallgrind(''), []);
});

it('a dump that was cut off is no count', () => {
  const cut = dump(1, '--dump-before=pg_stat_force_next_flush', 1).replace(/totals.*/, '');
  assert.throws(() => instructionsOfCallgrind(cut), CountFailure);
});

it('cachegrind tells its sum on standard error, whatever stands around it', () => {
  const told = (refs: string): string =>
    `LOG:  ready\n==12== \n==12== ${refs}\nERROR:  I refs: 1\n`;
  assert.equal(instructionsOfCachegrind(told('I   refs:      1,219,323,476')), 1_219_323_476);
  assert.equal(instructionsOfCachegrind(told('I refs:        12')), 12);
  assert.throws(() => instructionsOfCachegrind(told('valgrind: fatal error')), CountFailure);
});

it('perf stat tells a sum, or that the processor does not count', () => {
  assert.equal(instructionsOfPerf('LOG:  1,2\n1234567,,instructions:u,2000,100.00,,\n'), 1_234_567);
  assert.equal(instructionsOfPerf('12,,instructions,2000,100.00,,\n'), 12);
  for (const without of ['<not supported>', '<not counted>']) {
    assert.throws(() => instructionsOfPerf(`${without},,instructions:u,0,100.00,,`), CountFailure);
  }
});

it('a session tells at each mark what it had done in all, and the parts are the differences', () => {
  const row = (wal: number, pages: number): string =>
    `\t 1: wal_bytes = "${wal}"\t(typeid = 1700, len = -1, typmod = -1, byval = f)\n\t 2: pages = "${pages}"\t(typeid = 20, len = 8, typmod = -1, byval = t)\n`;
  const figures = figuresOfSession(`backend> ${row(0, 90)}backend> ${row(640, 110)}`);
  assert.deepEqual(figures, [
    { walBytes: 0, pages: 90 },
    { walBytes: 640, pages: 110 },
  ]);
  assert.deepEqual(between([90, 110, 110]), [90, 20, 0]);
  assert.throws(() => figuresOfSession(row(1, 1).replace('pages', 'sides')), CountFailure);
});

it('one execution costs the difference of two counts over that of their executions', () => {
  const fewer = { instructions: 46_000 + 20 * 1_000, walBytes: 24 + 20 * 100, pages: 7 + 20 * 3 };
  const more = { instructions: 46_000 + 120 * 1_000, walBytes: 24 + 120 * 100, pages: 7 + 120 * 3 };
  assert.deepEqual(costOfOne(fewer, more, 100), { instructions: 1_000, walBytes: 100, pages: 3 });
  assert.throws(() => costOfOne(fewer, fewer, 0), RangeError);
});

it('refusals are counted, and any other error is told', () => {
  requireRefusals(`LOG:  ready\n${refused}\nDETAIL:  At least 3\n${refused}\n`, refusal.message, 2);
  assert.throws(
    () => requireRefusals(`${refused}\n`, refusal.message, 2),
    /1 inserts were refused, and 2 should have been/,
  );
  assert.throws(
    () => requireRefusals('ERROR:  relation "x" does not exist\n', refusal.message, 0),
    /relation "x" does not exist/,
  );
});
