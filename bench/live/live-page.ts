import { readFileSync } from 'node:fs';
import { html } from '../report/html.ts';
import { pageHtml } from '../report/page.ts';

/** What a page follows. */
export type LiveKind = 'load' | 'bench';

const questions = {
  load: 'What does the load do?',
  bench: 'How far are the figures?',
} as const;

/** The page that follows a command, empty until something is told. */
export function livePage(kind: LiveKind, title: string): string {
  return pageHtml({
    title,
    subtitle: html`<span id="live-state" role="status">waiting for the first figures</span>`,
    sections: [
      {
        id: 'live',
        question: questions[kind],
        mark: 'plain',
        answer: 'It is measured just now; when it ends, its report takes the place of this page.',
        body: html`<div id="live-charts" data-kind="${kind}"></div>`,
      },
    ],
    scripts: [readFileSync(new URL('./live.js', import.meta.url), 'utf8')],
  });
}
