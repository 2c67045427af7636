import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { resultsMisfit } from '../results/read-results.ts';
import type { Counted, Results } from '../results/results.ts';
import { compareRuns } from './compare/compare-runs.ts';
import { comparisonMarkdown, comparisonText } from './compare/comparison-text.ts';
import { instructionsCsv } from './instructions-csv.ts';
import { instructionsSection } from './sections/instructions.ts';
import { summaryMarkdown } from './summary-markdown.ts';
import { terminalSummary } from './terminal-summary.ts';
import { everyDesign } from './testing/synthetic-design.ts';
import { syntheticInstructions } from './testing/synthetic-instructions.ts';
import { syntheticResults, writeSyntheticRun } from './testing/synthetic-results.ts';
import { writeReport } from './write-report.ts';

const folder = mkdtempSync(join(tmpdir(), 'optout-instructions-report-'));
after(() => rmSync(folder, { recursive: true }));

const plain = syntheticResults();
const counted = syntheticInstructions();
const results: Results = { ...plain, instructions: counted };
const reason = 'instructions are counted by valgrind';
const notCounted: Results = { ...plain, instructions: { state: 'not counted', reason } };

it('results with counts, and with the reason why there are none, fit the schema; other members do not', () => {
  for (const run of [results, notCounted]) {
    assert.equal(resultsMisfit(JSON.parse(JSON.stringify(run))), undefined);
  }
  const more = { ...results, instructions: { ...counted, cycles: 1 } };
  assert.match(resultsMisfit(JSON.parse(JSON.stringify(more))) ?? '', /instructions/);
});

it('the page says what the check adds, on what it was counted, and why a design has no count', () => {
  const [section, ...others] = instructionsSection(results);
  assert.ok(section !== undefined && others.length === 0);
  assert.equal(
    section.answer,
    'blocked_contacts adds 45,000 instructions to the 155,000 of one row, 3 pages and no WAL.',
  );
  const body = String(section.body);
  assert.match(
    body,
    /valgrind-3\.19\.0 on postgres \(PostgreSQL\) 18\.4 \(the run&#39;s own|the run's own/,
  );
  assert.match(body, /200,000 numbers blocked/);
  assert.match(body, /the server has no collation &quot;und-x-icu&quot;/);
  assert.match(
    body,
    /<td class="n">200,000<\/td><td class="n">155,000<\/td><td class="n">\+45,000/,
  );
  assert.match(body, /Off the scale: reports_join \(45M\)/);
});

it('the page, the terminal and Markdown say nothing of instructions where none were asked for', () => {
  assert.deepEqual(instructionsSection(plain), []);
  for (const text of [summaryMarkdown(plain), terminalSummary(plain)]) {
    assert.doesNotMatch(text, /instructions/);
  }
});

it('where nothing could be counted the page and the terminal say why', () => {
  assert.equal(instructionsSection(notCounted)[0]?.answer, `Not counted: ${reason}.`);
  assert.match(terminalSummary(notCounted), new RegExp(`no instructions: ${reason}`));
});

it('the terminal has one line more, no wider than 80 columns, and Markdown a table of every design', () => {
  const text = terminalSummary(results);
  assert.match(text.replace(/\s+/g, ' '), /counted: blocked_contacts adds 45,000 instructions/);
  assert.deepEqual(
    text.split('\n').filter((line) => line.length > 80),
    [],
  );
  const markdown = summaryMarkdown(results);
  assert.match(markdown, /\| blocked_contacts \| \+45,000 \| \+375,000 \| /);
  assert.match(markdown, /\| a refused insert \| 234,000 \| {2}\| {2}\|/);
});

it('the counts are a file of their own for a spreadsheet, which goes when they are gone', () => {
  const lines = instructionsCsv(counted).trimEnd().split('\n');
  const scenarios = counted.designs.reduce((sum, design) => sum + design.scenarios.length, 0);
  assert.equal(lines.length, scenarios + 1);
  assert.equal(new Set(lines.map((line) => line.split(',').length)).size, 1);
  assert.match(lines[1] ?? '', /^blocked_contacts,insert,1,check off,200000,155000,12,9,320,320,/);
  const file = join(folder, 'run', 'instructions.csv');
  for (const run of [results, plain]) {
    writeSyntheticRun(join(folder, 'run'), run);
    writeReport(join(folder, 'run'));
    assert.equal(existsSync(file), run === results);
    if (run === results) assert.equal(readFileSync(file, 'utf8'), instructionsCsv(counted));
  }
});

/** The same counts, one scenario of one design changed. */
function changed(
  design: string,
  scenario: string,
  by: number,
  arm: 'treatment' | 'without',
): Counted {
  return {
    ...counted,
    designs: counted.designs.map((one) => ({
      ...one,
      scenarios: one.scenarios.map((each) => {
        const cost = each[arm];
        if (one.name !== design || each.name !== scenario || cost === undefined) return each;
        return { ...each, [arm]: { ...cost, instructions: cost.instructions + by } };
      }),
    })),
  };
}

const compared = (after: Counted) =>
  compareRuns(results, { ...results, runId: 'later', instructions: after });

it('a change of more than one percent is named, in the terminal and in Markdown', () => {
  const comparison = compared(changed('blocked_hash', 'insert', 1_000, 'treatment'));
  for (const text of [comparisonText(comparison), comparisonMarkdown(comparison)]) {
    assert.match(
      text.replace(/\s+/g, ' '),
      /Instructions changed by more than 1 % in 1 figure \(blocked_hash\), the most blocked_hash, insert: \+2\.5 %\./,
    );
    assert.match(text, /● blocked_hash/);
  }
});

it('so is one of the statement without the check', () => {
  const comparison = compared(changed('blocked_hash', 'insert', 2_000, 'without'));
  assert.match(comparisonText(comparison), /● blocked_hash/);
});

it('a change of less is in the table and is not named', () => {
  const comparison = compared(changed('blocked_hash', 'insert', 300, 'treatment'));
  const text = comparisonText(comparison);
  assert.match(
    text.replace(/\s+/g, ' '),
    /Nothing changed by more than 1 %\. \d+ more figures did not/,
  );
  assert.match(text, /insert .* \+0\.8 %/);
  assert.doesNotMatch(text, /●|Instructions changed/);
  assert.equal(comparison.instructions[0]?.design, 'blocked_hash');
});

it('runs of which one counted nothing have no instructions in common', () => {
  const comparison = compareRuns(plain, results);
  assert.deepEqual(comparison.instructions, []);
  assert.doesNotMatch(comparisonText(comparison), /Instructions/);
});

it('every design of the lab fits the table and the terminal', () => {
  const designs = everyDesign();
  const run = {
    ...syntheticResults({ designs }),
    instructions: syntheticInstructions(designs),
  };
  const [section] = instructionsSection(run);
  for (const { name } of designs) assert.ok(String(section?.body).includes(name));
  assert.deepEqual(
    terminalSummary(run)
      .split('\n')
      .filter((line) => line.length > 80),
    [],
  );
});
