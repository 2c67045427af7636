import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { defaultDesignName, designNamed } from '../designs.ts';
import { testServerVariable } from '../testing/test-database.ts';
import type { Tried } from './journal.ts';
import { runMutants } from './run-mutants.ts';

/* A short form of `npm run mutate`: one of each verdict, and of a design laid over the schema. */

const server = String(process.env[testServerVariable]);
const folder = mkdtempSync(join(tmpdir(), 'optout-lab-mutants-'));
after(() => rmSync(folder, { recursive: true }));

/** Their verdicts, by the mutant, and how many of them were tried just now. */
async function verdictsOf(
  only: readonly string[],
  {
    design = defaultDesignName,
    mostSeconds = 3_600,
    isExplained = (_: string): boolean => false,
  } = {},
): Promise<{ verdicts: ReadonlyMap<string, Tried>; tried: number }> {
  let tried = 0;
  const all = await runMutants(server, {
    design: designNamed(design),
    trial: { permutationsPerCase: 1, histories: 1, seed: 1, mostSeconds },
    jobs: 1,
    only,
    journal: join(folder, `${design}.jsonl`),
    isExplained,
    apart: false,
    tried: () => tried++,
  });
  return { verdicts: new Map(all.map((one) => [one.id, one])), tried };
}

describe('mutants of the default design', () => {
  it('are caught by what they break, or survive, or are no SQL; what is known is not tried again', async () => {
    const only = [
      'delivery_reports_error_code_check of delivery_reports: constraint left out',
      'longest_to_number(): attribute',
      'column opt_outs.phone: may be null',
    ];
    const { verdicts, tried } = await verdictsOf(only);
    const states = [...verdicts].map(([id, { state }]) => `${state}: ${id.split(' → ')[0]}`).sort();
    assert.deepEqual(states, [
      'caught: constraint delivery_reports_error_code_check of delivery_reports: constraint left out: CHECK ((error_code = ANY (ARRAY[30007, 21610])))',
      'not SQL: column opt_outs.phone: may be null: not null',
      'survived: longest_to_number(): attribute changed: IMMUTABLE',
    ]);
    assert.equal(tried, 3);
    const [caught] = [...verdicts.values()].filter((one) => one.state === 'caught');
    assert.ok(caught?.state === 'caught');
    assert.match(caught.by, /unknown code/);
    assert.match(caught.why, /an unknown code: accepted, expected error 23514/);
    assert.equal((await verdictsOf(only)).tried, 0);
  });

  it('that are expected to survive are made beside others, one of each object; where a check tells, each alone', async () => {
    const found = async (...only: readonly string[]): Promise<unknown> =>
      [...(await verdictsOf(only, { isExplained: () => true })).verdicts.values()].map((one) =>
        one.state === 'survived' ? { beside: one.beside } : one.state,
      );
    const [reads, reader] = [
      'opt_out_block_threshold(): attribute',
      'time_in_id(text): attribute changed: STABLE',
    ];
    assert.deepEqual(await found(reads, reader), [{ beside: 1 }, { beside: 1 }]);
    const [covers, told] = [
      'is_covered(text,uuid,text): attribute changed: STABLE',
      'record_opt_out_insert on delivery_reports: trigger left out',
    ];
    assert.deepEqual(await found(covers, told), [{ beside: undefined }, 'caught']);
  });

  it('time out where they come to no end, which is told apart', async () => {
    const only = ['statement left out: last_ordinal := greatest('];
    const { verdicts } = await verdictsOf(only, { mostSeconds: 6 });
    const [endless, ...others] = [...verdicts.values()];
    assert.deepEqual(others, []);
    assert.equal(endless?.state, 'timed out');
  });
});

describe('mutants of a design that is laid over the schema', () => {
  it('are of what it lays alone', async () => {
    const { verdicts } = await verdictsOf(['index blocked_contacts'], {
      design: 'hash_beside_key',
    });
    assert.deepEqual(
      [...verdicts.keys()].map((id) => id.split(': ').slice(0, 2).join(': ')),
      ['index blocked_contacts_phone_hash_idx: index left out'],
    );
  });
});
