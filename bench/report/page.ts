import { readFileSync } from 'node:fs';
import { addressHtml } from './figure.ts';
import { type Html, type HtmlValue, html, raw } from './html.ts';
import { pageShades } from './shades.ts';

/** How an answer is marked: by a sign and a word, never by colour alone. */
export type Mark = 'good' | 'bad' | 'open' | 'plain';

/** A question and its answer in a sentence or a few. */
export interface SectionAnswer {
  readonly id: string;
  readonly question: string;
  readonly mark: Mark;
  readonly answer: string;
}

/** A part of the page: an answer, and what it rests on. */
export interface Section extends SectionAnswer {
  readonly body: HtmlValue;
}

/** A whole page. */
export interface Page {
  readonly title: string;
  /** One line under the title: what was run, where, when. */
  readonly subtitle: HtmlValue;
  /** What stands before the sections, where it is not the list of their questions. */
  readonly opening?: Html;
  readonly sections: readonly Section[];
  /** Links back, links to raw data. */
  readonly links?: readonly { readonly href: string; readonly text: string }[];
  /** Further scripts (JavaScript text) and elements that they read, put at the end of the body. */
  readonly scripts?: readonly string[];
  readonly extra?: Html;
}

const marks = {
  good: { sign: '✓', word: 'yes' },
  bad: { sign: '✗', word: 'no' },
  open: { sign: '?', word: 'open' },
  plain: { sign: '→', word: '' },
} as const;

/** In the order in which later ones win. */
const styleSheets = ['page.css', 'figures.css', 'plans.css', 'print.css'] as const;

/** A page in one file: style and scripts inside, nothing asked of a network, readable from a disk. */
export function pageHtml(page: Page): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${page.title}</title>
<link rel="icon" href="data:,">
<style>${raw(pageShades() + styleSheets.map(asset).join(''))}</style>
<script>${raw(asset('theme.js'))}</script>
</head>
<body>
<header class="top">
<div class="bar">
<nav aria-label="Files">${page.links?.map((link) => html`<a href="${link.href}">${link.text}</a> `)}</nav>
<button type="button" id="theme"><span aria-hidden="true">◐</span> light or dark</button>
</div>
<h1>${page.title}</h1>
<p class="subtitle">${page.subtitle}</p>
</header>
<main>
${page.opening}
${page.sections.length > 1 && contentsHtml(page.sections)}
${page.sections.map(sectionHtml)}
</main>
${page.extra}
<script>${raw(asset('figures.js'))}</script>
<script>${raw(asset('tables.js'))}</script>
<script>${raw(asset('later.js'))}</script>
${page.scripts?.map((script) => html`<script>${raw(script)}</script>\n`)}
</body>
</html>
`.text;
}

/** The text of a file that goes into a page: a style sheet or a script beside this module. */
export function asset(name: string): string {
  return readFileSync(new URL(`./browser/${name}`, import.meta.url), 'utf8');
}

/** A sign before an answer, with a word for those who do not see it. */
export function markHtml(mark: Mark): Html {
  const { sign, word } = marks[mark];
  return html`<span class="mark ${mark}"><span aria-hidden="true">${sign}</span>${
    word !== '' && html`<span class="unseen">${word}: </span>`
  }</span>`;
}

/** The questions, each leading to its answer. */
function contentsHtml(sections: readonly Section[]): Html {
  return html`<nav class="contents" aria-label="Questions">${sections.map(
    ({ id, mark, question }) =>
      html`<a href="#${id}" class="${mark}">${markHtml(mark)} <span>${question}</span></a>\n`,
  )}</nav>`;
}

function sectionHtml(section: Section): Html {
  return html`<section id="${section.id}">
<h2>${section.question}${addressHtml(section.id, section.question)}</h2>
<p class="lead">${markHtml(section.mark)} ${section.answer}</p>
${section.body}
</section>
`;
}
