import { strict as assert } from 'node:assert';
import { describe, it } from 'node:test';
import { expectAccepted } from '../../../db/conformance/expect.ts';
import { applyDesign } from '../../../db/designs.ts';
import { makeProfiles, report, send } from '../../../db/schema/testing.ts';
import { createTestDatabase } from '../../../db/testing/test-database.ts';
import type { CountedDesign } from '../../results/results.ts';
import { anatomyOf, anatomySvg } from './anatomy.ts';
import { countedRoads, listRoads, roadTable } from './roads.ts';

/** Roads that check or record nothing, and say so. */
const does = (costs: string, what: string): boolean => !costs.includes(`it ${what} nothing`);

describe('roads', () => {
  for (const road of listRoads()) {
    it(`${road.name} can be laid, and does what it is counted for`, async () => {
      const database = await createTestDatabase();
      const owner = await database.connect();
      try {
        await owner.query(`insert into blocked_contacts values ('+12025550199')`);
        await applyDesign(database.url, owner, road);
        const profiles = await makeProfiles(owner, 3);
        const messages: string[] = [];
        for (const profile of profiles) messages.push(await send(owner, '+12025550100', profile));
        for (const message of messages) await report(owner, message);
        const { rows } = await owner.query(`select from opt_outs where phone = '+12025550100'`);
        assert.equal(rows.length, does(road.costs, 'records') ? 3 : 0);
        const again = send(owner, '+12025550199');
        if (does(road.costs, 'checks')) await assert.rejects(again, { code: 'OPTED' });
        else await expectAccepted('a message that nothing checks', again);
      } finally {
        await owner.end();
        await database.drop();
      }
    });
  }

  it('are told beside what they give up, in instructions a row above the control', () => {
    const [one] = countedRoads('bitmap');
    assert.ok(one !== undefined);
    const { rows } = roadTable([one], [counted('bitmap', 1_500, 1_000, 10)]);
    assert.deepEqual(rows, [
      ['bitmap', 'not counted', '50', 'not counted', 'not counted', 'not counted', one.costs],
    ]);
  });

  it('are the designs too, by name', () => {
    assert.deepEqual(
      countedRoads('blocked_icu,call').map(({ name }) => name),
      ['blocked_icu', 'call'],
    );
    assert.throws(() => countedRoads('call,none'), /no road and no design "none"/);
  });
});

describe('the parts of a send', () => {
  const results = [
    counted('call', 1_010, 1_000),
    counted('call_definer', 1_012, 1_000),
    counted('call_settings', 1_015, 1_000),
    counted('call_query', 1_022, 1_000),
    counted('no_length', 1_053, 1_000),
    counted('blocked_contacts', 1_057, 1_000),
    counted('no_foreign_key', 700, 600),
  ];

  it('are what each step adds, and together all of it', () => {
    const parts = anatomyOf(results);
    assert.deepEqual(
      parts?.map(({ instructions }) => instructions),
      [600, 400, 10, 2, 3, 7, 31, 4],
    );
    assert.match(anatomySvg(parts ?? []), /^<svg .*the foreign key<.*>400<.*<\/svg>\n$/s);
  });

  it('are not told where a step was not counted', () => {
    assert.equal(anatomyOf(results.slice(1)), undefined);
    assert.equal(anatomyOf(results.slice(0, -1)), undefined);
  });
});

function counted(
  name: string,
  withIt: number,
  withoutIt: number,
  rowsPerStatement: 1 | 10 = 1,
): CountedDesign {
  const cost = (instructions: number) => ({ instructions, walBytes: 0, pages: 0 });
  const scenario = {
    name: rowsPerStatement === 1 ? 'insert' : 'bulk-10',
    title: '',
    rowsPerStatement,
    control: 'check off' as const,
    treatment: cost(withIt),
    without: cost(withoutIt),
  };
  return { name, scenarios: [scenario] };
}
