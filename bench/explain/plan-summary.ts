import { createHash } from 'node:crypto';
import type { PlanSummary } from '../results/results.ts';

/** A node of EXPLAIN (FORMAT JSON), as far as it is looked at here. */
export interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Join Type'?: string;
  readonly 'Parent Relationship'?: string;
  readonly 'Subplan Name'?: string;
  readonly 'Actual Rows'?: number;
  readonly 'Actual Loops'?: number;
  readonly 'Actual Total Time'?: number;
  readonly 'Shared Hit Blocks'?: number;
  readonly 'Shared Read Blocks'?: number;
  readonly 'Heap Fetches'?: number;
  readonly Plans?: readonly PlanNode[];
}

/** What EXPLAIN and auto_explain give for one statement. */
export interface ExplainedStatement {
  readonly Plan: PlanNode;
  readonly 'Query Text'?: string;
  readonly 'Execution Time'?: number;
}

/** From so many rows on, reading a table from end to end is worth a mark. */
export const bigTableRows = 10_000;

/** What a reader compares between plans: access path, buffers, rows, and whether it read a big table whole. */
export function summarisePlan(
  explained: ExplainedStatement,
  rowsOfTable: (table: string) => number,
): PlanSummary {
  const root = explained.Plan;
  const nodes = flatten(root);
  const seqScans = nodes.filter(
    (node) =>
      node['Node Type'] === 'Seq Scan' &&
      (node['Actual Loops'] ?? 1) > 0 &&
      rowsOfTable(node['Relation Name'] ?? '') >= bigTableRows,
  );
  return {
    nodes: nodes.map(describe),
    indexes: distinct(nodes.flatMap((node) => node['Index Name'] ?? [])),
    relations: distinct(nodes.flatMap((node) => node['Relation Name'] ?? [])),
    buffers: (root['Shared Hit Blocks'] ?? 0) + (root['Shared Read Blocks'] ?? 0),
    heapFetches: nodes.reduce((sum, node) => sum + (node['Heap Fetches'] ?? 0), 0),
    rows: (root['Actual Rows'] ?? 0) * (root['Actual Loops'] ?? 1),
    milliseconds: explained['Execution Time'] ?? root['Actual Total Time'] ?? 0,
    bigSeqScans: distinct(seqScans.flatMap((node) => node['Relation Name'] ?? [])),
    shape: shapeOf(root),
  };
}

/** A short hash of what makes a plan another plan: node types, join types, relations and indexes, in their tree. */
export function shapeOf(root: PlanNode): string {
  const text = (node: PlanNode): string =>
    `${describe(node)}|${node['Join Type'] ?? ''}|${node['Parent Relationship'] ?? ''}` +
    `(${(node.Plans ?? []).map(text).join(',')})`;
  return createHash('sha256').update(text(root)).digest('hex').slice(0, 12);
}

/** Joins the summaries of several statements that ran for one, innermost first. */
export function mergeSummaries(summaries: readonly PlanSummary[]): PlanSummary {
  const sum = (of: (summary: PlanSummary) => number): number =>
    summaries.reduce((total, summary) => total + of(summary), 0);
  return {
    nodes: summaries.flatMap((summary) => summary.nodes),
    indexes: distinct(summaries.flatMap((summary) => summary.indexes)),
    relations: distinct(summaries.flatMap((summary) => summary.relations)),
    buffers: sum((summary) => summary.buffers),
    heapFetches: sum((summary) => summary.heapFetches ?? 0),
    rows: sum((summary) => summary.rows),
    milliseconds: sum((summary) => summary.milliseconds),
    bigSeqScans: distinct(summaries.flatMap((summary) => summary.bigSeqScans)),
    shape: summaries.map((summary) => summary.shape).join('+'),
  };
}

function describe(node: PlanNode): string {
  const on = node['Index Name'] ?? node['Relation Name'];
  return on === undefined ? node['Node Type'] : `${node['Node Type']} on ${on}`;
}

function flatten(node: PlanNode): readonly PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(flatten)];
}

function distinct(items: readonly string[]): string[] {
  return [...new Set(items)];
}
