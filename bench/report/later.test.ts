import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { runPage } from './run-page.ts';
import { launch, needsBrowser, patienceMs, wholePage } from './testing/browser.ts';
import { syntheticResults } from './testing/synthetic-results.ts';

describe('what is not on the first screen', needsBrowser, () => {
  const folder = mkdtempSync(join(tmpdir(), 'optout-later-'));
  const file = join(folder, 'index.html');
  let browser: Browser;
  before(async () => {
    writeFileSync(file, runPage(syntheticResults(), folder, []));
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A page whose clock stands still where asked: nothing is made later. */
  const open = async (
    options: BrowserContextOptions & { readonly stopped?: boolean } = {},
  ): Promise<Page> => {
    const { stopped, ...others } = options;
    const page = await browser.newPage({ viewport: { width: 1280, height: 844 }, ...others });
    page.setDefaultTimeout(patienceMs);
    if (stopped === true) await page.addInitScript('globalThis.setTimeout = () => 0');
    await page.goto(pathToFileURL(file).href);
    return page;
  };
  const drawn = (page: Page): Promise<number> => page.locator('.drawing > svg').count();

  it('is made after the first chart, of each chart the drawing that fits', async () => {
    const first = await open({ stopped: true });
    assert.equal(await first.locator('#added .drawing.wide > svg:visible').count(), 1);
    assert.equal(await drawn(first), 1);
    await first.close();
    const page = await open();
    await wholePage(page);
    const figures = await page.locator('figure').count();
    assert.ok(figures > 5);
    assert.equal(await page.locator('.drawing.wide > svg').count(), figures);
    assert.equal(await drawn(page), figures);
    assert.equal(await page.locator('figure details table').count(), figures);
    await page.close();
  });

  it('moves nothing when it is made: its room is kept', async () => {
    for (const width of [1280, 390]) {
      const page = await open({ stopped: true, viewport: { width, height: 844 } });
      await page.addStyleTag({ content: 'section { content-visibility: visible !important }' });
      const heights = (): Promise<unknown> =>
        page.evaluate(`[...document.querySelectorAll('.drawing')].map((one) => one.offsetHeight)`);
      const kept = await heights();
      await page.evaluate(`dispatchEvent(new Event('beforeprint'))`);
      assert.ok((await drawn(page)) > 10);
      assert.deepEqual(await heights(), kept);
      await page.close();
    }
  });

  it('is all there on paper, however soon that is wanted', async () => {
    const page = await open({ stopped: true });
    await page.pdf();
    assert.equal(await page.locator('noscript.later').count(), 0);
    // the table of designs, too, has only the columns that were chosen
    assert.ok((await page.locator('#designs thead th[hidden]').count()) > 0);
    await page.close();
  });

  it('is all there for a browser that runs no scripts', async () => {
    const page = await open({ javaScriptEnabled: false });
    const figures = await page.locator('section > figure, .opening > figure').count();
    assert.ok(figures > 5);
    assert.equal(await page.locator('.drawing.wide svg:visible').count(), figures);
    await page.close();
  });
});
