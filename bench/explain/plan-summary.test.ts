import assert from 'node:assert/strict';
import { it } from 'node:test';
import { parseNotice } from './nested-plans.ts';
import { type PlanNode, shapeOf, summarisePlan } from './plan-summary.ts';

/** What EXPLAIN (ANALYZE, BUFFERS) says of every node. */
const figures = {
  'Actual Rows': 1,
  'Actual Loops': 1,
  'Shared Hit Blocks': 3,
  'Shared Read Blocks': 1,
};
const probe: PlanNode = {
  ...figures,
  'Node Type': 'Index Only Scan',
  'Relation Name': 'blocked_contacts',
  'Index Name': 'blocked_contacts_pkey',
};
const scan: PlanNode = {
  ...figures,
  'Node Type': 'Seq Scan',
  'Relation Name': 'delivery_reports',
};

it('a summary names nodes with their index, counts buffers hit and read', () => {
  const summary = summarisePlan({ Plan: probe, 'Execution Time': 0.1 }, () => 0);
  assert.deepEqual(summary.nodes, ['Index Only Scan on blocked_contacts_pkey']);
  assert.deepEqual(summary.indexes, ['blocked_contacts_pkey']);
  assert.equal(summary.buffers, 4);
});

it('a sequential scan is marked where the table is big, not where it is small', () => {
  const plan = {
    Plan: { ...figures, 'Node Type': 'Aggregate', Plans: [scan] },
    'Execution Time': 1,
  };
  assert.deepEqual(summarisePlan(plan, () => 10_000).bigSeqScans, ['delivery_reports']);
  assert.deepEqual(summarisePlan(plan, () => 9_999).bigSeqScans, []);
  assert.deepEqual(summarisePlan(plan, () => undefined).bigSeqScans, []);
});

it('a plan keeps its shape when only figures change, and loses it with another index', () => {
  assert.equal(shapeOf(probe), shapeOf({ ...probe, 'Actual Rows': 7, 'Shared Hit Blocks': 9 }));
  assert.notEqual(shapeOf(probe), shapeOf({ ...probe, 'Index Name': 'another' }));
});

it('auto_explain notices are read; other notices and the EXPLAIN around them are not', () => {
  const notice = (query: string): string =>
    `duration: 0.01 ms  plan:\n${JSON.stringify({ 'Query Text': query, Plan: probe })}`;
  const read = parseNotice(notice('select 1'));
  assert.equal(read?.query, 'select 1');
  assert.equal(read?.plan['Execution Time'], 0.01);
  assert.equal(parseNotice(notice('explain (analyze) insert')), undefined);
  assert.equal(parseNotice('some other notice'), undefined);
});

it('a plan that lacks a figure has no summary of 0: it is an error', () => {
  const { 'Shared Read Blocks': _, ...withoutReads } = probe;
  assert.throws(
    () => summarisePlan({ Plan: withoutReads, 'Execution Time': 1 }, () => 0),
    /no Shared Read Blocks/,
  );
  assert.throws(() => summarisePlan({ Plan: probe }, () => 0), /no Execution Time/);
});
