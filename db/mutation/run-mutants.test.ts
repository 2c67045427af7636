import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { defaultDesignName, designNamed } from '../designs.ts';
import { testServerVariable } from '../testing/test-database.ts';
import type { Tried } from './journal.ts';
import { runMutants } from './run-mutants.ts';

/* A short form of `npm run mutate`: one of each verdict, and of a design laid over the schema. */

const server = String(process.env[testServerVariable]);
const folder = mkdtempSync(join(tmpdir(), 'optout-lab-mutants-'));
after(() => rmSync(folder, { recursive: true }));

/** Verdicts in the order of the mutants, and how many of them were tried just now. */
async function run(
  design: string,
  only: readonly string[],
  isExplained: (id: string) => boolean = () => false,
): Promise<{ verdicts: readonly Tried[]; tried: number }> {
  let tried = 0;
  const verdicts = await runMutants(server, {
    design: designNamed(design),
    trial: { permutationsPerCase: 1, histories: 1, seed: 1, patience: 100 },
    jobs: 1,
    only,
    journal: join(folder, `${design}.jsonl`),
    isExplained,
    apart: false,
    tried: () => tried++,
  });
  return { verdicts, tried };
}

describe('mutants of the default design', () => {
  const mutants = {
    isBroken: 'delivery_reports_error_code_check of delivery_reports: constraint left out',
    isNoSql: 'column opt_outs.phone: may be null',
    isEndless: 'statement left out: last_ordinal := greatest(',
    isAlike: 'time_in_id(text): attribute changed: STABLE',
    isAlikeToo: 'opt_out_block_threshold(): attribute',
    isWronglyExplained: 'opt_out_block_threshold(): moved',
    isBesideIt: 'is_covered(text,uuid,text): attribute changed: STABLE',
  } as const;
  const isExplained = (id: string): boolean =>
    ['time_in_id', 'opt_out_block', 'is_covered'].some((object) => id.startsWith(object));
  const all = Object.values(mutants);
  let verdicts: readonly Tried[];
  before(async () => {
    ({ verdicts } = await run(defaultDesignName, all, isExplained));
  });

  const verdictOn = (which: keyof typeof mutants): Tried => {
    const [found, ...others] = verdicts.filter(({ id }) => id.includes(mutants[which]));
    assert.ok(found !== undefined && others.length === 0);
    return found;
  };

  it('are caught by the check that tells, or are no SQL', () => {
    const broken = verdictOn('isBroken');
    assert.ok(broken.state === 'caught', broken.state);
    assert.match(broken.by, /unknown code/);
    assert.match(broken.why, /an unknown code: accepted, expected error 23514/);
    assert.equal(verdictOn('isNoSql').state, 'not SQL');
  });

  it('time out where they come to no end, and what the server was doing is told', () => {
    const endless = verdictOn('isEndless');
    assert.ok(endless.state === 'timed out', endless.state);
    assert.match(
      endless.why,
      /^it took more than \d+ s: runs for \d+ s: (insert into|update) delivery_rep/,
    );
  });

  it('survive where no check tells: one of each object in a database, where they are expected to', () => {
    const alike = ['isAlike', 'isAlikeToo', 'isBesideIt'] as const;
    for (const which of alike) {
      const { state, beside } = { beside: 0, ...verdictOn(which) };
      assert.deepEqual({ state, beside }, { state: 'survived', beside: 2 });
    }
    assert.equal(verdictOn('isWronglyExplained').state, 'caught');
  });

  it('are not tried again', async () => {
    const again = await run(defaultDesignName, all, isExplained);
    assert.equal(again.tried, 0);
    assert.deepEqual(
      again.verdicts.map(({ state }) => state),
      verdicts.map(({ state }) => state),
    );
  });
});

describe('mutants of a design that is laid over the schema', () => {
  it('are of what it lays alone', async () => {
    const { verdicts } = await run('hash_beside_key', ['index blocked_contacts', 'constraint ']);
    assert.deepEqual(
      verdicts.map(({ id }) => id.split(': ').slice(0, 2).join(': ')),
      ['index blocked_contacts_phone_hash_idx: index left out'],
    );
  });
});
