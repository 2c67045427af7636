import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import type pg from 'pg';
import { openFixture } from '../conformance/fixture.ts';
import { applyDesign } from '../designs.ts';
import { fuzzed } from '../testing/fuzz.ts';
import { skipDesign } from '../testing/skip-design.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { testedDesigns } from '../testing/tested-designs.ts';
import { holdToModel, operations, setThreshold } from './operations.ts';
import { type SendingWay, sendingWays } from './ways.ts';

/** Of so many operations no more than a third may be on nothing, or little was tried. */
const runs = 12;

/** Once one has failed, smaller ones are looked for so long. */
const mostShrinkingMs = 60_000;

for (const design of testedDesigns()) {
  describe(`any operations in any order, design ${design.name}`, {
    skip: await skipDesign(design),
  }, () => {
    let database: TestDatabase;
    let owner: pg.Client;
    before(async () => {
      database = await createTestDatabase();
      owner = await database.connect();
      await applyDesign(database.url, owner, design);
    });
    after(async () => {
      await owner.end();
      await database.drop();
    });

    it('are refused if and only if a model of a few lines refuses them', async () => {
      const takesCopy = !design.cannot.some((name) => name.includes('COPY'));
      const ways = (Object.keys(sendingWays) as SendingWay[]).filter(
        (way) => way !== 'copy' || takesCopy,
      );
      let [tried, drawn] = [0, 0];
      let shrinkingUntilMs = Number.POSITIVE_INFINITY;
      await fc.assert(
        fc.asyncProperty(operations(ways), async (steps) => {
          if (performance.now() > shrinkingUntilMs) return;
          await setThreshold(owner, 3);
          const fixture = await openFixture(database.url, design);
          try {
            tried += await holdToModel(owner, fixture, steps);
            drawn += steps.length;
          } catch (error) {
            shrinkingUntilMs = Math.min(shrinkingUntilMs, performance.now() + mostShrinkingMs);
            throw error;
          } finally {
            await fixture.close();
          }
        }),
        fuzzed(runs),
      );
      assert.ok(tried > (2 * drawn) / 3, `${tried} of ${drawn} operations were on something`);
    });
  });
}
