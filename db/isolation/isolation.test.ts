import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { connect } from '../connection/connect.ts';
import { isolationLevels } from '../contract.ts';
import { applyDesign, type Design, defaultDesignName, listDesigns } from '../designs.ts';
import { skipDesign } from '../testing/skip-design.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { testedDesigns } from '../testing/tested-designs.ts';
import { drawPermutations, isSerial, permutationsOf, permutedCases } from './permutations.ts';
import { type IsolationResult, runPermutations, runRandomHistories } from './run-histories.ts';

/*
 * A part of what `npm run prove` runs, drawn by seeds, another one for each design; more for the default.
 */
const seed = 20_250_101;

const ran = { permutations: 0, histories: 0 };

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

/** Both checkers found all as it should be, and the second one judged what it can judge. */
function assertProven({ failures, histories, second }: IsolationResult, design: Design): void {
  assert.equal(failures.length, 0, failures.join('\n\n'));
  assert.equal(second.differences, 0);
  const most = design.keepsOrder ? histories - second.optedIn : 0;
  assert.ok(second.judged <= most && second.judged >= 0.9 * most, `${second.judged} of ${most}`);
}

for (const design of testedDesigns()) {
  const share = design.name === defaultDesignName ? 1 : 4;
  describe(`design ${design.name} under concurrency`, { skip: await skipDesign(design) }, () => {
    withDesign(design, (url) => {
      it('blocks exactly the right numbers in the permutations of two and three sessions', async () => {
        const drawn = { perCase: 8 / share, seed };
        const result = await runPermutations(url(), design, { drawn });
        ran.permutations += result.histories;
        assertProven(result, design);
        assert.ok(result.histories > permutedCases.length * isolationLevels.length);
      });

      it('blocks exactly the right numbers in random histories', async () => {
        const histories = 80 / share;
        const own = seed + Number(design.version);
        const options = { histories, judgedByBoth: true, seed: own };
        const result = await runRandomHistories(url(), design, options);
        ran.histories += result.histories;
        assertProven(result, design);
        assert.equal(design.keepsOrder ? result.second.judged : result.histories, histories);
      });
    });
  });
}

it('ran them for every design', (t) => {
  t.diagnostic(
    `isolation: ${ran.permutations} permutations and ${ran.histories} random histories of ${testedDesigns().length} designs, by the seed ${seed}`,
  );
  assert.ok(ran.permutations > 0 && ran.histories > 0);
});

describe('permutations that are drawn', () => {
  it('are the same for one seed, others for another, and none is serial', () => {
    const [twoSessions] = permutedCases;
    assert.ok(twoSessions !== undefined);
    const draw = (own: number): readonly (readonly number[] | undefined)[] =>
      drawPermutations(twoSessions, 'serializable', 5, own).map(({ schedule }) => schedule);
    assert.deepEqual(draw(1), draw(1));
    assert.notDeepEqual(draw(1), draw(2));
    assert.equal(new Set(draw(1).map(String)).size, 5);
    for (const permutedCase of permutedCases) {
      const drawn = drawPermutations(permutedCase, 'serializable', 1_000_000, 1);
      const all = [...permutationsOf(permutedCase, 'serializable')];
      assert.deepEqual(drawn.filter(isSerial), []);
      assert.equal(drawn.length, all.filter((each) => !isSerial(each)).length);
      assert.ok(drawn.length < all.length && drawn.length > 2);
    }
    assert.equal(isSerial({ schedule: [1, 1, 0, 0] }), true);
    assert.equal(isSerial({ schedule: [0, 1, 1, 0] }), false);
  });
});

if (racy === undefined) throw new Error('the racy fixture is missing');
describe('a design that inserts and then counts, kept to show that they can fail', () => {
  withDesign(racy, (url) => {
    let failures: readonly string[] = [];
    before(async () => {
      ({ failures } = await runPermutations(url(), racy, { drawn: { perCase: 12, seed } }));
    });

    it('is caught by the permutations', () => {
      assert.ok(
        failures.some((failure) =>
          failure.includes('3 profiles have a committed 21610, and it is not blocked'),
        ),
        `found: ${failures.join('\n\n')}`,
      );
    });

    it('is caught by the second checker, as the anomaly that it is', () => {
      // the last reader sees three opt-outs and no block; two reporters did not see each other
      assert.ok(
        failures.some((failure) => /^second checker: G-single/m.test(failure)),
        `found: ${failures.join('\n\n')}`,
      );
    });

    it('shows its fault to whoever runs what is printed, in numbered sessions', async () => {
      const printed = failures.find((failure) => /n0: 3 profiles .* not blocked/.test(failure));
      assert.ok(printed !== undefined);
      const phone = /^-- n0 is (\+\d+)$/m.exec(printed)?.[1];
      const setup = /^(insert [^;]*;\n)+/m.exec(printed)?.[0];
      assert.ok(phone !== undefined && setup !== undefined);
      const sessions = new Map<string, pg.Client>();
      try {
        for (const [, number = '', sql = ''] of [
          ['', 'setup', setup],
          ...printed.matchAll(/^\/\* (\d+) \*\/ (.*;)$/gm),
        ]) {
          const session = sessions.get(number) ?? (await connect(url()));
          sessions.set(number, session);
          await session.query(sql);
        }
        const { rows } = (await sessions.get('setup')?.query(
          `insert into outbound_messages (profile_id, to_number, body)
           select id, $1, 'after' from profiles where name = 'p4' limit 1 returning to_number`,
          [phone],
        )) ?? { rows: [] };
        assert.deepEqual(rows, [{ to_number: phone }], 'three profiles opted out, and it is sent');
      } finally {
        for (const session of sessions.values()) await session.end();
      }
    });

    it('is caught by random histories, and shrunk', async () => {
      const { failures: random } = await runRandomHistories(url(), racy, {
        histories: 400,
        seed,
        timeLimitMs: 6_000,
      });
      assert.match(
        random.join('\n'),
        /it is (not )?blocked|was accepted, and began after the block|was refused, and fewer|second checker: /,
      );
    });
  });
});
