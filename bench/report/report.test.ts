import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { runCommandFile } from '../../db/testing/run-command-file.ts';
import { resultsMisfit } from '../results/read-results.ts';
import type { Results } from '../results/results.ts';
import { ratioOfMedians, verdictOf } from '../stats/bootstrap.ts';
import { html } from './html.ts';
import { questionsOf } from './questions.ts';
import { resultsCsv } from './results-csv.ts';
import { runPage } from './run-page.ts';
import { correctAnswer } from './sections/correct.ts';
import { whySection } from './sections/why.ts';
import { summaryMarkdown } from './summary-markdown.ts';
import { terminalSummary } from './terminal-summary.ts';
import { launch, needsBrowser, patienceMs, problemsOf, wholePage } from './testing/browser.ts';
import { everyDesign } from './testing/synthetic-design.ts';
import { syntheticResults, writeSyntheticRun } from './testing/synthetic-results.ts';
import { writeReport } from './write-report.ts';

const results = syntheticResults();
const reports = mkdtempSync(join(tmpdir(), 'optout-report-'));
const everyDesignRun = syntheticResults({
  runId: 'every-design',
  designs: everyDesign(),
  sweep: [1e4, 1e5, 1e6, 1e7, 1e8],
});
const folder = join(reports, results.runId);
after(() => rmSync(reports, { recursive: true, force: true }));

it('the synthetic run fits the schema of results.json', () => {
  assert.equal(resultsMisfit(JSON.parse(JSON.stringify(results))), undefined);
});

it('a scenario is what it says it is, whatever its statement', () => {
  const designs = results.designs.map((design) => ({
    ...design,
    scenarios: design.scenarios.map((scenario) => ({ ...scenario, statement: 'call insert_it()' })),
  }));
  const { report, bulk } = questionsOf({ ...results, designs });
  assert.deepEqual([report, bulk], ['report_first', 'bulk_1000']);
  const asCopy = designs.map((design) => ({
    ...design,
    scenarios: design.scenarios.map((one) => ({ ...one, kind: 'copy' as const })),
  }));
  assert.deepEqual(questionsOf({ ...results, designs: asCopy }), {
    oneRow: undefined,
    oneRowNotDurable: undefined,
    bulk: undefined,
    report: undefined,
  });
});

it('a statement that had no plan in time is said to have none, and no buffers', () => {
  const plans = results.plans.map(({ summary: _, nested: __, ...plan }) => ({
    ...plan,
    nested: [],
    failed: 'canceling statement due to statement timeout',
  }));
  const body = String(whySection({ ...results, plans }, []).body);
  assert.match(body, /<td>no plan in time<\/td><td class="n"><small>no plan in time<\/small>/);
  assert.doesNotMatch(body, /<td class="n">\d/);
});

it('a file of a report that cannot be written is told in one line', async () => {
  writeSyntheticRun(folder, results);
  mkdirSync(join(folder, 'summary.md')); // root may write everywhere, but not here
  const { exitCode, stdout, stderr } = await runCommandFile('bench/commands/report.ts', [folder]);
  rmSync(join(folder, 'summary.md'), { recursive: true });
  assert.match(stderr, /^error: cannot write \/\S+\/summary\.md: EISDIR[^\n]*\n$/);
  assert.deepEqual([exitCode, stdout], [2, '']);
});

it('an interval that includes 1 is "could not be told apart", never "equal"', () => {
  assert.equal(verdictOf({ value: 1.2, low: 0.99, high: 1.4 }), 'could not be told apart');
  assert.equal(verdictOf({ value: 1.2, low: 1.01, high: 1.4 }), 'slower');
  assert.equal(verdictOf({ value: 0.8, low: 0.7, high: 0.9 }), 'faster');
  assert.equal(verdictOf(ratioOfMedians([2], [1])), 'could not be told apart');
});

it('a check that was not run is never told as passed', () => {
  const [first, ...others] = results.designs.filter((design) => design.status === 'timed');
  assert.ok(first !== undefined && others.length > 0);
  const allPassed = first.behaviours.map((check) => ({ ...check, outcome: 'passed' as const }));
  const { answer, mark } = correctAnswer({
    ...results,
    designs: [
      { ...first, behaviours: allPassed },
      ...others.map((design) => ({
        ...design,
        behaviours: allPassed.map((check) => ({ ...check, outcome: 'not run' as const })),
      })),
    ],
  });
  assert.equal(mark, 'open');
  assert.match(String(answer), new RegExp(`^${first.name} passed all ${allPassed.length} checks`));
  assert.match(String(answer), new RegExp(`${others.length} designs? w(as|ere) not checked whole`));
});

it('text in a page is escaped', () => {
  assert.equal(html`<b title="${'"'}">${'<i>&'}</b>`.text, '<b title="&quot;">&lt;i&gt;&amp;</b>');
});

it('the CSV has one line a design and scenario, all of the same width', () => {
  const lines = resultsCsv(results).trimEnd().split('\n');
  const expected = results.designs.reduce(
    (sum, design) => sum + Math.max(1, design.scenarios.length),
    0,
  );
  assert.equal(lines.length, expected + 1);
  assert.equal(new Set(lines.map((line) => line.split(',').length)).size, 1);
});

it('Markdown and the terminal give the answers and every design', () => {
  const path = '/reports/run/index.html';
  for (const text of [summaryMarkdown(results), terminalSummary(results, path)]) {
    for (const question of ['correct', 'instant', 'cost', 'by how much', 'Why', 'believe']) {
      assert.match(text, new RegExp(question));
    }
    for (const design of results.designs) assert.ok(text.includes(design.name));
  }
  assert.ok(terminalSummary(results, path).endsWith(`${path}\n`));
});

it('the terminal summary fits 80 columns, with one design and with all', () => {
  const [first] = results.designs;
  assert.ok(first !== undefined);
  for (const run of [results, { ...results, designs: [first] }, everyDesignRun]) {
    const wide = terminalSummary(run)
      .split('\n')
      .filter((line) => line.length > 80);
    assert.deepEqual(wide, []);
  }
});

it('a figure on fewer than six pairs is said to have too few, and is quoted nowhere', () => {
  const weak = syntheticResults({ pairs: 2 + 5 }); // two of them warm up
  for (const text of [summaryMarkdown(weak), terminalSummary(weak)]) {
    assert.match(text, /5 pairs/);
    assert.doesNotMatch(text, /times (the time|as long)/);
    assert.match(text, /no design has enough pairs/);
  }
});

it('the note under the figures counts every design that was not timed', () => {
  const [first, second, third] = results.designs;
  assert.ok(first !== undefined && second !== undefined && third !== undefined);
  const planned = [second, third].map((design) => ({ ...design, status: 'planned' as const }));
  const note = (changes: Partial<Results>): string =>
    /^ {2}(.* not timed.*)$/m.exec(terminalSummary({ ...results, ...changes }))?.[1] ?? '';
  const how = 'not timed: npm run bench -- --designs all';
  const notReached = Array.from({ length: 17 }, (_, index) => `design_${index}`);
  assert.equal(note({ designs: [first, ...planned], notReached }), `19 more designs were ${how}`);
  assert.match(
    terminalSummary({ ...results, designs: [first, ...planned], notReached }),
    /no time was left for the plans of 17: npm run bench -- --plans\n/,
  );
  assert.equal(note({ designs: [first, ...planned.slice(1)] }), `1 more design was ${how}`);
  assert.equal(note({ designs: [first] }), '');
});

it('where an opt-out report is quoted its scenario is named', () => {
  for (const text of [summaryMarkdown(results), terminalSummary(results)]) {
    assert.match(text.replace(/\s+/g, ' '), /an opt-out report \(report_first\)/);
  }
});

it('the page leads to the list of runs above it, that of a part to its run, a reference nowhere', () => {
  const reference = join(reports, 'ref');
  const part = join(reference, 'part');
  for (const run of [reference, part]) writeSyntheticRun(run, results);
  assert.match(runPage(results, reference), /href="\.\.\/index\.html">← all runs</);
  writeFileSync(join(reference, 'parts.json'), '[]');
  assert.doesNotMatch(runPage(results, reference), /\.\.\/index\.html/);
  assert.match(runPage(results, part), /href="\.\.\/index\.html">← above</);
});

/** Texts of the visible charts that lie on each other, or partly outside the window: runs in the page. */
const misplacedTexts = `[...document.querySelectorAll('.drawing > svg')]
  .filter((svg) => svg.checkVisibility())
  .flatMap((svg) => {
    const texts = [...svg.querySelectorAll('text')]
      .filter((text) => text.textContent.trim() !== '')
      .map((text) => ({ text: text.textContent, box: text.getBoundingClientRect() }));
    const apart = (a, b) =>
      a.right <= b.left + 1 || b.right <= a.left + 1 || a.bottom <= b.top + 4 || b.bottom <= a.top + 4;
    return texts.flatMap(({ text, box }, index) => [
      ...(box.left < 0 || box.right > innerWidth ? [text + ' is cut off'] : []),
      ...texts
        .slice(index + 1)
        .filter((other) => other.text !== text && !apart(box, other.box))
        .map((other) => text + ' lies on ' + other.text),
    ]);
  })`;

/** Texts that an image cuts off: runs in the page of the image. */
const textsOutside = `[...document.querySelectorAll('text')]
  .filter((text) => text.textContent.trim() !== '')
  .filter((text) => {
    const [own, whole] = [text, document.documentElement].map((part) => part.getBoundingClientRect());
    return own.left < whole.left || own.right > whole.right;
  })
  .map((text) => text.textContent)`;

it(
  'the page opens from the disk, asks no network, fits a phone, and its plan tabs work',
  needsBrowser,
  async () => {
    writeSyntheticRun(folder, results);
    const { pagePath } = writeReport(folder);
    const browser = await launch();
    try {
      const page = await browser.newPage({ viewport: { width: 390, height: 844 } });
      page.setDefaultTimeout(patienceMs);
      const problems = problemsOf(page);
      await page.goto(pathToFileURL(pagePath).href);
      await wholePage(page);
      const drawings = await page.locator('figure').count();
      assert.ok(drawings >= 7);
      assert.equal(await page.locator('figure details table').count(), drawings);
      // those of the lesser scenarios stay folded
      const open = await page.locator('section > figure, .opening > figure').count();
      assert.equal(await page.locator('.drawing.narrow > svg:visible').count(), open);
      assert.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true);

      await page.locator('#plan-viewer').scrollIntoViewIfNeeded();
      const left = page.locator('[data-side=left]');
      await left.locator('[role=tab]').first().click();
      await left.frameLocator('iframe').getByText('Index Only Scan').first().waitFor();
      await page.selectOption('#plan-left', 'reports_join');
      await left.frameLocator('iframe').getByText('Seq Scan').first().waitFor();

      const theme = 'document.documentElement.dataset.theme';
      const before = await page.evaluate(theme);
      await page.locator('#theme').click();
      assert.notEqual(await page.evaluate(theme), before);

      await page.goto(pathToFileURL(join(reports, 'index.html')).href);
      await page.getByRole('link', { name: results.runId }).click();
      await page.locator('#instant').waitFor();
      assert.deepEqual(problems, []);
    } finally {
      await browser.close();
    }
  },
);

it(
  'with every design and a sweep to 100 million no label lies on another, and the page stays small',
  needsBrowser,
  async () => {
    const reference = join(reports, everyDesignRun.runId);
    writeSyntheticRun(reference, everyDesignRun);
    const { pagePath } = writeReport(reference);
    assert.ok(statSync(pagePath).size < 1e6);
    const browser = await launch();
    try {
      for (const width of [1280, 390]) {
        const page = await browser.newPage({ viewport: { width, height: 844 } });
        page.setDefaultTimeout(patienceMs);
        await page.goto(pathToFileURL(pagePath).href);
        await wholePage(page);
        const text = await page.locator('.drawing > svg:visible').allTextContents();
        for (const { name } of everyDesignRun.designs) assert.ok(text.join().includes(name), name);
        assert.deepEqual(await page.evaluate(misplacedTexts), []);
        assert.equal(
          await page.evaluate('document.documentElement.scrollWidth <= innerWidth'),
          true,
        );
        await page.close();
      }
    } finally {
      await browser.close();
    }
  },
);

it('the main charts stand alone as images that follow light and dark', needsBrowser, async () => {
  const charts = join(folder, 'charts');
  writeSyntheticRun(folder, results);
  writeReport(folder);
  const names = readdirSync(charts).sort();
  assert.deepEqual(names, [
    'cost-against-rows.svg',
    'overhead-bulk.svg',
    'overhead-one-row.svg',
    'overhead-report.svg',
  ]);
  const browser = await launch();
  try {
    for (const name of names) {
      const inks: unknown[] = [];
      for (const colorScheme of ['light', 'dark'] as const) {
        const page = await browser.newPage({ colorScheme });
        page.setDefaultTimeout(patienceMs);
        const problems = problemsOf(page);
        // opened by itself, a file that is not well-formed is shown as an error instead of an svg
        await page.goto(pathToFileURL(join(charts, name)).href);
        assert.ok((await page.locator('svg > g text').count()) > 10, name);
        assert.deepEqual(await page.evaluate(textsOutside), [], name);
        inks.push(
          await page.evaluate(`['text', 'rect'].map((part) =>
            getComputedStyle(document.querySelector('svg > ' + part)).fill)`),
        );
        assert.deepEqual(problems, []);
        await page.close();
      }
      assert.notDeepEqual(inks[0], inks[1], name);
    }
  } finally {
    await browser.close();
  }
});
