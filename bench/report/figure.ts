import { folded, type Html, type HtmlValue, html } from './html.ts';
import type { LineStyle } from './palette.ts';
import { type Chart, drawing } from './plot.ts';

/** A column of a table: its heading, and whether it holds figures. */
export interface Column {
  readonly heading: string;
  readonly numeric?: boolean;
}

/** A table of a report: headings, rows, and what it is about for those who hear it read. */
export interface Table {
  readonly caption: string;
  /** What it is called, where the caption is nothing or that of other tables too. */
  readonly label?: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly HtmlValue[])[];
}

/** A table without the columns, behind the first, in which nothing but zeros or nothing at all stands. */
export function withoutZeros(table: Table): Table {
  const says = table.columns.map(
    (_, index) =>
      index === 0 || table.rows.some((row) => !['', '0', '0 B', '–'].includes(String(row[index]))),
  );
  const keep = <T>(items: readonly T[]): readonly T[] => items.filter((_, index) => says[index]);
  return { ...table, columns: keep(table.columns), rows: table.rows.map(keep) };
}

/** A chart with what it found, how to read it, its legend and its data. */
export interface Figure {
  /** Its address on the page: unique there, and the same in every run that has the figure. */
  readonly id: string;
  /** The finding, as a sentence: what a reader should take away. */
  readonly finding: string;
  /** What is drawn, in which units. */
  readonly reading: string;
  /** How to read every chart of this kind: an image says it, a page once for all of them. */
  readonly kindReading?: string;
  readonly legend?: readonly LegendEntry[];
  /** The chart names its lines itself where there is room: the legend is for a phone. */
  readonly legendWhereNarrow?: boolean;
  readonly chart: Chart;
  readonly data: Table;
}

/** One sign of a chart and what it stands for. */
export interface LegendEntry {
  readonly colour: string;
  readonly name: string;
  readonly dash?: string;
  readonly shape?: 'line' | 'dot' | 'square' | 'bar' | 'hollow';
}

/** The legend of lines: those that are named, in their order. */
export function lineLegend(
  lines: readonly {
    readonly name: string;
    readonly labelled: boolean;
    readonly style: LineStyle;
  }[],
): readonly LegendEntry[] {
  return lines
    .filter((line) => line.labelled)
    .map(({ name, style }) => ({
      colour: style.colour,
      name,
      dash: style.dash,
      shape: style.width < 1 ? ('dot' as const) : ('line' as const),
    }));
}

/** A figure: the finding, how to read it, the drawing, and its data folded under it. */
export function figureHtml(figure: Figure): Html {
  return html`<figure id="${figure.id}">
<figcaption><h3>${figure.finding}${addressHtml(figure.id, figure.finding)}</h3>${figure.reading !== '' && html`<p>${figure.reading}</p>`}</figcaption>
${figure.legend === undefined ? '' : legendHtml(figure.legend, figure.legendWhereNarrow === true)}
${drawing(figure.chart)}
${folded('Data', tableHtml(figure.data))}
</figure>`;
}

/** A link to a place of the page, to be sent to somebody. */
export function addressHtml(id: string, of: string): Html {
  return html` <a class="here" href="#${id}" aria-label="Address of “${of}”">#</a>`;
}

/** A table that scrolls inside its own box, so that the page never does. */
export function tableHtml(table: Table): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${table.label ?? table.caption}"><table>
${table.caption !== '' && html`<caption>${table.caption}</caption>`}
<thead><tr>${table.columns.map(
    (column) => html`<th scope="col"${numericClass(column)}>${column.heading}</th>`,
  )}</tr></thead>
<tbody>
${table.rows.map(
  (row) =>
    html`<tr>${row.map((cell, index) =>
      index === 0
        ? html`<th scope="row">${cell}</th>`
        : html`<td${numericClass(table.columns[index])}>${cell}</td>`,
    )}</tr>\n`,
)}</tbody></table></div>`;
}

function numericClass(column: Column | undefined): Html {
  return column?.numeric === true ? html` class="n"` : html``;
}

function legendHtml(entries: readonly LegendEntry[], narrowOnly: boolean): Html {
  return html`<ul class="legend${narrowOnly && ' narrow-only'}">${entries.map(
    (entry) => html`<li>${signHtml(entry)} ${entry.name}</li>`,
  )}</ul>`;
}

/** The sign of an entry: a line, a dot or a bar, 24 by 12. */
export function signHtml({ colour, dash, shape = 'line' }: LegendEntry): Html {
  const drawn = {
    line: html`<line x1="1" y1="6" x2="23" y2="6" stroke="${colour}" stroke-width="2.5" stroke-dasharray="${dash ?? ''}"/>`,
    dot: html`<circle cx="12" cy="6" r="4.5" fill="${colour}"/>`,
    square: html`<rect x="7.5" y="1.5" width="9" height="9" fill="${colour}"/>`,
    hollow: html`<circle cx="12" cy="6" r="4" fill="none" stroke="${colour}" stroke-width="1.5"/>`,
    bar: html`<rect x="4" y="0" width="16" height="12" rx="1.5" fill="${colour}"/>`,
  }[shape];
  return html`<svg width="24" height="12" viewBox="0 0 24 12" aria-hidden="true">${drawn}</svg>`;
}
