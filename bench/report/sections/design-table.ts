import type { DesignResult, Results } from '../../results/results.ts';
import { verdictOf } from '../../stats/bootstrap.ts';
import { addressHtml } from '../figure.ts';
import {
  formatBytes,
  formatCount,
  formatNs,
  formatNsInterval,
  formatRatioInterval,
} from '../format.ts';
import { type Html, html } from '../html.ts';
import { countedOf, oneRow } from '../instruction-tables.ts';
import {
  differenceOf,
  mainQuestions,
  pairedOf,
  ratioOf,
  scenarioOf,
  whyNoFigure,
} from '../questions.ts';
import { type SortableCell, type SortableColumn, sortableHtml } from '../sortable-table.ts';
import { bindsOwner, takesCopy } from './design-traits.ts';
import { totalSize } from './size.ts';

/** A column of the table of designs. */
interface DesignColumn extends SortableColumn {
  readonly cell: (design: DesignResult) => SortableCell;
  /** What a reader may ask of it: a yes, or no more than one of these. */
  readonly filter?:
    | { readonly kind: 'yes'; readonly words: string }
    | {
        readonly kind: 'most';
        readonly words: string;
        readonly among: readonly number[];
        readonly format: (value: number) => string;
      };
}

/** All that is known of every design in one table, to be sorted, filtered, and its columns chosen. */
export function designTable(results: Results): Html | undefined {
  const designs = results.designs.filter(({ status }) => status !== 'planned');
  if (designs.length < 2) return undefined;
  const columns = columnsOf(results).filter(({ cell }) =>
    designs.some((design) => cell(design).value !== undefined),
  );
  const filters = columns.flatMap((column) => filterHtml(column, designs) ?? []);
  return html`<h3 id="all-designs">All designs${addressHtml('all-designs', 'All designs')}</h3>
<form class="filters" data-table="designs" hidden>
<fieldset><legend>Only what</legend>${filters}</fieldset>
<details><summary>Columns</summary><fieldset class="columns"><legend>Shown</legend>${columns
    .slice(1)
    .map(
      ({ key, heading, hidden }) =>
        html`<label><input type="checkbox" name="column" value="${key}"${hidden !== true && html` checked`}> ${heading}</label>\n`,
    )}</fieldset></details>
<p class="soft" role="status"></p>
</form>
${sortableHtml({
  id: 'designs',
  caption:
    'Ratios are of the time with the check to the time without, times what the check adds to a row; a heading sorts by its column.',
  columns,
  rows: designs.map((design) => columns.map(({ cell }) => cell(design))),
})}`;
}

function columnsOf(results: Results): readonly DesignColumn[] {
  const counted = countedOf(results);
  return [
    {
      key: 'design',
      heading: 'Design',
      cell: ({ name }) => ({ shown: html`<a href="#design-${name}">${name}</a>`, value: name }),
    },
    ...mainQuestions(results).flatMap(({ heading, scenario }) =>
      questionColumns(heading, scenario),
    ),
    {
      key: 'check',
      heading: 'check alone, in the server',
      numeric: true,
      hidden: true,
      cell: ({ serverSide }) => {
        const cost = serverSide?.nsPerRow;
        return { shown: cost === undefined ? '–' : formatNsInterval(cost), value: cost?.value };
      },
    },
    {
      key: 'buffers',
      heading: 'buffers a check',
      numeric: true,
      hidden: true,
      cell: ({ serverSide }) => {
        const buffers = serverSide?.buffersPerCheck;
        return { shown: buffers === undefined ? '–' : formatCount(buffers), value: buffers };
      },
    },
    {
      key: 'instructions',
      heading: 'instructions for one row',
      numeric: true,
      hidden: true,
      cell: ({ name }) => {
        const own = counted?.designs.find((design) => design.name === name);
        const added = own === undefined ? Number.POSITIVE_INFINITY : oneRow(own);
        return Number.isFinite(added)
          ? { shown: formatCount(added), value: added }
          : { shown: '–', value: undefined };
      },
    },
    {
      key: 'space',
      heading: 'on disk',
      numeric: true,
      cell: (design) =>
        design.sizes.length === 0
          ? { shown: '–', value: undefined }
          : { shown: formatBytes(totalSize(design)), value: totalSize(design) },
      filter: {
        kind: 'most',
        words: 'on disk at most',
        among: Array.from({ length: 40 }, (_, power) => 2 ** (power + 10)),
        format: formatBytes,
      },
    },
    {
      key: 'built',
      heading: 'built in',
      numeric: true,
      hidden: true,
      cell: ({ buildMs }) =>
        buildMs === undefined
          ? { shown: 'the schema', value: 0 }
          : { shown: formatNs(buildMs * 1e6), value: buildMs },
    },
    traitColumn('copy', 'takes COPY', takesCopy),
    traitColumn('owner', 'binds the owner', bindsOwner),
  ];
}

/** The ratio of a question, and what it adds to a row. */
function questionColumns(heading: string, scenario: string): readonly DesignColumn[] {
  const key = heading.replaceAll(' ', '-');
  const asked = scenario.startsWith('report') ? 'a report' : heading;
  const missing = (design: DesignResult): SortableCell => ({
    shown: html`<small>${design.status === 'timed' ? whyNoFigure(scenarioOf(design, scenario)) : design.status}</small>`,
    value: undefined,
  });
  return [
    {
      key,
      heading: asked,
      numeric: true,
      cell: (design) => {
        const paired = pairedOf(design, scenario)?.paired;
        if (paired === undefined) return missing(design);
        const [value, bounds] = formatRatioInterval(ratioOf(paired)).split(' (');
        const told = verdictOf(ratioOf(paired)) === 'could not be told apart' ? '≈ ' : '';
        return { shown: html`${told}${value} <small>(${bounds}</small>`, value: paired.ratio };
      },
      filter: {
        kind: 'most',
        words: `${asked} at most`,
        among: [1.05, 1.1, 1.2, 1.3, 1.5, 2, 2.5, 3, 5],
        format: (ratio) => `${ratio} times`,
      },
    },
    {
      key: `${key}-added`,
      heading: `${asked}, added`,
      numeric: true,
      hidden: heading !== 'one row',
      cell: (design) => {
        const paired = pairedOf(design, scenario)?.paired;
        return paired === undefined
          ? { shown: '–', value: undefined }
          : {
              shown: formatNsInterval(differenceOf(paired)),
              value: paired.differenceNsPerRow,
            };
      },
    },
  ];
}

function traitColumn(
  key: string,
  heading: string,
  has: (design: DesignResult) => boolean | undefined,
): DesignColumn {
  return {
    key,
    heading,
    cell: (design) => {
      const answer = has(design);
      return answer === undefined
        ? { shown: 'not seen', value: undefined }
        : { shown: answer ? 'yes' : 'no', value: answer ? 'yes' : 'no' };
    },
    filter: { kind: 'yes', words: heading },
  };
}

/** Undefined where all designs would pass, whatever is asked. */
function filterHtml(column: DesignColumn, designs: readonly DesignResult[]): Html | undefined {
  const { key, filter } = column;
  if (filter === undefined) return undefined;
  const values = designs.map((design) => column.cell(design).value);
  if (filter.kind === 'yes') {
    return html`<label><input type="checkbox" name="${key}" value="yes"> ${filter.words}</label>\n`;
  }
  const known = values.filter((value) => typeof value === 'number');
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const offered = filter.among.filter((one) => one >= least && one < most);
  if (offered.length === 0) return undefined;
  return html`<label>${filter.words} <select name="${key}"><option value="">any</option>${offered.map(
    (one) => html`<option value="${one}">${filter.format(one)}</option>`,
  )}</select></label>\n`;
}
