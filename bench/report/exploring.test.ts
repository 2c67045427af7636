import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import type { Results } from '../results/results.ts';
import {
  axeRefusals,
  cutTables,
  launch,
  narrowPage,
  needsBrowser,
  patienceMs,
  problemsOf,
  sentencesTwice,
  wholePage,
} from './testing/browser.ts';
import { everyDesign } from './testing/synthetic-design.ts';
import { syntheticInstructions } from './testing/synthetic-instructions.ts';
import { syntheticResults, writeSyntheticRun } from './testing/synthetic-results.ts';
import { writeReport } from './write-report.ts';

const every = everyDesign();
const full: Results = {
  ...syntheticResults({ runId: 'full', designs: every }),
  instructions: syntheticInstructions(every),
};

/** One design timed, the others only explained: what a bench without flags leaves. */
const single: Results = {
  ...full,
  runId: 'single',
  designs: full.designs.map((design, index) =>
    index === 0 ? design : { ...design, status: 'planned' as const, scenarios: [] },
  ),
};

describe('a run’s page in a browser', needsBrowser, () => {
  const reports = mkdtempSync(join(tmpdir(), 'optout-exploring-'));
  let browser: Browser;
  before(async () => {
    for (const run of [full, single]) {
      writeSyntheticRun(join(reports, run.runId), run);
      writeReport(join(reports, run.runId));
    }
    mkdirSync(join(reports, 'broken'));
    writeFileSync(join(reports, 'broken', 'results.json'), '{}');
    writeReport(join(reports, full.runId));
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    rmSync(reports, { recursive: true, force: true });
  });

  const open = async (
    run: Results | string,
    width = 1280,
    hash = '',
  ): Promise<{ readonly page: Page; readonly problems: string[] }> => {
    const page = await browser.newPage({ viewport: { width, height: 844 } });
    page.setDefaultTimeout(patienceMs);
    const problems = problemsOf(page);
    const path = typeof run === 'string' ? run : join(run.runId, 'index.html');
    await page.goto(pathToFileURL(join(reports, path)).href + hash);
    await wholePage(page);
    return { page, problems };
  };

  for (const run of [full, single]) {
    it(`${run.runId}: no sentence stands twice on it`, async () => {
      const { page } = await open(run);
      assert.deepEqual(await page.evaluate(sentencesTwice), []);
      await page.close();
    });

    it(`${run.runId}: no table is cut at 1,280 px, and nothing scrolls sideways at 390`, async () => {
      const { page } = await open(run);
      await page.evaluate(
        `for (const one of document.querySelectorAll('main > section > details')) one.open = true`,
      );
      assert.deepEqual(await page.evaluate(cutTables), []);
      await narrowPage(page);
      assert.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true);
      await page.close();
    });
  }

  it('the first screen holds three verdicts, a line each, and what every design adds', async () => {
    const { page } = await open(full);
    const verdicts = page.locator('.verdict a');
    assert.equal(await verdicts.count(), 3);
    for (const one of await verdicts.all()) {
      const box = await one.boundingBox();
      assert.ok(box !== null && box.height < 40 && box.y + box.height < 844);
    }
    const figure = await page.locator('#added').boundingBox();
    assert.ok(figure !== null && figure.y < 844);
    const text = await page.locator('#added .drawing.wide').innerHTML();
    for (const { name } of full.designs) assert.ok(text.includes(`>${name}<`), name);
    assert.match(text, /bare probe 1\.60 µs/);
    await page.close();
  });

  it('the switch for the commit’s cost exchanges the shares at the ends of the rows', async () => {
    const { page } = await open(single);
    const share = async (): Promise<string> => {
      const shown = page.locator('#added .drawing.wide .share:visible');
      assert.equal(await shown.count(), 1);
      return (await shown.textContent()) ?? '';
    };
    const shares = [await share()];
    for (const label of ['0.1 ms', '1 ms', '10 ms']) {
      await page.getByLabel(label, { exact: true }).check();
      shares.push(await share());
    }
    const [, ...other] = shares.map((text) => Number(/[\d.]+/.exec(text)?.[0]));
    assert.deepEqual(
      [...other].sort((a, b) => b - a),
      other,
    );
    assert.equal(new Set(other).size, 3);
    await page.close();
  });

  it('a chart tells its values under the pointer and to the keyboard', async () => {
    const { page, problems } = await open(full);
    const tip = page.locator('.tip');
    await page.locator('#added .drawing.wide svg').focus();
    await page.keyboard.press('End');
    assert.match((await tip.textContent()) ?? '', /^\w+, a row in bulk: .+ \(.+ to .+\)$/);
    const last = await tip.textContent();
    await page.keyboard.press('Home');
    assert.notEqual(await tip.textContent(), last);
    await page.keyboard.press('Escape');
    assert.equal(await tip.isVisible(), false);
    await page.locator('#overhead-bulk_1000 .drawing.wide svg circle').first().hover();
    assert.match((await tip.textContent()) ?? '', / times$/);
    const silent = await page.evaluate(`[...document.querySelectorAll('.drawing.wide > svg')]
      .filter((svg) => svg.tabIndex !== 0).map((svg) => svg.getAttribute('aria-label'))`);
    assert.deepEqual([silent, problems], [[], []]);
    await page.close();
  });

  it('the table of designs is sorted and filtered, its columns chosen, and all of it is in the address', async () => {
    const { page, problems } = await open(full);
    const table = page.locator('#designs');
    const names = (): Promise<string[]> => table.locator('tbody tr:visible th').allTextContents();
    assert.equal((await names()).length, full.designs.length);

    const heading = table.getByRole('columnheader', { name: /^bulk/ });
    const byBulk = [...every].sort((a, b) => a.bulkNs - b.bulkNs);
    await heading.getByRole('button').press('Enter');
    const bulkOfFirst = async (): Promise<number | undefined> => {
      const [first] = await names();
      return every.find(({ name }) => name === first)?.bulkNs;
    };
    assert.equal(await bulkOfFirst(), byBulk[0]?.bulkNs);
    await heading.getByRole('button').press('Enter');
    assert.equal(await bulkOfFirst(), byBulk.at(-1)?.bulkNs);
    assert.equal(await heading.getAttribute('aria-sort'), 'descending');

    await page.getByLabel('takes COPY').first().check();
    assert.equal((await names()).includes('row_security'), false);
    await page.locator('select[name=bulk]').selectOption('2');
    const left = await names();
    assert.ok(left.length > 0 && left.length < full.designs.length - 1);
    assert.equal(
      await page.locator('form.filters [role=status]').textContent(),
      `${left.length} of ${full.designs.length} shown`,
    );
    assert.equal(
      await page.locator('#scatter .drawing.wide circle:not(.dim)').count(),
      left.length,
    );

    await page.getByText('Columns', { exact: true }).click();
    assert.equal(await table.getByText('buffers a check').isVisible(), false);
    await page.locator('form.filters').getByLabel('buffers a check').check();
    assert.equal(await table.getByText('buffers a check').isVisible(), true);

    const sent = await open(full, 1280, new URL(page.url()).hash);
    const again = sent.page.locator('#designs');
    assert.deepEqual(await again.locator('tbody tr:visible th').allTextContents(), left);
    assert.equal(await again.getByText('buffers a check').isVisible(), true);
    assert.deepEqual([problems, sent.problems], [[], []]);
    await sent.page.close();
    await page.close();
  });

  it('the list of runs says of each what it found and where, and is sorted by a heading', async () => {
    const { page, problems } = await open('index.html');
    const rows = page.locator('#all-runs tbody tr');
    assert.equal(await rows.count(), 3);
    const own = page.locator('#all-runs tbody tr', { hasText: 'single' });
    assert.match(
      (await own.textContent()) ?? '',
      /1M1\d\.\d+ \(.+ to .+\).+ µs \(.+ to .+\).+ more \(.+\)PostgreSQL 18\.4, \d+ processors/,
    );
    const broken = page.locator('#all-runs tbody tr', { hasText: 'broken' });
    assert.match((await broken.textContent()) ?? '', /broken.*results\.json/);
    const heading = page.locator('#all-runs th[data-key=designs] button');
    const order = async (): Promise<readonly string[]> =>
      (await rows.locator('th').allTextContents()).filter((name) => name !== 'broken');
    await heading.click();
    assert.deepEqual(await order(), ['single', 'full']);
    await heading.click();
    assert.deepEqual(await order(), ['full', 'single']);
    assert.equal((await rows.locator('th').allTextContents()).at(-1), 'broken');
    assert.deepEqual(problems, []);
    await page.close();
  });

  for (const run of [full, single, 'index.html']) {
    it(`axe refuses nothing of ${typeof run === 'string' ? run : run.runId}, light or dark`, async () => {
      for (const width of [1280, 390]) {
        const { page } = await open(run, width);
        await page.evaluate(
          `for (const one of document.querySelectorAll('details')) one.open = true`,
        );
        assert.deepEqual(await axeRefusals(page), [], `light, at ${width}`);
        // the dark page differs in its colours alone
        await page.emulateMedia({ colorScheme: 'dark' });
        assert.deepEqual(await axeRefusals(page, 'color-contrast'), [], `dark, at ${width}`);
        await page.close();
      }
    });
  }

  it('every figure and section has an address, and one that is folded away opens', async () => {
    const { page } = await open(full);
    const missing = await page.evaluate(`[...document.querySelectorAll('section, figure')]
      .filter((one) => one.id === '' || one.querySelector('a.here')?.hash !== '#' + one.id)
      .map((one) => one.textContent.slice(0, 40))`);
    assert.deepEqual(missing, []);
    const ids = await page.evaluate(`[...document.querySelectorAll('[id]')].map((one) => one.id)`);
    assert.ok(Array.isArray(ids) && new Set(ids).size === ids.length);
    await page.close();
    const folded = await open(full, 1280, '#overhead-one_row');
    await folded.page.locator('#overhead-one_row .drawing.wide svg').waitFor();
    await folded.page.close();
  });
});
