import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { defaultDesignName, designNamed } from '../../db/designs.ts';
import { requireSupportedVersion } from '../../db/server/guard.ts';
import { dataDirVariable } from '../../db/server/paths.ts';
import { createTestDatabase, type TestDatabase } from '../../db/testing/test-database.ts';
import type { Counted, ExecutionCost } from '../results/results.ts';
import { type CountingTask, countInstructions, countsExactly } from './count-instructions.ts';
import { countedScenarios } from './counted-scenarios.ts';
import { cachegrind } from './counter.ts';

const needsValgrind = {
  skip: !countsExactly() && 'no valgrind on this machine',
};

/** As few as show the difference. */
const few = countedScenarios.map((scenario) => ({ ...scenario, warmUp: 6, fewer: 1, more: 4 }));

describe('counting on the default design', needsValgrind, () => {
  let database: TestDatabase;
  let admin: pg.Client;
  let home: string;
  let task: CountingTask;
  const dataDirBefore = process.env[dataDirVariable];

  before(async () => {
    database = await createTestDatabase();
    admin = await database.connect();
    home = mkdtempSync(join(tmpdir(), 'optout-instructions-'));
    rmSync(home, { recursive: true }); // the lab makes it, for the server's account
    process.env[dataDirVariable] = home;
    const major = await requireSupportedVersion(admin);
    task = {
      lab: { url: database.url, major, server: { kind: 'external' } },
      admin,
      designs: [designNamed(defaultDesignName)],
      progress: () => {},
      blocked: 1_000,
    };
  });

  after(async () => {
    await admin.end();
    await database.drop();
    if (dataDirBefore === undefined) delete process.env[dataDirVariable];
    else process.env[dataDirVariable] = dataDirBefore;
    rmSync(home, { recursive: true, force: true });
  });

  const count = async (changes: Partial<CountingTask>): Promise<Counted> => {
    const counted = await countInstructions({ ...task, ...changes });
    assert.ok(counted.state === 'counted', JSON.stringify(counted));
    return counted;
  };

  const costs = ({ designs }: Counted, name: string): readonly ExecutionCost[] => {
    const [design] = designs;
    assert.equal(design?.reason, undefined);
    const found = design?.scenarios.find((scenario) => scenario.name === name);
    assert.ok(found !== undefined, `${name} was not counted`);
    return found.without === undefined ? [found.treatment] : [found.treatment, found.without];
  };

  it('a send costs instructions and pages more with the check and no WAL, a block WAL too, and again the same', async () => {
    const wanted = few.filter(({ name }) =>
      ['insert', 'refused', 'report-blocking'].includes(name),
    );
    const [first, second] = [
      await count({ scenarios: wanted }),
      await count({ scenarios: wanted }),
    ];
    assert.equal(first.programs, "the run's own");
    const [insert, without] = costs(first, 'insert');
    assert.ok(insert !== undefined && without !== undefined);
    assert.ok(insert.instructions > without.instructions * 1.05);
    assert.equal(insert.walBytes, without.walBytes);
    assert.ok(insert.pages >= without.pages + 2);
    const [refusal, ...none] = costs(first, 'refused');
    assert.deepEqual([refusal?.walBytes, none], [0, []]);
    const [blocking, other] = costs(first, 'report-blocking');
    assert.ok(blocking !== undefined && other !== undefined);
    assert.ok(blocking.walBytes > other.walBytes + 100);
    for (const name of wanted.map((scenario) => scenario.name)) {
      for (const [index, cost] of costs(first, name).entries()) {
        const again = costs(second, name)[index];
        assert.ok(again !== undefined);
        const apart = Math.abs(again.instructions / cost.instructions - 1);
        assert.ok(apart < 0.005, `${name}: ${cost.instructions} and ${again.instructions}`);
        assert.deepEqual([again.pages, again.walBytes], [cost.pages, cost.walBytes]);
      }
    }
    assert.deepEqual(existsSync(home) ? readdirSync(home) : [], []);
  });

  it('valgrind’s other tool, one process a count, comes to the same', async () => {
    // so many that the second in which a session hands its statistics over, which falls in by chance, weighs little
    const scenarios = few
      .filter(({ name }) => name === 'insert')
      .map((scenario) => ({ ...scenario, more: 41 }));
    const [one, other] = [
      await count({ scenarios }),
      await count({ scenarios, counter: cachegrind() }),
    ];
    for (const [index, cost] of costs(one, 'insert').entries()) {
      const again = costs(other, 'insert')[index];
      assert.ok(again !== undefined);
      const apart = Math.abs(again.instructions / cost.instructions - 1);
      // one process counts the plan's making and an odd page besides: the same order, not the same figure
      assert.ok(apart < 0.25, `${cost.instructions} and ${again.instructions}`);
      assert.deepEqual([again.pages, again.walBytes], [cost.pages, cost.walBytes]);
    }
  });

  it('why a server’s programs cannot be counted on is a result', async () => {
    const elsewhere = {
      url: 'postgres://db.example.com/x',
      major: 15,
      server: { kind: 'external' },
    };
    const counted = await countInstructions({ ...task, lab: elsewhere as CountingTask['lab'] });
    assert.deepEqual(counted, {
      state: 'not counted',
      reason:
        'the programs of the server, PostgreSQL 15, are not on this machine, and the embedded server is PostgreSQL 18',
    });
  });
});
