import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { coverageOf } from './coverage.ts';
import { latencyModels } from './models.ts';
import { coverageRule, holds, runCoverage, trueRatios } from './run-coverage.ts';

const shape = { pairsPerSlice: 10, slicesPerSessions: 2, mostSessions: 20 };

describe('intervals over simulated latencies', () => {
  it('hold the truth as often as they say, whatever the machine does meanwhile', () => {
    const rows = runCoverage(120, 3, () => {});
    assert.equal(rows.length, (latencyModels.size + 1) * trueRatios.length);
    for (const row of rows) assert.ok(holds(row), `${row.model} at ${row.ratio}: ${row.held}`);
  });

  it('hold it too seldom where one stops at the first narrow interval of few sessions', () => {
    const model = latencyModels.get('independent noise');
    assert.ok(model !== undefined);
    const rule = { ...coverageRule, fewestSessions: 6, confidence: 0.7 };
    assert.ok(!holds(coverageOf(model, 1, rule, shape, 400, 3)));
  });

  it('are the same for one seed', () => {
    const model = latencyModels.get('spikes');
    assert.ok(model !== undefined);
    const once = coverageOf(model, 1.2, coverageRule, shape, 20, 5);
    assert.deepEqual(coverageOf(model, 1.2, coverageRule, shape, 20, 5), once);
    assert.notDeepEqual(coverageOf(model, 1.2, coverageRule, shape, 20, 6), once);
  });

  it('are of a treatment that is multiplied by the true ratio', () => {
    const model = latencyModels.get('drift');
    assert.ok(model !== undefined);
    const { meanRatio } = coverageOf(model, 1.2, coverageRule, shape, 50, 5);
    assert.ok(Math.abs(meanRatio - 1.2) < 0.01, String(meanRatio));
  });
});
