import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { compareLoads } from './compare/compare-loads.ts';
import { compareRuns } from './compare/compare-runs.ts';
import { comparisonPage } from './compare/comparison-page.ts';
import { loadPageHtml } from './load/load-page.ts';
import { rolloutPageHtml } from './rollout/rollout-page.ts';
import { runPage } from './run-page.ts';
import { runsPage } from './runs-page.ts';
import {
  axeRefusals,
  cutTables,
  launch,
  narrowPage,
  needsBrowser,
  outsideTheirChart,
  patienceMs,
  problemsOf,
  sentencesTwice,
  wholePage,
} from './testing/browser.ts';
import { syntheticDesigns } from './testing/synthetic-design.ts';
import {
  referenceLoad,
  syntheticFailovers,
  syntheticRamps,
  syntheticRollout,
  syntheticSoak,
} from './testing/synthetic-loads.ts';
import { syntheticResults, writeSyntheticRun } from './testing/synthetic-results.ts';

/** So many runs of which the later half cost much more: a history with a change of level. */
const runsInHistory = 16;
const runs = Array.from({ length: runsInHistory }, (_, place) => ({
  ...syntheticResults({
    runId: `run-${place}`,
    seed: place + 1,
    designs: syntheticDesigns.map((design) =>
      design.name === 'blocked_contacts'
        ? { ...design, checkNs: place < runsInHistory / 2 ? 10_000 : 200_000 }
        : design,
    ),
  }),
  startedAt: new Date(Date.UTC(2026, 0, 1 + place)).toISOString(),
}));

const loads = [
  { ...referenceLoad('load-campaign'), runId: 'campaign' },
  { ...referenceLoad('load-pgbench'), runId: 'pgbench' },
  syntheticRamps(),
  syntheticFailovers(),
  syntheticSoak(),
];

/** Every page but that of a run, which exploring.test.ts looks at. */
const pages = {
  ...Object.fromEntries(loads.map(({ runId }) => [runId, `${runId}/index.html`])),
  rollout: 'rollout/index.html',
  'a comparison of runs': 'runs.html',
  'a comparison of loads': 'loads.html',
  'the list of runs': 'index.html',
};

describe('every other page in a browser', needsBrowser, () => {
  const reports = mkdtempSync(join(tmpdir(), 'optout-pages-'));
  let browser: Browser;
  before(async () => {
    for (const run of runs) writeSyntheticRun(join(reports, run.runId), run);
    for (const load of loads) {
      mkdirSync(join(reports, load.runId));
      writeFileSync(join(reports, load.runId, 'load.json'), JSON.stringify(load));
      writeFileSync(join(reports, load.runId, 'index.html'), loadPageHtml(load));
    }
    mkdirSync(join(reports, 'rollout'));
    writeFileSync(join(reports, 'rollout', 'rollout.json'), JSON.stringify(syntheticRollout()));
    writeFileSync(join(reports, 'rollout', 'index.html'), rolloutPageHtml(syntheticRollout()));
    writeFileSync(join(reports, 'index.html'), runsPage(reports));
    writeFileSync(
      join(reports, 'run.html'),
      runPage(syntheticResults(), join(reports, 'run-0'), []),
    );
    const [first, last] = [runs[0], runs.at(-1)];
    assert.ok(first !== undefined && last !== undefined);
    writeFileSync(join(reports, 'runs.html'), comparisonPage(compareRuns(first, last)));
    const campaign = referenceLoad('load-campaign');
    writeFileSync(join(reports, 'loads.html'), comparisonPage(compareLoads(campaign, campaign)));
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    rmSync(reports, { recursive: true, force: true });
  });

  const open = async (
    path: string,
    { width = 1280, hash = '' } = {},
  ): Promise<{ readonly page: Page; readonly problems: string[] }> => {
    const page = await browser.newPage({ viewport: { width, height: 844 } });
    page.setDefaultTimeout(patienceMs);
    const problems = problemsOf(page);
    await page.goto(pathToFileURL(join(reports, path)).href + hash);
    await wholePage(page);
    // also what nobody has scrolled to
    await page.addStyleTag({ content: 'section { content-visibility: visible !important }' });
    return { page, problems };
  };

  for (const [name, path] of Object.entries(pages)) {
    it(`${name}: nothing is cut, scrolls sideways, leaves its chart or is said twice`, async () => {
      const { page, problems } = await open(path);
      assert.deepEqual(await page.evaluate(cutTables), []);
      assert.deepEqual(await page.evaluate(sentencesTwice), []);
      assert.deepEqual(await page.evaluate(outsideTheirChart), []);
      await narrowPage(page);
      assert.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true);
      assert.deepEqual(await page.evaluate(outsideTheirChart), []);
      assert.deepEqual(problems, []);
      await page.close();
    });

    it(`${name}: axe refuses nothing, light or dark`, async () => {
      const { page } = await open(path);
      await page.evaluate(
        `for (const one of document.querySelectorAll('details')) one.open = true`,
      );
      assert.deepEqual(await axeRefusals(page), []);
      // the dark page differs in its colours alone
      await page.emulateMedia({ colorScheme: 'dark' });
      assert.deepEqual(await axeRefusals(page, 'color-contrast'), []);
      await page.close();
    });
  }

  for (const [name, path] of Object.entries({ ...pages, 'a run': 'run.html' })) {
    it(`${name}: on paper it is black on white, nothing is cut, and nothing asks to be pressed`, async () => {
      // A4 less its margins
      const { page } = await open(path, { width: 700 });
      await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
      const controls =
        await page.evaluate(`[...document.querySelectorAll('button:not(th button), input, select, summary')]
        .filter((one) => one.checkVisibility()).map((one) => one.outerHTML.slice(0, 80))`);
      assert.deepEqual(controls, []);
      assert.equal(
        await page.evaluate('getComputedStyle(document.body).backgroundColor'),
        'rgb(255, 255, 255)',
      );
      assert.deepEqual(await page.evaluate(cutTables), []);
      assert.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true);
      await page.close();
    });
  }

  it('the list of runs shows a figure’s history, and where its level changed', async () => {
    const { page, problems } = await open('index.html', { hash: '#history' });
    const changed = `run-${runsInHistory / 2}`;
    const section = page.locator('#history');
    assert.match(
      (await section.locator('.lead').textContent()) ?? '',
      /The level changed for one row/,
    );
    const figure = page.locator('figure', { hasText: `one row: another level from ${changed} on` });
    const drawing = figure.locator('.drawing.wide svg');
    assert.equal(await drawing.locator('circle').count(), runsInHistory);
    const change = await drawing
      .locator('line[stroke-dasharray], [stroke-dasharray] line')
      .boundingBox();
    const dots = await Promise.all(
      (await drawing.locator('circle').all()).map((dot) => dot.boundingBox()),
    );
    const before = dots.filter((dot) => (dot?.x ?? Number.NaN) < (change?.x ?? Number.NaN));
    assert.equal(before.length, runsInHistory / 2);
    await drawing.focus();
    await page.keyboard.press('End');
    assert.match(
      (await page.locator('.tip').textContent()) ?? '',
      new RegExp(`^run-${runsInHistory - 1}: [\\d.]+ \\([\\d.]+ to [\\d.]+\\)$`),
    );
    await figure.getByText('Data', { exact: true }).click();
    assert.equal(await figure.locator('tbody tr').count(), runsInHistory);
    assert.deepEqual(problems, []);
    await page.close();
  });

  it('a ramp’s loads lie over each other in the order of their rates, the best one marked', async () => {
    const { page } = await open('ramps/index.html');
    const ramps = syntheticRamps().ramps;
    const drawing = page.locator('#ramp-throughput-blocked_contacts .drawing.wide svg');
    const tips = await drawing
      .locator('circle[data-told]')
      .evaluateAll((dots) => dots.map((dot) => dot.getAttribute('data-told') ?? ''));
    const rates = ramps.flatMap((ramp) => ramp.rates.map(({ rate }) => rate).sort((a, b) => a - b));
    assert.deepEqual(
      tips.map((tip) => Number(/^[\d,]+/.exec(tip)?.[0].replaceAll(',', ''))),
      rates,
    );
    const text = (await drawing.textContent()) ?? '';
    for (const { highestRate } of ramps) {
      assert.ok(text.includes(`${highestRate?.toLocaleString('en-US')}/s`), text);
    }
    assert.match(
      (await page.locator('#ramp-blocked_contacts .lead').textContent()) ?? '',
      /That is 0\.9\d* \(0\.8\d* to 0\.9\d*\) of the rate, less/,
    );
    for (const off of ['', '-off']) {
      const quantiles = page.locator(`#ramp-quantiles-blocked_contacts${off} .drawing.wide svg`);
      assert.equal(
        await quantiles.locator('path[stroke-width="3"], [stroke-width="3"] path').count(),
        1,
      );
    }
    await page.close();
  });

  it('a load of a ramp that did not keep the objective is marked so', async () => {
    const { page } = await open('ramps/index.html');
    const [ramp] = syntheticRamps().ramps;
    const missed = page.locator('.contents a', {
      hasText: `${ramp?.lowestMiss?.toLocaleString('en-US')}/s`,
    });
    assert.deepEqual(await missed.evaluateAll((links) => links.map((link) => link.className)), [
      'bad',
    ]);
    await page.close();
  });
});
