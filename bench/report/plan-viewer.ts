import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { codeOf } from '../../db/cli/errors.ts';
import type { CapturedPlan, Results } from '../results/results.ts';
import { type Html, html, raw, scriptJson } from './html.ts';
import { asset } from './page.ts';
import { withoutPlan } from './plan-words.ts';

/** A captured plan as the viewer in the page takes it. */
export interface ViewedPlan {
  readonly design: string;
  readonly statement: string;
  readonly title: string;
  readonly sql: string;
  readonly summary: string;
  readonly note: string;
  readonly text: string;
  /** The trees: the statement's own, then what ran inside triggers, innermost first. */
  readonly trees: readonly {
    readonly label: string;
    /** Ran inside a trigger of the check: what the reader came for. */
    readonly ofCheck: boolean;
    readonly query: string;
    /** What pev2 parses. */
    readonly source: string;
  }[];
}

/** Reads the plans of a run, out of results.json and the files beside it. */
export function viewedPlans(results: Results, runFolder: string): readonly ViewedPlan[] {
  return results.plans.map((plan) => ({
    design: plan.design,
    statement: plan.statement,
    title: plan.title,
    sql: plan.sql,
    summary:
      plan.summary?.nodes.join(' → ') ??
      (plan.lookup === undefined
        ? withoutPlan(plan)
        : `the lookup by itself: ${plan.lookup.summary.nodes.join(' → ')}`),
    note: [
      plan.failed === undefined ? '' : `No plan: ${plan.failed}.`,
      plan.refused ? 'The statement was refused, so there is no plan of the statement itself.' : '',
      plan.nestedMissing === undefined
        ? ''
        : `Plans inside triggers could not be had: ${plan.nestedMissing}.`,
      plan.lookupMissing === undefined ? '' : `Nor the lookup by itself: ${plan.lookupMissing}.`,
    ]
      .filter((text) => text !== '')
      .join(' '),
    text: readText(join(runFolder, plan.textFile)) ?? 'The text of this plan is not there.',
    trees: treesOf(plan, readText(join(runFolder, plan.jsonFile))),
  }));
}

/** The viewer's markup; the script finds it by its id. */
export function planViewerHtml(
  plans: readonly ViewedPlan[],
  first: { readonly left?: string; readonly right?: string },
): Html {
  return html`<div id="plan-viewer" hidden${
    first.left !== undefined && html` data-left="${first.left}"`
  }${first.right !== undefined && html` data-right="${first.right}"`}>
<div class="plan-pickers">
<label>statement <select id="plan-statement"></select></label>
<label>left <select id="plan-left"></select></label>
<label>right <select id="plan-right"></select></label>
</div>
<div class="plan-sides">
<div class="plan-side" data-side="left"></div>
<div class="plan-side" data-side="right"></div>
</div>
</div>
<noscript>${plans.map(
    (plan) => html`<h4>${plan.design}: ${plan.title}</h4><pre>${plan.text}</pre>`,
  )}</noscript>`;
}

/** The plans as data, one copy of the viewer's libraries for all its frames, and the script. */
export function planViewerExtra(plans: readonly ViewedPlan[]): Html {
  const script = (id: string, text: string): Html =>
    html`<script type="text/plain" id="${id}">${raw(text.replaceAll('</script', '<\\/script'))}</script>\n`;
  return html`<script type="application/json" id="plan-data">${scriptJson(plans)}</script>
${script('plan-style', `${library('bootstrap/dist/css/bootstrap.min.css')}\n${library('pev2/dist/pev2.css')}`)}
${script('plan-vue', library('vue/dist/vue.global.prod.js'))}
${script('plan-pev2', library('pev2'))}
<script>${raw(asset('plans.js'))}</script>`;
}

function treesOf(plan: CapturedPlan, json: string | undefined): ViewedPlan['trees'] {
  const own = json === undefined || plan.refused ? undefined : outerPlan(json);
  return [
    ...(own === undefined
      ? []
      : [{ label: 'statement', ofCheck: false, query: plan.sql, source: own }]),
    ...(plan.lookup === undefined
      ? []
      : [
          {
            label: 'the lookup by itself',
            ofCheck: true,
            query: plan.lookup.sql,
            source: JSON.stringify([plan.lookup.plan]),
          },
        ]),
    ...plan.nested.map((nested, index) => ({
      label: `${nested.kind === 'trigger' ? 'in the trigger' : 'foreign key'} ${index + 1}${nested.times > 1 ? ` (×${nested.times})` : ''}`,
      ofCheck: nested.kind === 'trigger',
      query: nested.query,
      source: JSON.stringify(Array.isArray(nested.plan) ? nested.plan : [nested.plan]),
    })),
  ];
}

/** EXPLAIN's own array, whether the file holds just that or an object around it. */
function outerPlan(json: string): string | undefined {
  const value = parsed(json);
  const found = Array.isArray(value) ? value : findExplain(value);
  return found === undefined ? undefined : JSON.stringify(found);
}

/** A plan file that was cut off is a plan that is not there: the rest of the report stands. */
function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function findExplain(value: unknown): readonly unknown[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if ('Plan' in value) return [value];
  for (const key of ['plan', 'statement', 'outer']) {
    const inner = (value as Record<string, unknown>)[key];
    if (Array.isArray(inner) && inner.length > 0) return inner;
    const found = findExplain(inner);
    if (found !== undefined) return found;
  }
  return undefined;
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** The text of a package's file; `pev2` required is its bundle for a script element. */
function library(path: string): string {
  return readFileSync(createRequire(import.meta.url).resolve(path), 'utf8');
}
