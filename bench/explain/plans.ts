import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';
import { messageOf } from '../../db/cli/errors.ts';
import { formatCount } from '../../db/cli/number-text.ts';
import { failureOf, isRefusal } from '../../db/contract.ts';
import type { Design } from '../../db/designs.ts';
import type { BenchReservation } from '../database/reservation.ts';
import type { CapturedPlan, LookupPlan, NestedPlan, PlanSummary } from '../results/results.ts';
import type { BenchDataSet } from '../scenarios/blocked-contacts.ts';
import { createDraw, type Draw } from '../scenarios/draw.ts';
import { type Explained, explainedStatements } from './explained-statements.ts';
import { explainLookup } from './lookup.ts';
import { type NestedExplain, nestedExplains } from './nested-plans.ts';
import { openPlanPlace, type PlanPlace } from './plan-place.ts';
import { type ExplainedStatement, mergeSummaries, summarisePlan } from './plan-summary.ts';

const explainOptions = 'analyze, buffers, wal, settings, verbose';

/** Longest that a plan may take: a design that reads whole tables is shown to do so, or said to. */
const planTimeoutMs = 3_000;

/** Executions before the plan is taken: PL/pgSQL settles on a generic plan after five. */
const executionsBefore = 6;

/** What the plans are held against, and where they are written. */
export interface PlanTarget {
  /** The run's; without one nothing is written. */
  readonly folder?: string;
  /** By the planner's estimate; undefined for a table that is not the schema's. */
  readonly rowsOfTable: (table: string) => number | undefined;
}

type Summarise = (plan: ExplainedStatement) => PlanSummary;

/**
 * Captures the plans of all statements under the design that is in place, in transactions that are rolled back:
 * on a cluster those of a shard.
 */
export async function capturePlans(
  reservation: BenchReservation,
  design: Design,
  dataSet: BenchDataSet,
  target: PlanTarget,
  names?: readonly string[],
): Promise<readonly CapturedPlan[]> {
  const place = await openPlanPlace(reservation, design);
  try {
    await place.client.query(`set statement_timeout = ${planTimeoutMs}`);
    const plans: CapturedPlan[] = [];
    for (const explained of explainedStatements(reservation.topology, place.asSent)) {
      if (names?.includes(explained.name) === false) continue;
      const draw = place.drawn(createDraw(dataSet, 1));
      plans.push(await capture(place, design, explained, draw, dataSet.blockThreshold, target));
    }
    return plans;
  } finally {
    await place.client.end();
  }
}

async function capture(
  { client, inSchema }: PlanPlace,
  design: Design,
  explained: Explained,
  draw: Draw,
  blockThreshold: number,
  target: PlanTarget,
): Promise<CapturedPlan> {
  const { folder, rowsOfTable } = target;
  const outcome = await explain(client, explained, draw, blockThreshold);
  const summarise: Summarise = (plan) => summarisePlan(inSchema(plan), rowsOfTable);
  const outer = outcome.json === undefined ? undefined : summarise(outcome.json);
  const nested = groupNested(outcome.nested, summarise);
  const inner = nested.filter(({ kind }) => kind === 'trigger').map((plan) => plan.summary);
  const summary = checkOf(outer, inner, outcome.nestedMissing, design);
  const found =
    summary === undefined && explained.lookUp !== undefined && outcome.nestedMissing !== undefined
      ? await explainLookup(client, design, explained.lookUp(draw), rowsOfTable)
      : undefined;
  const lookup = found === undefined || 'missing' in found ? undefined : found;
  const name = join('plans', design.name, explained.name);
  if (folder !== undefined) {
    mkdirSync(join(folder, 'plans', design.name), { recursive: true });
    const kept = {
      statement: explained.sql,
      plan: outcome.json ?? null,
      nested,
      ...(lookup === undefined ? {} : { lookup }),
    };
    const write = (ending: string, plan: string): void =>
      writeFileSync(join(folder, `${name}.${ending}`), shortened(plan));
    write('json', `${JSON.stringify(kept)}\n`);
    write('txt', asText(explained, outcome, nested, lookup));
  }
  return {
    design: design.name,
    statement: explained.name,
    title: explained.title,
    sql: explained.sql,
    jsonFile: `${name}.json`,
    textFile: `${name}.txt`,
    nested: folder === undefined ? nested : nested.map(({ plan: _, ...inFile }) => inFile),
    ...(outcome.nestedMissing === undefined ? {} : { nestedMissing: outcome.nestedMissing }),
    ...(summary === undefined ? {} : { summary }),
    ...(lookup === undefined ? {} : { lookup }),
    ...(found !== undefined && 'missing' in found ? { lookupMissing: found.missing } : {}),
    ...(outer === undefined ? {} : { outer }),
    refused: outcome.refused,
    ...(outcome.failed === undefined ? {} : { failed: outcome.failed }),
  };
}

/**
 * What of all that ran is the check: the statement itself where it holds it (a function that a policy calls
 * runs inside, too, and is not the lookup), else what ran inside triggers. Where nobody saw into those, nothing.
 */
function checkOf(
  outer: PlanSummary | undefined,
  inner: readonly PlanSummary[],
  nestedMissing: string | undefined,
  design: Design,
): PlanSummary | undefined {
  if (holdsCheck(outer, design)) return outer;
  if (inner.length > 0) return mergeSummaries(inner);
  return nestedMissing === undefined ? outer : undefined;
}

/**
 * Whether a statement's own plan shows the check: it reads what the design keeps. A policy's lookup is part
 * of it; what a trigger or a function reads is not.
 */
function holdsCheck(outer: PlanSummary | undefined, design: Design): boolean {
  return outer !== undefined && design.keeps.some((kept) => outer.relations.includes(kept));
}

/**
 * A plan shows its parameters: a thousand phone numbers, which no reader wants. What stands for those
 * left out holds no quote and no brace, so that JSON stays JSON.
 */
function shortened(plan: string): string {
  return plan.replace(/[\w+,:-]{300,}/g, (long) => {
    const kept = 60;
    return `${long.slice(0, kept)} … ${formatCount(long.length - 2 * kept)} characters left out … ${long.slice(-kept)}`;
  });
}

interface Outcome {
  readonly json?: ExplainedStatement;
  readonly text?: string;
  readonly nested: readonly NestedExplain[];
  readonly nestedMissing: string | undefined;
  readonly refused: boolean;
  readonly failed?: string;
}

/** Runs the statement some times, then explains it, always rolling back. */
async function explain(
  client: pg.Client,
  explained: Explained,
  draw: Draw,
  blockThreshold: number,
): Promise<Outcome> {
  const nested = nestedExplains(client);
  const base = { nested: [] as readonly NestedExplain[], nestedMissing: nested.missing };
  await client.query('begin');
  try {
    const values = await explained.prepare(client, draw, blockThreshold);
    const attempt = async (sql: string): Promise<string | undefined> => {
      await client.query('savepoint attempt');
      try {
        const { rows } = await client.query<{ 'QUERY PLAN': unknown }>(sql, [...values]);
        const lines = rows.map((row) => row['QUERY PLAN']);
        return typeof lines[0] === 'string' ? lines.join('\n') : JSON.stringify(lines[0]);
      } catch (error) {
        if (!isRefusal(failureOf(error))) throw error;
        return undefined;
      } finally {
        await client.query('rollback to savepoint attempt');
      }
    };
    const startedMs = performance.now();
    for (let execution = 0; execution < executionsBefore; execution++) {
      if (performance.now() - startedMs < planTimeoutMs / 10) await attempt(explained.sql);
    }
    const text = await attempt(`explain (${explainOptions}) ${explained.sql}`);
    nested.start();
    const json = await attempt(`explain (${explainOptions}, format json) ${explained.sql}`);
    const parsed = json === undefined ? undefined : (JSON.parse(json) as ExplainedStatement[])[0];
    return {
      ...base,
      nested: nested.stop(),
      refused: parsed === undefined,
      ...(parsed === undefined ? {} : { json: parsed }),
      ...(text === undefined ? {} : { text }),
    };
  } catch (error) {
    return { ...base, nested: nested.stop(), refused: false, failed: messageOf(error) };
  } finally {
    await client.query('rollback');
    nested.stop();
  }
}

/** A row trigger runs its query for every row: equal plans are kept once and counted. */
function groupNested(
  explains: readonly NestedExplain[],
  summarise: Summarise,
): readonly NestedPlan[] {
  const groups = new Map<string, { times: number; summary: PlanSummary; explain: NestedExplain }>();
  for (const explain of explains) {
    const summary = summarise(explain.plan);
    const key = `${explain.query}\n${summary.shape}`;
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { times: 1, summary, explain });
    else known.times++;
  }
  return [...groups.values()].map(({ times, summary, explain }) => ({
    query: explain.query,
    kind: isForeignKey(explain.query) ? 'foreign key' : 'trigger',
    times,
    summary,
    plan: explain.plan,
  }));
}

/** As ri_triggers.c writes its checks. */
function isForeignKey(query: string): boolean {
  return /^SELECT 1 FROM ONLY .* FOR KEY SHARE OF x$/s.test(query.trim());
}

function asText(
  explained: Explained,
  outcome: Outcome,
  nested: readonly NestedPlan[],
  lookup: LookupPlan | undefined,
): string {
  const outer =
    outcome.failed ??
    (outcome.refused ? 'refused: there is no plan of the statement itself' : (outcome.text ?? ''));
  const tree = ({ nodes, buffers, rows }: PlanSummary): string =>
    `${nodes.map((node, depth) => `${'  '.repeat(depth)}${node}`).join('\n')}\nBuffers: ${buffers}, rows: ${rows}`;
  const inner = nested.map(
    ({ query, times, summary }) =>
      `-- inside, ${times === 1 ? 'once' : `${times} times`}: ${query.trim().replace(/\s+/g, ' ')}\n${tree(summary)}`,
  );
  const byItself =
    lookup === undefined
      ? []
      : [
          `-- the lookup of the check, explained by itself:\n${lookup.sql.trim()}\n\n${tree(lookup.summary)}`,
        ];
  const missing = outcome.nestedMissing === undefined ? [] : [`-- ${outcome.nestedMissing}`];
  return `${[`-- ${explained.title}`, explained.sql, '', outer, ...missing, ...inner, ...byItself].join('\n\n')}\n`;
}
