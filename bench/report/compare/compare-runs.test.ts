import assert from 'node:assert/strict';
import { it } from 'node:test';
import { syntheticDesigns } from '../testing/synthetic-design.ts';
import { syntheticResults } from '../testing/synthetic-results.ts';
import { compareRuns, slowerThan } from './compare-runs.ts';
import { comparisonPage } from './comparison-page.ts';
import { comparisonMarkdown, comparisonText } from './comparison-text.ts';

const before = syntheticResults({ runId: 'before' });
const dropped = syntheticResults({
  runId: 'dropped',
  seed: 9,
  designs: syntheticDesigns.map((design) =>
    design.name === 'opt_outs_count'
      ? { ...design, checkNs: 4e6, bulkNs: 4e6, scans: true }
      : design,
  ),
});

it('a run compared with itself is nowhere slower, faster or planned differently', () => {
  const comparison = compareRuns(before, before);
  assert.ok(comparison.changes.length > 0);
  assert.ok(comparison.changes.every((change) => change.verdict === 'could not be told apart'));
  assert.deepEqual([comparison.plans, comparison.environment], [[], []]);
});

it('a run that went through a pooler is told from one that did not, and judged all the same', () => {
  const pooled = { ...before, pooler: '/run:6432' };
  const comparison = compareRuns(before, pooled);
  assert.deepEqual(
    comparison.comparability.cautions.filter((one) => one.includes('pooler')),
    ['it went through no pooler before and the pooler at /run:6432 after'],
  );
  assert.ok(comparison.changes.length > 0);
  assert.match(comparisonPage(comparison), /After: [^.]*PostgreSQL [\d.]+ through a pooler\./);
  assert.equal(comparisonText(compareRuns(pooled, pooled)).includes('went through'), false);
});

it('a design that lost its index is slower with its whole interval, and no other design is', () => {
  const slower = slowerThan(compareRuns(before, dropped), 0.05);
  assert.deepEqual([...new Set(slower.map((change) => change.design))], ['opt_outs_count']);
  assert.ok(slower.every((change) => change.ratio.low > 1.05 && change.verdict === 'slower'));
});

it('a plan that reads a big table now is said to have changed shape', () => {
  const { plans } = compareRuns(before, dropped);
  assert.ok(plans.length > 0);
  assert.ok(plans.every((plan) => plan.newBigScans.includes('delivery_reports')));
});

it('drift of the whole machine is not the check’s doing: controls are never judged', () => {
  const slowMachine = {
    ...before,
    designs: before.designs.map((design) => ({
      ...design,
      scenarios: design.scenarios.map((scenario) => ({
        ...scenario,
        slices: scenario.slices.map((slice) => ({
          ...slice,
          ...(slice.control === undefined
            ? {}
            : { control: { ...slice.control, medianNs: slice.control.medianNs * 1.3 } }),
        })),
      })),
    })),
  };
  const comparison = compareRuns(before, slowMachine);
  assert.equal(slowerThan(comparison, 0.05).length, 0);
  assert.ok(
    comparison.changes.some(
      (change) => change.measure === 'without the check' && change.verdict === 'slower',
    ),
  );
});

it('a figure of one arm is held against the earlier run at its speed, and both sides are shown so', () => {
  const withOneArm = (speed: number): typeof before => ({
    ...before,
    designs: before.designs.map((design) => ({
      ...design,
      scenarios: design.scenarios.flatMap((scenario) => {
        const { slices } = scenario;
        const moved = slices.map(({ control, ...slice }) => ({
          ...slice,
          ...(control === undefined
            ? {}
            : { control: { ...control, medianNs: control.medianNs * speed } }),
        }));
        const { paired: _, ...rest } = scenario;
        const oneArm = {
          ...rest,
          name: `${scenario.name}, one arm`,
          control: 'none' as const,
          slices: slices.map(({ control: _control, ...slice }) => slice),
        };
        return [{ ...scenario, slices: moved }, oneArm];
      }),
    })),
  });
  const twiceAsFast = compareRuns(withOneArm(1), withOneArm(0.5));
  const oneArm = twiceAsFast.changes.filter(({ measure }) => measure === 'one arm');
  assert.ok(oneArm.length > 0);
  for (const { before: earlier, after: later, ratio } of oneArm) {
    assert.ok(Math.abs(ratio.value - 2) < 1e-9);
    assert.ok(Math.abs(later / earlier - ratio.value) < 1e-9);
  }
  assert.match(comparisonText(twiceAsFast), /at the earlier\s+run’s speed/);
  assert.doesNotMatch(comparisonText(compareRuns(before, dropped)), /earlier\s+run’s speed/);
});

it('the terminal and Markdown say both runs, what is slower and what could not be told apart', () => {
  for (const text of [
    comparisonText(compareRuns(before, dropped)),
    comparisonMarkdown(compareRuns(before, dropped)),
  ]) {
    assert.match(text, /before/);
    assert.match(text, /Slower/);
    assert.match(text, /opt_outs_count/);
    assert.match(text, /Could not be told apart/);
  }
});

it('the chart of a comparison leaves no change off its scale, the largest least of all', () => {
  const page = comparisonPage(compareRuns(before, dropped));
  assert.match(page, /opt_outs_count got slowest/);
  assert.doesNotMatch(page, /off the scale/);
  const notes = [...page.matchAll(/<caption>([^<]+)/g)].map(([, note]) => note);
  assert.equal(new Set(notes).size, notes.length);
  const labels = [...page.matchAll(/role="region" aria-label="([^"]*)"/g)].map(([, text]) => text);
  assert.ok(labels.every((label) => label !== '') && new Set(labels).size === labels.length);
});
