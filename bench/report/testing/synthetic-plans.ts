import type { CapturedPlan, PlanSummary } from '../../results/results.ts';
import type { SyntheticDesign } from './synthetic-design.ts';

/** The plans that a synthetic design keeps, one a statement; a scan where it is said to scan. */
export function plansOf(design: SyntheticDesign): readonly CapturedPlan[] {
  return ['send', 'send_1000', 'report'].map((statement) => {
    const path = `plans/${design.name}/${statement}`;
    const scans = design.scans === true;
    const summary: PlanSummary = {
      nodes: scans
        ? ['Aggregate', 'Seq Scan delivery_reports']
        : [`Index Only Scan ${design.name}`],
      relations: scans ? ['delivery_reports'] : [design.name],
      indexes: scans ? [] : [`${design.name}_pkey`],
      buffers: scans ? 5_000 : 3,
      rows: 0,
      milliseconds: scans ? 80 : 0.01,
      bigSeqScans: scans ? ['delivery_reports'] : [],
      shape: `${design.name}-${statement}-${scans}`,
    };
    return {
      design: design.name,
      statement,
      title: `the statement ${statement}`,
      sql: 'insert into outbound_messages (to_number, body) values ($1, $2)',
      jsonFile: `${path}.json`,
      textFile: `${path}.txt`,
      nested: [
        {
          query: 'select 1',
          kind: 'trigger',
          times: 1,
          summary,
          plan: { Plan: planTree(summary) },
        },
      ],
      summary,
      refused: false,
    };
  });
}

/** A plan of one node, as EXPLAIN (FORMAT JSON) gives it. */
export function planTree(summary: PlanSummary) {
  return {
    'Node Type': summary.bigSeqScans.length > 0 ? 'Seq Scan' : 'Index Only Scan',
    'Relation Name': summary.bigSeqScans[0] ?? 'blocked_contacts',
    'Startup Cost': 0.1,
    'Total Cost': 8.4,
    'Plan Rows': 1,
    'Plan Width': 12,
    'Actual Startup Time': 0.01,
    'Actual Total Time': summary.milliseconds,
    'Actual Rows': summary.rows,
    'Actual Loops': 1,
    'Shared Hit Blocks': summary.buffers,
    'Shared Read Blocks': 0,
  };
}
