import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { syntheticRollout } from '../testing/synthetic-loads.ts';
import { writeRolloutPage } from './rollout-page.ts';

it('a rollout is listed in the page above, and leaves the page of a run that it is part of', () => {
  const reports = mkdtempSync(join(tmpdir(), 'optout-rollout-page-'));
  try {
    const above = join(reports, 'index.html');
    const rollout = join(reports, 'rollout');
    mkdirSync(rollout);
    writeFileSync(join(rollout, 'rollout.json'), JSON.stringify(syntheticRollout()));
    writeRolloutPage(syntheticRollout(), rollout);
    assert.match(readFileSync(above, 'utf8'), /href="rollout\/index.html"/);

    writeFileSync(join(reports, 'results.json'), '{}');
    writeFileSync(above, 'its report');
    writeRolloutPage(syntheticRollout(), rollout);
    assert.equal(readFileSync(above, 'utf8'), 'its report');
  } finally {
    rmSync(reports, { recursive: true });
  }
});
