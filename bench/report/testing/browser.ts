import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, chromium, type Page } from 'playwright-core';

const browserPath = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path !== undefined && existsSync(path));

/** A loaded machine takes as long as it takes. */
export const patienceMs = 300_000;
export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: browserPath ?? '',
    args: ['--no-sandbox', '--disable-gpu'],
    timeout: patienceMs,
  });
/** What a test that opens a page is skipped by. */
export const needsBrowser = {
  skip: browserPath === undefined && 'no chromium: name one in CHROMIUM',
};

/** What pev2 says where its frame gives way to the next plan before it has been laid out; the next is drawn right. */
const beforeItHasASize = /<g> attribute transform: Expected number, "translate\(NaN/;

/** What a reader must not meet on a page: errors, and anything asked of a network. */
export function problemsOf(page: Page): string[] {
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() !== 'error' || beforeItHasASize.test(message.text())) return;
    problems.push(message.text());
  });
  page.on('request', (request) => {
    if (/^(https?|wss?):/.test(request.url())) problems.push(`asked for ${request.url()}`);
  });
  return problems;
}

/** Waits until every drawing and table that the page's width shows has been made of its text, see browser/later.js. */
export async function wholePage(page: Page): Promise<void> {
  await page.waitForFunction(
    `[...document.querySelectorAll('noscript.later')].every(
      ({ parentElement: place }) => place.matches('.drawing') && getComputedStyle(place).display === 'none')`,
  );
}

/** Makes the window a phone's. */
export async function narrowPage(page: Page): Promise<void> {
  await page.setViewportSize({ width: 390, height: 844 });
  await wholePage(page);
}

/** What axe refuses of a page, a line each, by all of its rules or by those that are named. What pev2 draws in a frame is its own. */
export async function axeRefusals(page: Page, ...rules: readonly string[]): Promise<unknown> {
  const only = rules.length === 0 ? '' : `, runOnly: ${JSON.stringify(rules)}`;
  await page.addScriptTag({ path: createRequire(import.meta.url).resolve('axe-core') });
  // only what it refuses is looked into: it would else name a selector for each part of a page that is right
  return page.evaluate(`axe.run({ exclude: ['iframe'] }, { iframes: false, resultTypes: ['violations']${only} })
    .then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.length + ' × ' + nodes[0].html.slice(0, 160) + nodes[0].failureSummary))`);
}

/** Sentences of four words or more that a page says twice; its designs’ own words are theirs. Runs in the page. */
export const sentencesTwice = `(() => {
  const seen = new Map();
  for (const one of document.querySelectorAll('main :is(p, h2, h3, li, dt, caption, summary, .said)')) {
    if (one.closest('svg') !== null || one.querySelector('p, li') !== null) continue;
    for (const part of one.textContent.split(/(?<=[.!?])\\s+/)) {
      const sentence = part.replace(/[.#\\s]+$/, '').trim();
      if (sentence.split(' ').length >= 4) seen.set(sentence, (seen.get(sentence) ?? 0) + 1);
    }
  }
  return [...seen].filter(([, times]) => times > 1).map(([sentence]) => sentence);
})()`;

/** Tables that are wider than the room they have. Runs in the page. */
export const cutTables = `[...document.querySelectorAll('.scroll')]
  .filter((one) => one.checkVisibility() && one.scrollWidth > one.clientWidth + 1)
  .map((one) => one.getAttribute('aria-label'))`;

/** Marks of charts that stand outside their drawing. Runs in the page. */
export const outsideTheirChart = `[...document.querySelectorAll('.drawing svg')].flatMap((svg) => {
  const frame = svg.getBoundingClientRect();
  return [...svg.querySelectorAll('rect, circle, path, line')]
    .filter((one) => one.closest('defs') === null)
    .filter((one) => {
      const { left, right, top, bottom } = one.getBoundingClientRect();
      return left < frame.left - 3 || right > frame.right + 3 || top < frame.top - 3 || bottom > frame.bottom + 3;
    })
    .map((one) => svg.closest('figure').id + ': ' + one.outerHTML.slice(0, 120));
})`;
