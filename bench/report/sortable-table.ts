import { type Html, type HtmlValue, html } from './html.ts';

/** A column of a table that can be sorted and filtered: its key is what addresses and scripts call it. */
export interface SortableColumn {
  readonly key: string;
  readonly heading: string;
  readonly numeric?: boolean;
  /** Left out until a reader chooses it. */
  readonly hidden?: boolean;
}

/** A cell: what is shown, and what it is sorted and filtered by; undefined stands last. */
export interface SortableCell {
  readonly shown: HtmlValue;
  readonly value: number | string | undefined;
}

/** A table whose headings sort it. */
export interface SortableTable {
  /** Its address: an id on the page. */
  readonly id: string;
  readonly caption: string;
  readonly columns: readonly SortableColumn[];
  readonly rows: readonly (readonly SortableCell[])[];
}

/** The table; browser/tables.js makes its headings work, and without it the order is that of the rows. */
export function sortableHtml({ id, caption, columns, rows }: SortableTable): Html {
  const off = (index: number): HtmlValue => columns[index]?.hidden === true && html` hidden`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table class="sortable" id="${id}">
<caption>${caption}</caption>
<thead><tr>${columns.map(
    ({ key, heading, numeric }, index) =>
      html`<th scope="col" data-key="${key}"${numeric === true && html` class="n"`}${off(index)}><button type="button">${heading}</button></th>`,
  )}</tr></thead>
<tbody>
${rows.map(
  (cells) =>
    html`<tr>${cells.map(({ shown, value }, index) => {
      const sorted = value !== undefined && html` data-value="${value}"`;
      return index === 0
        ? html`<th scope="row"${sorted}>${shown}</th>`
        : html`<td${columns[index]?.numeric === true && html` class="n"`}${sorted}${off(index)}>${shown}</td>`;
    })}</tr>\n`,
)}</tbody></table></div>`;
}
