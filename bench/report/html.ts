/** A piece of HTML that needs no more escaping. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

/** What may stand in a template: text and numbers are escaped, nothing stands for nothing. */
export type HtmlValue = Html | string | number | undefined | false | readonly HtmlValue[];

/** Template literal that escapes what it is given, so that no name or message can break the page. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(
    parts.map((part, index) => (index === 0 ? part : render(values[index - 1]) + part)).join(''),
  );
}

/** Text that is HTML already: an SVG, a style sheet. */
export function raw(text: string): Html {
  return new Html(text);
}

/**
 * What is not on the first screen: a browser that runs scripts reads a noscript as text, which costs it next
 * to nothing, until browser/later.js makes elements of it. One that runs none shows it as it is.
 */
export function later(content: Html): Html {
  return html`<noscript class="later">${content}</noscript>`;
}

/** What a reader may unfold; nothing in it has an address of its own or is itself for later. */
export function folded(summary: HtmlValue, content: Html): Html {
  return html`<details><summary>${summary}</summary>${later(content)}</details>`;
}

/** Text as it may stand in an element or a quoted attribute. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** JSON as it may stand in a script element. */
export function scriptJson(value: unknown): Html {
  return raw(JSON.stringify(value).replaceAll('<', '\\u003c'));
}

function render(value: HtmlValue): string {
  if (value === undefined || value === false) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'object') return value.map(render).join('');
  return escapeHtml(String(value));
}
