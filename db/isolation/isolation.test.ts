import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { applyDesign, type Design, defaultDesignName, listDesigns } from '../designs.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { type IsolationResult, runPermutations, runRandomHistories } from './run-histories.ts';

/*
 * A part of what `npx tsx db/commands/isolation.ts` runs: a small number of cases for each design, and
 * more for the default one.
 */
const seed = 20_250_101;

const [racy] = listDesigns(new URL('./fixtures/', import.meta.url));

function withDesign(design: Design, tests: (url: () => string) => void): void {
  let database: TestDatabase;
  before(async () => {
    database = await createTestDatabase();
    const client = await database.connect();
    try {
      await applyDesign(database.url, client, design);
    } finally {
      await client.end();
    }
  });
  after(() => database.drop());
  tests(() => database.url);
}

function assertProven({ failures }: IsolationResult): void {
  assert.equal(failures.length, 0, failures.join('\n\n'));
}

for (const design of listDesigns()) {
  const share = design.name === defaultDesignName ? 1 : 4;
  describe(`design ${design.name} under concurrency`, () => {
    withDesign(design, (url) => {
      it('blocks exactly the right numbers in the permutations of two and three sessions', async (t) => {
        const result = await runPermutations(url(), design, {
          perCase: 8 / share,
        });
        t.diagnostic(`${result.histories} permutations, ${JSON.stringify(result.counts)}`);
        assertProven(result);
      });

      it('blocks exactly the right numbers in random histories', async (t) => {
        const result = await runRandomHistories(url(), design, { histories: 120 / share, seed });
        t.diagnostic(`${result.histories} histories, ${JSON.stringify(result.counts)}`);
        assertProven(result);
      });
    });
  });
}

if (racy === undefined) throw new Error('the racy fixture is missing');
describe('a design that inserts and then counts, kept to show that they can fail', () => {
  withDesign(racy, (url) => {
    it('is caught by the permutations', async () => {
      const { failures } = await runPermutations(url(), racy, { perCase: 12 });
      assert.ok(
        failures.some((failure) =>
          failure.includes('3 profiles have a committed 21610, and it is not blocked'),
        ),
        `found: ${failures.join('\n\n')}`,
      );
    });

    it('is caught by random histories, and shrunk', async () => {
      const { failures } = await runRandomHistories(url(), racy, {
        histories: 400,
        seed,
        timeLimitMs: 6_000,
      });
      assert.match(
        failures.join('\n'),
        /it is not blocked|was accepted, and began after the block/,
      );
    });
  });
});
