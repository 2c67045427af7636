import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { CapturedPlan } from '../../results/results.ts';
import { syntheticDesigns } from '../testing/synthetic-design.ts';
import { syntheticResults } from '../testing/synthetic-results.ts';
import { planChangesText, plansText } from './plans-text.ts';

const noScans = syntheticResults({
  designs: syntheticDesigns.filter(({ scans, failed }) => scans !== true && failed !== true),
});

function failed({ summary: _, ...plan }: CapturedPlan, reason: string): CapturedPlan {
  return { ...plan, failed: reason };
}

/** What stands above the table where the statements of some designs have no plan, for such a reason. */
function headOf(reason: string, ...designs: readonly string[]): string {
  const plans = noScans.plans.map((plan) =>
    designs.length === 0 || designs.includes(plan.design) ? failed(plan, reason) : plan,
  );
  return (plansText({ ...noScans, plans }).split('\n\n')[0] ?? '').replace(/\s+/g, ' ');
}

const timeout = 'canceling statement due to statement timeout';

it('statements that timed out are counted, and told apart from plans that read no big table', () => {
  assert.match(
    plansText(noScans).replace(/\n {2}/g, ' '),
    /check; no plan reads a big table from end to end\n/,
  );
  assert.match(
    headOf(timeout, 'profiles_array', 'blocked_hash'),
    /check; no plan reads a big table from end to end; 6 statements timed out and have no plan$/,
  );
  assert.match(
    headOf('cannot copy to view', 'blocked_hash'),
    /; 3 statements failed and have no plan$/,
  );
});

it('a statement that has no plan has a reason and no figures', () => {
  const plans = noScans.plans.slice(0, 1).map((plan) => failed(plan, timeout));
  const text = plansText({ ...noScans, plans });
  assert.match(text, new RegExp(`\\n  ${plans[0]?.title}\\n +${timeout}\\n$`));
});

it('where no statement has a plan, nothing is said of what plans read', () => {
  assert.match(headOf(timeout), /check; 18 statements timed out and have no plan$/);
});

it('a plan that one of two runs did not have in time is a change, and none is none', () => {
  const [plan] = noScans.plans;
  assert.ok(plan !== undefined);
  const without = { ...noScans, plans: [failed(plan, timeout)] };
  const text = planChangesText({ ...noScans, plans: [plan] }, without);
  assert.match(text, /1 of 1 plans changed shape/);
  assert.match(text, /before {2}.*, 3 buffers\n {2}after {3}no plan\n/);
  assert.match(planChangesText(without, without), /no plan changed shape/);
});

it('plans fit 80 columns, however long their access paths are, and no word of a path is lost', () => {
  const long = Array.from({ length: 9 }, (_, index) => `Index Only Scan on table_${index}`);
  const plans = noScans.plans.map((plan) =>
    plan.summary === undefined ? plan : { ...plan, summary: { ...plan.summary, nodes: long } },
  );
  const texts = [
    plansText({ ...noScans, plans }),
    planChangesText(noScans, {
      ...noScans,
      plans: plans.map((plan) =>
        plan.summary === undefined
          ? plan
          : { ...plan, summary: { ...plan.summary, shape: 'another' } },
      ),
    }),
  ];
  for (const text of texts) {
    assert.deepEqual(
      text.split('\n').filter((line) => line.length > 80),
      [],
    );
    assert.ok(text.replace(/\s+/g, ' ').includes(long.join(' → ')));
  }
});
