import assert from 'node:assert/strict';
import { it } from 'node:test';
import { designNamed } from '../../db/designs.ts';
import { pgbenchVersion } from '../../db/pgbench-process.ts';
import { ensureSeeded } from '../database/ensure-seeded.ts';
import { benchBody, reserveForBench } from '../database/reservation.ts';
import { allowedProcessors } from '../paired/pin-sessions.ts';
import { readOptions } from '../run/options.ts';
import { createBenchLab } from '../run/testing.ts';
import { comparePgbench } from './pgbench.ts';

const skip =
  (pgbenchVersion() === undefined && 'no pgbench') ||
  ((process.platform !== 'linux' || allowedProcessors().length < 2) && 'no second processor');

it('pgbench is timed on the processor of the bench’s sessions, both durable and not', {
  skip,
}, async () => {
  const { lab, drop } = await createBenchLab();
  try {
    const options = readOptions({ scale: '5000' });
    const { messages, seed } = options;
    const dataSet = await ensureSeeded(lab, { messages, seed, replace: false });
    const reservation = await reserveForBench(lab);
    try {
      const result = await comparePgbench(
        {
          ...options,
          method: { ...options.method, placement: 'sessions on one processor' },
          reservation,
          major: lab.major,
          dataSet,
          runStartedMs: performance.now(),
        },
        lab.url,
        designNamed('blocked_contacts'),
      );
      assert.ok(result.state === 'measured', JSON.stringify(result));
      assert.deepEqual(
        result.comparisons.map(({ scenario }) => scenario),
        ['insert-durable', 'insert-not-durable'],
      );
      for (const { pgbenchSamples, oursSamples, ratio } of result.comparisons) {
        assert.ok(pgbenchSamples > 0 && pgbenchSamples <= oursSamples);
        assert.ok(ratio > 0);
      }
      const { rows } = await reservation.admin.query(
        `select from outbound_messages where body = $1`,
        [benchBody],
      );
      assert.equal(rows.length, 0);
    } finally {
      await reservation.close();
    }
  } finally {
    await drop();
  }
});
