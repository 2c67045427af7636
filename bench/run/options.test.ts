import assert from 'node:assert/strict';
import { it } from 'node:test';
import { UserError } from '../../db/cli/errors.ts';
import { listDesigns } from '../../db/designs.ts';
import { type BenchFlags, readOptions } from './options.ts';

it('flags that contradict each other, or name nothing, are refused in one line', () => {
  const cases: readonly (readonly [BenchFlags, RegExp])[] = [
    [{ sweep: '1M,10k' }, /ascending/],
    [{ sweep: '10k,1M', scale: 'small' }, /leave out --scale/],
    [{ run: '../elsewhere' }, /names a folder/],
    [{ resume: true }, /name it with --run/],
    [{ designs: 'blocked_hsah' }, /blocked_hash/],
    [{ scenarios: 'bulk-9' }, /no scenario "bulk-9"/],
  ];
  for (const [flags, says] of cases) {
    assert.throws(
      () => readOptions(flags),
      (error: unknown) =>
        error instanceof UserError && says.test(error.message) && !error.message.includes('\n'),
    );
  }
});

it('the time is shared by the designs, and more designs get fewer scenarios unless they are named', () => {
  const one = readOptions({ maxSeconds: 60 });
  const two = readOptions({ maxSeconds: 60, designs: 'blocked_contacts,blocked_hash' });
  assert.deepEqual([one.method.secondsPerDesign, two.method.secondsPerDesign], [60, 30]);
  assert.ok(two.scenarios.length < one.scenarios.length);
  assert.ok(
    readOptions({ scenarios: 'all', designs: 'all' }).scenarios.length > one.scenarios.length,
  );
});

it('as many clients as are asked for are timed once, also where that is a scenario already', () => {
  for (const clients of [3, 4]) {
    const names = readOptions({ clients }).scenarios.map(({ name }) => name);
    assert.equal(names.filter((name) => name === `clients-${clients}`).length, 1);
  }
});

it('instructions: of every design where asked for, of the default in a run that was asked for nothing, else none', () => {
  const wanted = (flags: BenchFlags): string => readOptions(flags).instructions;
  assert.equal(wanted({ instructions: true, designs: 'all', maxSeconds: 3 }), 'every design');
  assert.equal(wanted({ instructions: false }), 'none');
  assert.equal(wanted({ scale: 'tiny' }), 'the default design');
  for (const flags of [
    { designs: 'all' },
    { scenarios: 'refused' },
    { sweep: '10k,1M' },
    { maxSeconds: 3 },
  ]) {
    assert.equal(wanted(flags), 'none');
  }
});

it('plans of the other designs are kept: while there is time, all where asked for, none where designs are named', () => {
  const all = listDesigns().map(({ name }) => name);
  const planned = (flags: BenchFlags): readonly string[] =>
    readOptions(flags).planned.map(({ name }) => name);
  assert.deepEqual([...planned({}), 'blocked_contacts'].sort(), [...all].sort());
  assert.equal(readOptions({}).planEvery, false);
  assert.deepEqual(planned({ quick: true }), []);
  assert.deepEqual(planned({ designs: 'blocked_hash' }), []);
  assert.ok(readOptions({ plans: true }).planEvery);
  assert.deepEqual(
    [{}, { plans: true }, { plans: false }].map((flags) => readOptions(flags).keepsPlans),
    [true, true, false],
  );
  assert.deepEqual(readOptions({ plans: false }).planned, []);
  assert.deepEqual(
    [...planned({ plans: true, designs: 'blocked_hash' }), 'blocked_hash'].sort(),
    [...all].sort(),
  );
});
