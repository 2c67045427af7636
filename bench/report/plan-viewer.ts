import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { deflateSync } from 'node:zlib';
import { writeTextFile } from '../../db/cli/output-path.ts';
import { readText } from '../../db/cli/read-text.ts';
import type { CapturedPlan, Results } from '../results/results.ts';
import { type Html, html, raw } from './html.ts';
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

/** The viewer's markup, which the script fills. */
export function planViewerHtml(first: { readonly left?: string; readonly right?: string }): Html {
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
</div>`;
}

/** The script that fills the viewer, from two files that it loads when a reader comes near: the page itself stays small. */
export function planViewerExtra(runFolder: string): Html {
  const viewer = `${viewerFolder(runFolder) === resolve(runFolder) ? '' : '../'}${viewerFile}`;
  return html`<script id="plan-script" data-viewer="${viewer}" data-plans="${plansFile}">${raw(asset('plans.js'))}</script>`;
}

/** What draws the trees, the same for all runs of a folder. */
const viewerFile = 'plan-viewer.js';

/** The plans of one run as the viewer takes them. */
const plansFile = 'plans/plans.js';

/**
 * Writes what the viewer loads: the plans beside the run, and the libraries in the folder above, once for
 * all runs there. A reference is committed without the folder above: it and its parts have their own copy.
 * Script files, because a page from a disk may not read any others.
 */
export function writePlanFiles(plans: readonly ViewedPlan[], runFolder: string): void {
  if (plans.length === 0) return;
  const viewed = plans.map(({ sql: _, ...plan }) => plan);
  writeTextFile(join(runFolder, plansFile), `optoutPlans = '${packed(viewed)}';\n`);
  const libraries = {
    style: `${library('bootstrap/dist/css/bootstrap.min.css')}\n${library('pev2/dist/pev2.css')}`,
    vue: library('vue/dist/vue.global.prod.js'),
    pev2: library('pev2'),
  };
  const script = `optoutPlanViewer = '${packed(libraries)}';\n`;
  const path = join(viewerFolder(runFolder), viewerFile);
  if (readText(path) !== script) writeTextFile(path, script);
}

/** JSON, deflated, in base64: a third of its length, and of plans a twelfth. */
function packed(value: unknown): string {
  return deflateSync(JSON.stringify(value), { level: 9 }).toString('base64');
}

function viewerFolder(runFolder: string): string {
  const folder = resolve(runFolder);
  return existsSync(join(folder, 'parts.json')) ? folder : dirname(folder);
}

function treesOf(plan: CapturedPlan, json: string | undefined): ViewedPlan['trees'] {
  const file = json === undefined ? undefined : parsed(json);
  const own = plan.refused ? undefined : outerPlan(file);
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
    ...plan.nested.flatMap((nested, index) => {
      const tree = nested.plan ?? nestedPlan(file, index);
      if (tree === undefined) return [];
      return {
        label: `${nested.kind === 'trigger' ? 'in the trigger' : 'foreign key'} ${index + 1}${nested.times > 1 ? ` (×${nested.times})` : ''}`,
        ofCheck: nested.kind === 'trigger',
        query: nested.query,
        source: JSON.stringify(Array.isArray(tree) ? tree : [tree]),
      };
    }),
  ];
}

/** EXPLAIN's own array, whether the file holds just that or an object around it. */
function outerPlan(value: unknown): string | undefined {
  const found = Array.isArray(value) ? value : findExplain(value);
  return found === undefined ? undefined : JSON.stringify(found);
}

/** What ran inside a trigger, where the file says it. */
function nestedPlan(file: unknown, index: number): unknown {
  if (typeof file !== 'object' || file === null || !('nested' in file)) return undefined;
  const { nested } = file;
  return Array.isArray(nested) ? (nested[index] as { readonly plan?: unknown })?.plan : undefined;
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

/** The text of a package's file; `pev2` required is its bundle for a script element. */
function library(path: string): string {
  return readFileSync(createRequire(import.meta.url).resolve(path), 'utf8');
}
