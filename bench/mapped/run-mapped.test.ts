import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { exampleNames } from '../../db/adopt/examples.ts';
import { UserError } from '../../db/cli/errors.ts';
import { createTestRole } from '../../db/testing/test-role.ts';
import { mappedMarkdown, mappedText } from '../report/mapped-text.ts';
import { readOptions } from '../run/options.ts';
import type { MappedOptions } from './options.ts';
import { readMapped } from './read-mapped.ts';
import type { MappedResults } from './results.ts';
import { runMapped } from './run-mapped.ts';
import { mappedScenarioNames } from './scenarios.ts';
import { type AdoptedDatabase, adoptExample, labOn, letBench, stateOf } from './testing.ts';

const out = mkdtempSync(join(tmpdir(), 'optout-mapped-'));
after(() => rmSync(out, { recursive: true }));
let runs = 0;

/** As few sessions as make an interval, and any interval will do. */
async function measured(
  { lab, mapping }: AdoptedDatabase,
  scenarios: readonly string[] = mappedScenarioNames,
): Promise<{ readonly folder: string; readonly results: MappedResults }> {
  const { seed, method } = readOptions({ maxSeconds: 100 });
  const soon = { ...method, wantedHalfWidth: Number.MAX_VALUE, fewestSessions: 6 };
  const options: MappedOptions = {
    mapping,
    seed,
    scenarios,
    method: soon,
    mostSessionsMs: 1,
    out,
    runName: `run-${runs++}`,
  };
  return runMapped(lab, options, () => {});
}

for (const name of exampleNames) {
  describe(`a bench of the mapping "${name}"`, () => {
    let adopted: AdoptedDatabase;
    let client: pg.Client;
    before(async () => {
      adopted = await adoptExample(name);
      client = await adopted.database.connect();
    });
    after(async () => {
      await client.end();
      await adopted.database.drop();
    });

    it('has a figure for every scenario, and leaves every row and the catalog as they were', async () => {
      const { mapping } = adopted;
      const before = await stateOf(client, mapping);
      const { folder, results } = await measured(adopted);
      assert.deepEqual(await stateOf(client, mapping), before);
      assert.deepEqual(results.notTimed, []);
      assert.deepEqual(
        results.scenarios.map(({ name: scenario }) => scenario),
        mappedScenarioNames,
      );
      for (const { name: scenario, failure, method, paired, arms } of results.scenarios) {
        assert.equal(failure, undefined, scenario);
        if (scenario === 'refused') {
          assert.equal(method, 'one arm');
          assert.ok((arms[0]?.samples ?? 0) > 0);
          continue;
        }
        assert.equal(method, scenario.startsWith('report') ? 'two statements' : 'trigger modes');
        assert.ok((paired?.sessions ?? 0) >= 6, scenario);
      }
      assert.deepEqual(readMapped(folder), JSON.parse(JSON.stringify(results)));
      const table = `${mapping.messages.schema}.`;
      for (const text of [mappedText(results), mappedMarkdown(results)]) {
        assert.ok(text.includes(table), text);
        assert.equal(/outbound_messages|delivery_reports/.test(text), name === 'lab');
      }
    });
  });
}

it('times the design of the mapping, and no other', async () => {
  const adopted = await adoptExample('text-codes', 'statement_trigger');
  try {
    const { results } = await measured(adopted, ['insert', 'bulk-1000', 'refused']);
    for (const { name, failure } of results.scenarios) assert.equal(failure, undefined, name);
    assert.match(mappedText(results), /What the check \(statement_trigger\) adds/);
    const { design: _, ...plain } = adopted.mapping;
    await assert.rejects(
      measured({ ...adopted, mapping: plain }, ['insert']),
      (error) =>
        error instanceof UserError &&
        /^no trigger of app\.messages calls opt_out\.refuse_blocked_contact\(\): /.test(
          error.message,
        ),
    );
  } finally {
    await adopted.database.drop();
  }
});

it('a role that owns the check’s function and no more has the same figures', async () => {
  const { database, mapping, lab } = await adoptExample('text-codes');
  const owner = await database.connect();
  const role = await createTestRole(database, owner);
  try {
    await letBench(owner, mapping, role.name);
    const before = await stateOf(owner, mapping);
    const of = { database, mapping, lab: labOn(role.url, lab.major) };
    const { results } = await measured(of, ['insert', 'bulk-1000', 'insert-same-twice']);
    for (const { name, method, failure, paired } of results.scenarios) {
      assert.equal(failure, undefined, name);
      assert.equal(method, 'emptied function');
      assert.ok((paired?.sessions ?? 0) >= 6, name);
    }
    assert.match(mappedText(results), /may not rest the trigger/);
    assert.deepEqual(await stateOf(owner, mapping), before);
  } finally {
    await role.drop();
    await owner.end();
    await database.drop();
  }
});

it('stores no message that ought to be refused and is not, and says so', async () => {
  const adopted = await adoptExample('text-codes');
  const client = await adopted.database.connect();
  try {
    await client.query(
      `create or replace function opt_out.refuse_blocked_contact() returns trigger
       language plpgsql as 'begin return new; end'`,
    );
    const before = await stateOf(client, adopted.mapping);
    const { results } = await measured(adopted, ['refused']);
    assert.match(
      results.scenarios[0]?.failure ?? '',
      /blocked number 1201555\d{4} was not refused/,
    );
    assert.deepEqual(await stateOf(client, adopted.mapping), before);
  } finally {
    await client.end();
    await adopted.database.drop();
  }
});
