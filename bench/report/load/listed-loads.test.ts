import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { loadFormatVersion } from '../../load/results/format-version.ts';
import type { LoadResults } from '../../load/results/results.ts';
import { syntheticEnvironment } from '../testing/synthetic-environment.ts';
import { loadsSection } from './listed-loads.ts';
import { loadPageHtml } from './load-page.ts';

const reports = mkdtempSync(join(tmpdir(), 'optout-listed-loads-'));
after(() => rmSync(reports, { recursive: true }));

/** A comparison with pgbench whose pairs came out at these ratios, the middle one the median. */
function comparison(...ratios: readonly [number, number, number]): LoadResults {
  return {
    formatVersion: loadFormatVersion,
    kind: 'load',
    runId: 'load-pgbench',
    startedAt: '2026-03-01T10:00:00.000Z',
    finishedAt: '2026-03-01T10:01:00.000Z',
    commandLine: 'npm run load -- --compare-pgbench',
    complete: true,
    scale: 'tiny',
    dataSetSeed: 1,
    drawSeed: 1,
    environment: syntheticEnvironment(),
    trials: [],
    ramps: [],
    pgbench: {
      version: 'pgbench 18',
      statement: 'insert',
      clients: 16,
      blockS: 5,
      pairs: ratios.map((ratio) => ({ ours: 1_000 * ratio, pgbench: 1_000 })),
      ratio: ratios[1],
    },
  };
}

function listed(results: LoadResults): string {
  mkdirSync(join(reports, results.runId), { recursive: true });
  writeFileSync(join(reports, results.runId, 'load.json'), JSON.stringify(results));
  return String(loadsSection(reports)[0]?.body);
}

it('a comparison with pgbench has the same mark in the list as on its own page', () => {
  for (const [mark, results] of [
    ['open', comparison(0.77, 0.78, 1.06)],
    ['bad', comparison(0.6, 0.7, 0.75)],
    ['good', comparison(0.81, 0.9, 1)],
  ] as const) {
    assert.match(listed(results), new RegExp(`class="mark ${mark}".*of pgbench’s rate`));
    assert.match(loadPageHtml(results), new RegExp(`href="#pgbench" class="${mark}"`));
  }
});
