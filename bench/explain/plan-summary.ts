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
  rowsOfTable: (table: string) => number | undefined,
): PlanSummary {
  const root = explained.Plan;
  const nodes = flatten(root);
  const seqScans = nodes.filter(
    (node) =>
      node['Node Type'] === 'Seq Scan' &&
      figure(node, 'Actual Loops') > 0 &&
      isBig(node['Relation Name'], rowsOfTable),
  );
  return {
    nodes: nodes.map(describe),
    indexes: indexesOf(explained),
    relations: distinct(nodes.flatMap((node) => node['Relation Name'] ?? [])),
    buffers: sharedBuffers(root),
    heapFetches: nodes.reduce((sum, node) => sum + (node['Heap Fetches'] ?? 0), 0),
    rows: figure(root, 'Actual Rows') * figure(root, 'Actual Loops'),
    milliseconds: executionTime(explained),
    bigSeqScans: distinct(seqScans.flatMap((node) => node['Relation Name'] ?? [])),
    shape: shapeOf(root),
  };
}

/** The indexes that a plan reads, each once. */
export function indexesOf({ Plan }: ExplainedStatement): readonly string[] {
  return distinct(flatten(Plan).flatMap((node) => node['Index Name'] ?? []));
}

/** Shared buffers hit or read below a node, as EXPLAIN (BUFFERS) counts them. */
export function sharedBuffers(node: PlanNode): number {
  return figure(node, 'Shared Hit Blocks') + figure(node, 'Shared Read Blocks');
}

type NodeFigure = 'Actual Rows' | 'Actual Loops' | 'Shared Hit Blocks' | 'Shared Read Blocks';

function figure(node: PlanNode, name: NodeFigure): number {
  const value = node[name];
  if (value === undefined) throw new Error(`a plan has no ${name}: ${node['Node Type']}`);
  return value;
}

function executionTime(explained: ExplainedStatement): number {
  const time = explained['Execution Time'];
  if (time === undefined) throw new Error('a plan has no Execution Time');
  return time;
}

/** Of a table that is not the schema's, nothing is known. */
function isBig(
  table: string | undefined,
  rowsOfTable: (table: string) => number | undefined,
): boolean {
  const rows = table === undefined ? undefined : rowsOfTable(table);
  return rows !== undefined && rows >= bigTableRows;
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
    heapFetches: sum((summary) => {
      if (summary.heapFetches === undefined) throw new Error('a summary without heap fetches');
      return summary.heapFetches;
    }),
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
