import type { Arm, DesignResult, Results, ScenarioResult } from '../results/results.ts';

type Cell = string | number | boolean | null | undefined;

/** One column of the CSV: its heading, and how to find its cell. */
type CsvColumn = readonly [
  heading: string,
  cell: (results: Results, design: DesignResult, scenario: ScenarioResult | undefined) => Cell,
];

const columns: readonly CsvColumn[] = [
  ['run', (results) => results.runId],
  ['messages', (results) => results.dataSet.messages],
  ['blocked_contacts', (results) => results.dataSet.blockedContacts],
  ['design', (_results, design) => design.name],
  ['status', (_results, design) => design.status],
  ['scenario', (_results, _design, scenario) => scenario?.name],
  ['rows_per_statement', (_results, _design, scenario) => scenario?.rowsPerStatement],
  ['clients', (_results, _design, scenario) => scenario?.clients],
  ['durable', (_results, _design, scenario) => scenario?.durable],
  ['pairs', (_results, _design, scenario) => scenario?.paired?.pairs],
  ['ratio', (_results, _design, scenario) => scenario?.paired?.ratio],
  ['ratio_low', (_results, _design, scenario) => scenario?.paired?.ratioLow],
  ['ratio_high', (_results, _design, scenario) => scenario?.paired?.ratioHigh],
  ['told_apart', (_results, _design, scenario) => scenario?.paired?.resolved],
  ['added_ns_per_row', (_results, _design, scenario) => scenario?.paired?.differenceNsPerRow],
  [
    'added_low_ns_per_row',
    (_results, _design, scenario) => scenario?.paired?.differenceLowNsPerRow,
  ],
  [
    'added_high_ns_per_row',
    (_results, _design, scenario) => scenario?.paired?.differenceHighNsPerRow,
  ],
  ['baseline_ns', (_results, _design, scenario) => scenario?.paired?.baselineNs],
  ...(['treatment', 'control'] as const).flatMap(armColumns),
  ['stopped_because', (_results, _design, scenario) => scenario?.stoppedBecause],
];

/** One line a design and scenario, plain numbers in the units of their headings: for a spreadsheet. */
export function resultsCsv(results: Results): string {
  const lines = results.designs.flatMap((design) =>
    (design.scenarios.length === 0 ? [undefined] : design.scenarios).map((scenario) =>
      columns.map(([, cell]) => csvCell(cell(results, design, scenario))),
    ),
  );
  return [columns.map(([heading]) => heading), ...lines]
    .map((cells) => `${cells.join(',')}\n`)
    .join('');
}

function armColumns(arm: Arm): CsvColumn[] {
  const summary = (scenario: ScenarioResult | undefined) =>
    scenario?.arms.find((candidate) => candidate.arm === arm);
  return [
    [`${arm}_samples`, (_results, _design, scenario) => summary(scenario)?.samples],
    ...(['p50', 'p99', 'p999', 'max'] as const).map(
      (name): CsvColumn => [
        `${arm}_${name}_ns`,
        (_results, _design, scenario) => summary(scenario)?.percentiles[name],
      ],
    ),
    [
      `${arm}_wal_bytes_per_row`,
      (_results, _design, scenario) => summary(scenario)?.walBytesPerRow,
    ],
  ];
}

/** A text as one cell. */
export function csvCell(value: Cell): string {
  if (value === undefined || value === null) return '';
  const text = String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
