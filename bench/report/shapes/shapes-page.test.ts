import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Results } from '../../results/results.ts';
import { syntheticInstructions } from '../testing/synthetic-instructions.ts';
import { syntheticResults } from '../testing/synthetic-results.ts';
import { shapesPageHtml } from './shapes-page.ts';

/** A run over data of a shape, in which one design was not timed where nobody is blocked. */
function run(name: string, seed: number, change: (results: Results) => Results = (one) => one) {
  return { name, title: `what ${name} is`, results: change(syntheticResults({ seed })) };
}

const textOf = (page: string): string =>
  page
    .replaceAll(/<(style|script)[\s\S]*?<\/\1>/g, '')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ');

it('puts each shape beside the others, by design and scenario, and says what its data are', () => {
  const runs = [run('own', 1), run('crowded', 2)];
  const text = textOf(shapesPageHtml(runs));
  for (const { name, title, results } of runs) {
    assert.ok(text.includes(title));
    for (const design of results.designs.filter(({ status }) => status === 'timed')) {
      assert.ok(text.includes(`${name}: ${design.name}`), `${name}: ${design.name}`);
    }
  }
  assert.match(text, /What blocked_contacts adds to one row that is not durable: own .* crowded /);
});

it('links to its runs where they lie beside it', () => {
  const runs = [run('own', 1), run('crowded', 2)];
  assert.match(shapesPageHtml(runs), /href="crowded\/index\.html"/);
  assert.doesNotMatch(shapesPageHtml(runs, { linked: false }), /index\.html/);
});

it('says of a figure that there is none why not', () => {
  const runs = [
    run('own', 1),
    run('nobody', 2, (results) => ({
      ...results,
      designs: results.designs.map((design) => ({
        ...design,
        scenarios: design.scenarios.filter(({ name }) => name !== 'bulk_1000'),
      })),
    })),
  ];
  assert.match(textOf(shapesPageHtml(runs)), /1,000 rows a statement [^a-z]+ not measured/);
});

it('has the instructions that were counted beside the first shape', () => {
  const counted = run('own', 1, (results) => ({
    ...results,
    instructions: syntheticInstructions(),
  }));
  const others = [run('crowded', 2)];
  assert.match(textOf(shapesPageHtml([counted, ...others])), /adds 45,000 instructions/);
  assert.doesNotMatch(textOf(shapesPageHtml(others)), /instructions/);
});
