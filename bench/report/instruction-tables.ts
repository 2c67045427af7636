import type { Counted, CountedDesign, CountedScenarioResult, Results } from '../results/results.ts';
import { formatBytes, formatCount } from './format.ts';
import type { TextColumn } from './text-table.ts';

/** What a run counted, if it did. */
export function countedOf({ instructions }: Pick<Results, 'instructions'>): Counted | undefined {
  return instructions?.state === 'counted' ? instructions : undefined;
}

/** The counts of the design that a run is about first: the default, else the first that has any. */
export function leadCounts(counted: Counted, lead: string): CountedDesign | undefined {
  const withCounts = counted.designs.filter(({ scenarios }) => scenarios.length > 0);
  return withCounts.find(({ name }) => name === lead) ?? withCounts[0];
}

/** What a check adds to one execution; undefined where nothing stands beside it. */
export function addedOf(
  scenario: CountedScenarioResult | undefined,
  figure: 'instructions' | 'pages' | 'walBytes' = 'instructions',
): number | undefined {
  return scenario?.without === undefined
    ? undefined
    : scenario.treatment[figure] - scenario.without[figure];
}

/** A scenario of a design by its name. */
export function countedScenario(
  design: CountedDesign,
  name: string,
): CountedScenarioResult | undefined {
  return design.scenarios.find((scenario) => scenario.name === name);
}

/** `12,300 more`; with a minus where it is less. */
export function signedCount(value: number): string {
  return `${value < 0 ? '−' : '+'}${formatCount(Math.abs(Math.round(value)))}`;
}

/** What it was counted with, and on what. */
export function countedOn(counted: Counted): string {
  return `Counted by ${counted.counterVersion} on ${counted.serverVersion} (${counted.programs}), in single-user mode, ${formatCount(counted.blockedContacts)} numbers blocked, few and warm ones used.`;
}

interface Cells {
  readonly columns: readonly TextColumn[];
  readonly rows: readonly (readonly string[])[];
}

const right = (heading: string): TextColumn => ({ heading, align: 'right' });

/** What each design adds to one execution of each statement; a refusal whole. The cheapest for one row first. */
export function designCosts(counted: Counted): Cells {
  const added = (design: CountedDesign, name: string): string => {
    const scenario = countedScenario(design, name);
    if (scenario === undefined) return '';
    return signedCount(addedOf(scenario) ?? scenario.treatment.instructions).replace(
      scenario.control === 'none' ? /^\+/ : '',
      '',
    );
  };
  const names = counted.designs.flatMap(({ scenarios }) => scenarios.map(({ name }) => name));
  const scenarios = [...new Set(names)];
  const byDesign = [...counted.designs].sort((a, b) => oneRow(a) - oneRow(b));
  return {
    columns: [{ heading: 'design' }, ...scenarios.map(right), right('pages of one row')],
    rows: byDesign.map((design) => {
      const pages = addedOf(countedScenario(design, 'insert'), 'pages');
      return [
        design.name,
        ...(design.reason === undefined
          ? scenarios.map((name) => added(design, name))
          : [design.reason, ...scenarios.slice(1).map(() => '')]),
        pages === undefined ? '' : signedFraction(pages),
      ];
    }),
  };
}

/** One design's statements with all three figures. */
export function scenarioCosts({ scenarios }: CountedDesign): Cells {
  return {
    columns: [
      { heading: 'statement' },
      right('with'),
      right('without'),
      right('added'),
      right('pages'),
      right('added'),
      right('WAL'),
      right('added'),
    ],
    rows: scenarios.map((scenario) => {
      const { treatment, without } = scenario;
      const more = addedOf(scenario);
      const pages = addedOf(scenario, 'pages');
      const wal = addedOf(scenario, 'walBytes');
      return [
        scenario.title,
        formatCount(treatment.instructions),
        without === undefined ? '' : formatCount(without.instructions),
        more === undefined ? '' : signedCount(more),
        fraction(treatment.pages),
        pages === undefined ? '' : signedFraction(pages),
        formatBytes(Math.round(treatment.walBytes)),
        wal === undefined ? '' : `${signedCount(wal)} bytes`,
      ];
    }),
  };
}

/** Designs without a count last. */
export function oneRow(design: CountedDesign): number {
  return addedOf(countedScenario(design, 'insert')) ?? Number.POSITIVE_INFINITY;
}

function fraction(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 1 });
}

function signedFraction(value: number): string {
  return `${value < 0 ? '−' : '+'}${fraction(Math.abs(value))}`;
}
