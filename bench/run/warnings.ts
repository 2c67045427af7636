import { formatCount } from '../../db/cli/number-text.ts';
import { itemAt } from '../../db/item-at.ts';
import { durabilityWarnings } from '../environment/durability.ts';
import { bloatOf } from '../micro/bloat.ts';
import { poolerWarning } from '../network/through-pooler.ts';
import type { PlanSummary, Results, TableState, TreeShape } from '../results/results.ts';
import { slowerTimes, slowFigures } from './slow-spells.ts';

/** A table of fewer pages is read in microseconds, whatever its state. */
const smallPages = 10;

/** Below this share of all-visible pages an index-only scan is one in name only. */
const fewVisible = 0.9;

/** From this share of dead rows on autovacuum would work on a table. */
const manyDead = 0.2;

/** Statements whose plans are those of the check alone: a report's own rows are never all-visible. */
const checked = ['insert', 'insert-refused'];

/** From this share of all processors' time on, other machines' work is in the figures' tails. */
const muchStolen = 0.02;

/** What a reader should know before believing a figure of the run, one sentence each. */
export function warningsOf(results: Omit<Results, 'warnings'>): readonly string[] {
  const { environment } = results;
  const scenarios = results.designs.flatMap((design) =>
    design.scenarios.map((scenario) => ({ ...scenario, label: `${design.name} ${scenario.name}` })),
  );
  const slices = scenarios.flatMap((scenario) => scenario.slices);
  const told = scenarios.filter(
    (one) => one.control === 'check off twice' && one.paired?.resolved === true,
  );
  const limited = scenarios.filter((one) => one.client?.clientLimited === true);
  const { stealShare } = environment.machine;
  const load = itemAt(environment.machine.loadBefore, 0);
  const timed = results.designs.filter(({ status }) => status === 'timed').map(({ name }) => name);
  const checkpoints = slices.filter((slice) => slice.checkpoints > 0).length;
  const autovacuums = slices.filter((slice) => slice.autovacuums > 0).length;
  return [
    ...durabilityWarnings(environment),
    ...(results.pooler === undefined ? [] : [poolerWarning(results.pooler)]),
    ...told.map(
      (one) =>
        `The method tried on itself found a difference (${one.label}): figures as small as that one are not to be believed.`,
    ),
    ...(load > environment.machine.cpus / 2
      ? [
          `The machine was busy before the run: load ${load} on ${environment.machine.cpus} processors.`,
        ]
      : []),
    ...(stealShare !== undefined && stealShare >= muchStolen
      ? [
          `The hypervisor gave ${(stealShare * 100).toFixed(1)} % of the processors’ time to other machines during the run: medians of pairs bear that, the slowest statements do not.`,
        ]
      : []),
    ...slowWarnings(results),
    ...(limited.length > 0
      ? [
          `The client, not the server, was the limit in: ${limited.map((one) => one.label).join(', ')}.`,
        ]
      : []),
    ...(checkpoints > 0
      ? [`A checkpoint fell into ${checkpoints} of ${slices.length} slices.`]
      : []),
    ...(autovacuums > 0
      ? [`Autovacuum ran during ${autovacuums} of ${slices.length} slices.`]
      : []),
    ...(environment.tables ?? []).flatMap(stateWarnings),
    ...bloatWarning(results.tree),
    ...results.plans.flatMap(({ design, statement, summary }) =>
      summary !== undefined &&
      timed.includes(design) &&
      checked.includes(statement) &&
      readsHeap(summary)
        ? [
            `The check of ${design} (${statement}) read the table behind its index, which it need not where the page is marked all-visible: its plan says Heap Fetches: ${summary.heapFetches}.`,
          ]
        : [],
    ),
    ...(results.resumedAt === undefined
      ? []
      : [
          `The run was interrupted and went on at ${results.resumedAt.join(', ')}: its designs were not all measured in the same hours.`,
        ]),
    ...(environment.project.dirty ? ['The checkout had uncommitted changes.'] : []),
  ];
}

/** What was timed while the machine was slower. */
function slowWarnings({ designs }: Pick<Results, 'designs'>): readonly string[] {
  const again = designs
    .flatMap(({ scenarios }) => scenarios)
    .filter(({ slowBefore }) => slowBefore !== undefined).length;
  const slow = slowFigures(designs).map(
    ({ design, scenario, times }) => `${design} ${scenario} ${times.toFixed(2)}`,
  );
  return [
    ...(again > 0
      ? [
          `The machine was slower for a while. Figures that were timed again, because the statement without the check took ${slowerTimes} times as long as beside the other designs, or more: ${again}.`,
        ]
      : []),
    ...(slow.length > 0
      ? [
          `Timed while the machine was slower, and not to be compared with the others (how many times as long the statement without the check took as beside them): ${slow.join(', ')}.`,
        ]
      : []),
  ];
}

function stateWarnings(table: TableState): readonly string[] {
  const { name, pages, allVisiblePages, liveRows, deadRows } = table;
  if (pages < smallPages) return [];
  const visible = allVisiblePages / pages;
  return [
    ...(visible < fewVisible
      ? [
          `Only ${Math.floor(visible * 100)} % of the pages of ${name} could be marked all-visible: index-only scans read the table too, and the planner may choose another plan. An old transaction or replication slot holds VACUUM back.`,
        ]
      : []),
    ...(deadRows > liveRows * manyDead
      ? [
          `${name} holds ${formatCount(deadRows)} dead rows beside ${formatCount(liveRows)} live ones, which VACUUM could not remove: an old transaction or replication slot holds it back.`,
        ]
      : []),
  ];
}

function bloatWarning(tree: TreeShape | undefined): readonly string[] {
  const times = tree && bloatOf(tree);
  return tree === undefined || times === undefined
    ? []
    : [
        `${tree.index} takes ${times.toFixed(1)} times what its rows need: it is bloated, and a probe is less likely to find its page in memory. reindex index concurrently ${tree.index} mends it.`,
      ];
}

/** Older runs did not count heap fetches. */
function readsHeap({ heapFetches }: PlanSummary): boolean {
  return heapFetches !== undefined && heapFetches > 0;
}
