import { existsSync } from 'node:fs';
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
