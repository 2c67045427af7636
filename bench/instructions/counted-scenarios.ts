import { filtered, optedOut } from '../../db/contract.ts';
import { itemAt } from '../../db/item-at.ts';
import { benchBody } from '../database/reservation.ts';
import type { statements } from '../scenarios/statements.ts';

/** How many numbers are blocked in the cluster that is counted on. */
export const blockedNumbers = 200_000;

/** What is counted: named as the scenario is that times the same. */
export interface CountedScenario {
  readonly name: CountedName;
  readonly title: string;
  readonly statement: keyof typeof statements;
  readonly rowsPerStatement: number;
  /** Before the first count: plans are kept after five executions, caches are warm. */
  readonly warmUp: number;
  /** Of the two counts. */
  readonly fewer: number;
  readonly more: number;
  /** The arms differ by the check, by the report's code, or there is one alone. */
  readonly control: 'check off' | 'other statement' | 'none';
  /** The parameters of one execution. */
  readonly parameters: (execution: number, arm: CountedArm) => readonly string[];
}

export type CountedArm = 'treatment' | 'control';

export type CountedName =
  | 'insert'
  | 'bulk-10'
  | 'bulk-1000'
  | 'refused'
  | 'report-first'
  | 'report-repeated'
  | 'report-blocking';

/** Numbers that messages go to in turn: no more than are warmed up with, as each may be in a page of its own. */
const warmNumbers = 10;

/** The profile that the messages of a send are from, and the third that reports an opt-out. */
export const profileId = (index: number): string =>
  `00000000-0000-7000-8000-${String(index).padStart(12, '0')}`;

const freeNumber = (index: number): string => `+1${2_000_000_000 + index}`;
const blockedNumber = (index: number): string =>
  `+1${3_000_000_000 + 13 * (1 + (index % warmNumbers))}`;

/** What a contact's opt-outs are before the report that is counted. */
export const reportKinds = [
  { name: 'report-first', title: 'the first 21610 of a number', before: 'none' },
  {
    name: 'report-repeated',
    title: 'a 21610 from a profile that knows already',
    before: 'the same profile',
  },
  {
    name: 'report-blocking',
    title: 'the 21610 that blocks a number',
    before: 'two other profiles',
  },
] as const;

export type ReportKind = (typeof reportKinds)[number];

/** Every report is about a message of its own. */
export const reportCounts = { warmUp: 10, fewer: 10, more: 70 } as const;

/** The messages of a kind, all to numbers of their own: the one that is reported and those reported before. */
export interface ReportedMessages {
  readonly ids: readonly string[];
  readonly profiles: readonly string[];
  readonly numbers: readonly string[];
}

/** The messages that one of the profiles sent to the numbers of a kind; those of each arm are others. */
export function reportedMessages(
  kind: ReportKind,
  arm: CountedArm,
  profile: number,
): ReportedMessages {
  const count = reportCounts.warmUp + reportCounts.fewer + reportCounts.more;
  const group = 2 * reportKinds.indexOf(kind) + (arm === 'treatment' ? 1 : 0);
  const executions = Array.from({ length: count }, (_, index) => index);
  return {
    ids: executions.map(
      (index) => `00000000-0000-7000-9000-${group}${profile}${String(index).padStart(10, '0')}`,
    ),
    profiles: executions.map(() => profileId(profile)),
    numbers: executions.map((index) => `+1${4_000_000_000 + 1_000_000 * group + index}`),
  };
}

/** The profile whose message the counted report is about. */
export const reportingProfile = 3;

/** What is counted, in the order of the tables. */
export const countedScenarios: readonly CountedScenario[] = [
  {
    name: 'insert',
    title: 'one row',
    statement: 'insertMessage',
    rowsPerStatement: 1,
    warmUp: 20,
    fewer: 20,
    more: 120,
    control: 'check off',
    parameters: (index) => [
      text(profileId(1)),
      text(freeNumber(index % warmNumbers)),
      text(benchBody),
    ],
  },
  many(10, { warmUp: 8, fewer: 2, more: 22 }),
  {
    name: 'refused',
    title: 'a refused insert',
    statement: 'insertMessage',
    rowsPerStatement: 1,
    warmUp: 10,
    fewer: 10,
    more: 60,
    control: 'none',
    parameters: (index) => [text(profileId(1)), text(blockedNumber(index)), text(benchBody)],
  },
  ...reportKinds.map((kind): CountedScenario => {
    const ids = {
      treatment: reportedMessages(kind, 'treatment', reportingProfile).ids,
      control: reportedMessages(kind, 'control', reportingProfile).ids,
    };
    return {
      name: kind.name,
      title: kind.title,
      statement: 'insertReport',
      rowsPerStatement: 1,
      ...reportCounts,
      control: 'other statement',
      parameters: (index, arm) => [
        text(itemAt(ids[arm], index)),
        String(arm === 'treatment' ? optedOut : filtered),
      ],
    };
  }),
  many(1_000, { warmUp: 2, fewer: 0, more: 1 }), // last, because its rows fill the table
];

function many(
  rows: 10 | 1_000,
  counts: Pick<CountedScenario, 'warmUp' | 'fewer' | 'more'>,
): CountedScenario {
  return {
    name: `bulk-${rows}`,
    title: `${rows.toLocaleString('en')} rows in one statement`,
    statement: 'insertMessages',
    rowsPerStatement: rows,
    ...counts,
    control: 'check off',
    parameters: () => {
      const each = Array.from({ length: rows }, (_, row) => row); // the same in every statement
      return [array(each.map(() => profileId(1))), array(each.map(freeNumber)), text(benchBody)];
    },
  };
}

function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

function array(values: readonly string[]): string {
  return text(`{${values.map((value) => `"${value}"`).join(',')}}`);
}
