import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CheckFailure } from '../../db/cli/errors.ts';
import { syntheticResults } from '../report/testing/synthetic-results.ts';
import { saysTheSame, withFigures } from './documents.ts';
import { picturedDesigns, readmeFigures } from './readme-figures.ts';

const page = (first: string, second: string): string =>
  `before\n\n<!-- figures one -->${first}<!-- /figures -->\n\nbetween\n\n<!-- figures two -->${second}<!-- /figures -->\n`;

describe('the figures of a document', () => {
  it('take the place of those that stand there, of none too, and nothing else changes', () => {
    const figures = { one: '| a |\n', two: 'b\n' };
    const wanted = page('\n\n| a |\n\n', '\n\nb\n\n');
    assert.equal(withFigures(page('', ''), 'page.md', figures), wanted);
    assert.equal(withFigures(page('\n\n', 'old | text'), 'page.md', figures), wanted);
    assert.equal(withFigures(wanted, 'page.md', figures), wanted);
  });

  it('are refused by name where there are none', () => {
    assert.throws(
      () => withFigures(page('', ''), 'page.md', { one: '' }),
      (error) => error instanceof CheckFailure && /page\.md.*"two"/.test(error.message),
    );
  });

  it('are the same however a table is padded, and not with another digit', () => {
    const narrow = '| a | b |\n| --- | ---: |\n| 1 | 2 |\n';
    const wide = '| a   |   b |\n| --- | --: |\n| 1   |   2 |\n';
    assert.ok(saysTheSame(narrow, wide.replace('--:', '-----:')));
    assert.ok(!saysTheSame(narrow, narrow.replace('2', '3')));
    assert.ok(!saysTheSame('a  b', 'a b'), 'outside of tables blanks count');
  });
});

it('the figures and the picture are those of the results', () => {
  const results = syntheticResults();
  const figures = readmeFigures({
    results,
    goals: [{ goal: 'g', reached: 'r', verdict: 'open' }],
  });
  assert.match(figures.designs, /`blocked_contacts`/);
  assert.match(figures.goals, /\| g \| r \| ❔ open \|/);
  assert.match(figures.answer, /Is it instant\?/);
  assert.match(figures.reports, /\| the first of a number \| {2}\| not measured/);
  assert.equal(figures.threshold, 'Not measured.\n');
  const planless = {
    ...results,
    designs: results.designs.map(({ serverSide: _, ...design }) => design),
  };
  const { answer } = readmeFigures({ results, ofDefault: planless, goals: [] });
  assert.match(answer, /\| pages that a check reads \|/, 'from the run that has them');
  const [first, ...more] = picturedDesigns(results);
  assert.equal(first, 'blocked_contacts');
  assert.equal(new Set(more).size, more.length);
});
