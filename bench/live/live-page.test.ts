import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { launch, needsBrowser, patienceMs } from '../report/testing/browser.ts';
import { livePage } from './live-page.ts';
import { type LiveServer, startLiveServer } from './live-server.ts';
import type { LiveSecond } from './second-of-load.ts';

const second = (number: number, slowestMs: number): LiveSecond => ({
  second: number,
  offered: 1_200,
  done: 1_100 + number,
  refused: 40,
  errors: 0,
  p50Ms: 0.5,
  p99Ms: slowestMs * 0.9,
  latencies: [
    [0.1, 1, 900],
    [1, slowestMs, 200],
  ],
  waits: { CPU: 2, 'IO:WalSync': 5 },
});

/** Texts of the drawings that reach out of them, or over each other: runs in the page. */
const misplaced = `[...document.querySelectorAll('#live-charts figure > svg')].flatMap((svg) => {
  const frame = svg.getBoundingClientRect();
  const texts = [...svg.querySelectorAll('text')].map((one) => [one.textContent, one.getBoundingClientRect()]);
  return texts.flatMap(([words, box], index) => [
    ...(box.left < frame.left - 1 || box.right > frame.right + 1 ? [words + ' is cut'] : []),
    ...texts.slice(index + 1).filter(([, other]) =>
      box.left < other.right && other.left < box.right && box.top + 4 < other.bottom && other.top + 4 < box.bottom)
      .map(([other]) => words + ' lies on ' + other),
  ]);
})`;

describe('the live page in a browser', needsBrowser, () => {
  let browser: Browser;
  before(async () => {
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
  });

  const open = async (live: LiveServer, width: number): Promise<Page> => {
    const page = await browser.newPage({ viewport: { width, height: 844 } });
    page.setDefaultTimeout(patienceMs);
    page.on('pageerror', (error) => assert.fail(error));
    await page.goto(live.url);
    return page;
  };

  it('draws each second of a load to the width there is, and is the report at the end', async () => {
    await using live = await startLiveServer(livePage('load', 'A load, live'), 0);
    live.send('figures', second(0, 20));
    live.send('figures', second(1, 52_087));
    for (const width of [1280, 390]) {
      const page = await open(live, width);
      await page.getByText('1,200 offered, 1,101 done, 40 refused').waitFor();
      await page.getByText('p50 500 µs, p99 46.9 s').waitFor();
      await page.getByText('7 at work, 5 of them waiting, most for IO:WalSync').waitFor();
      const drawing = page.locator('#live-charts svg[role=img]').first();
      const points = await drawing.locator('polyline').first().getAttribute('points');
      assert.equal(points?.split(' ').length, 2);
      assert.deepEqual(await page.evaluate(misplaced), []);
      assert.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true);
      await page.setViewportSize({ width: 700, height: 844 });
      await page.locator('#live-charts svg[role=img][width="660"]').first().waitFor();
      await page.close();
    }
    const page = await open(live, 1280);
    await page.locator('polyline').first().waitFor();
    await live.finish('<title>done</title><h1>the report</h1>');
    await page.getByRole('heading', { name: 'the report' }).waitFor();
    await page.close();
  });

  it('shows the intervals of a bench as they narrow, the newest of each scenario', async () => {
    await using live = await startLiveServer(livePage('bench', 'A bench, live'), 0);
    const one = { design: 'statement_trigger_hash', scenario: '1,000 rows in one statement' };
    live.send('figures', { ...one, sessions: 2 });
    live.send('figures', { ...one, sessions: 12, ratio: 1.2, low: 1.1, high: 1.3 });
    live.send('figures', { ...one, sessions: 24, ratio: 1.21, low: 1.2, high: 1.22 });
    for (const width of [1280, 390]) {
      const page = await open(live, width);
      await page.getByText('1.210 ± 0.010').waitFor();
      assert.equal(await page.locator('#live-charts circle').count(), 1);
      assert.deepEqual(await page.evaluate(misplaced), []);
      await page.close();
    }
  });
});
