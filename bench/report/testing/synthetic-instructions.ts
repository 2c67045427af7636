import type { Counted, CountedScenarioResult } from '../../results/results.ts';
import { type SyntheticDesign, syntheticDesigns } from './synthetic-design.ts';

/** Counts that nothing counted: a design whose check takes longer has more instructions. */
export function syntheticInstructions(
  designs: readonly SyntheticDesign[] = syntheticDesigns,
): Counted {
  return {
    state: 'counted',
    counter: 'valgrind',
    counterVersion: 'valgrind-3.19.0',
    programs: "the run's own",
    serverVersion: 'postgres (PostgreSQL) 18.4',
    blockedContacts: 200_000,
    designs: designs.map((design) =>
      design.failed === true
        ? { name: design.name, scenarios: [], reason: 'the server has no collation "und-x-icu"' }
        : { name: design.name, scenarios: scenariosOf(design) },
    ),
  };
}

function scenariosOf({ checkNs, bulkNs }: SyntheticDesign): readonly CountedScenarioResult[] {
  const sends = ([1, 10, 1_000] as const).map((rows): CountedScenarioResult => {
    const without = { instructions: 155_000 * rows, pages: 9 * rows, walBytes: 320 * rows };
    const added = (rows === 1 ? checkNs : bulkNs * rows) * 5;
    return {
      name: rows === 1 ? 'insert' : `bulk-${rows}`,
      title: rows === 1 ? 'one row' : `${rows.toLocaleString('en')} rows in one statement`,
      rowsPerStatement: rows,
      control: 'check off',
      treatment: {
        ...without,
        instructions: without.instructions + added,
        pages: without.pages + 3 * rows,
      },
      without,
    };
  });
  return [
    ...sends,
    {
      name: 'refused',
      title: 'a refused insert',
      rowsPerStatement: 1,
      control: 'none',
      treatment: { instructions: 234_000, pages: 6, walBytes: 0 },
    },
    {
      name: 'report-blocking',
      title: 'the 21610 that blocks a number',
      rowsPerStatement: 1,
      control: 'other statement',
      treatment: { instructions: 530_000, pages: 41.6, walBytes: 913 },
      without: { instructions: 238_000, pages: 9, walBytes: 263 },
    },
  ];
}
