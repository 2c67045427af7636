import type { Design } from '../../db/designs.ts';
import { readSql } from '../../db/sql.ts';
import { statements } from '../scenarios/statements.ts';
import type { CountedArm, CountedScenario } from './counted-scenarios.ts';

const figuresSql = readSql(new URL('./sql/figures.sql', import.meta.url));

/** The function that a session calls to mark an end: valgrind notes the sum before it is entered. */
export const markFunction = 'pg_stat_force_next_flush';

/** The types that each statement is prepared with. */
const parameterTypes = {
  insertMessage: 'uuid, text, text',
  insertMessages: 'uuid[], text[], text',
  insertReport: 'uuid, integer',
} as const satisfies Record<keyof typeof statements, string>;

/** What a single-user server reads in one session, in parts that each end with a mark. */
export interface Script {
  readonly parts: readonly string[];
  /** Which of the parts have a scenario's fewer and more executions. */
  readonly counted: readonly {
    readonly scenario: CountedScenario;
    readonly arm: CountedArm;
    readonly fewer: number;
    readonly more: number;
  }[];
  /** How many of its inserts are refused. */
  readonly refused: number;
}

/**
 * The session that counts with the check on, or the one with it off. Each scenario is warmed up, then
 * executed a few times, then more often.
 *
 * Plans are thrown away before each: a session of its own would have made them for this statement.
 */
export function countingScript(
  design: Pick<Design, 'checkOffSql' | 'sessionSql'>,
  scenarios: readonly CountedScenario[],
  check: 'on' | 'off',
): Script {
  const head = [
    'set search_path = public',
    ...(check === 'off' ? [design.checkOffSql] : []),
    ...(design.sessionSql === undefined ? [] : [design.sessionSql]),
  ];
  const parts = [part(head)];
  const counted: Script['counted'][number][] = [];
  let refused = 0;
  for (const scenario of scenarios) {
    for (const arm of armsWith(check, scenario)) {
      const { name, warmUp, fewer, more } = scenario;
      const execute = executions(scenario, arm);
      parts.push(
        part(['discard plans', prepare(scenario, arm), ...execute(0, warmUp)]),
        part(execute(warmUp, fewer)),
        part(execute(warmUp + fewer, more)),
      );
      counted.push({ scenario, arm, fewer: parts.length - 2, more: parts.length - 1 });
      if (name === 'refused') refused += warmUp + fewer + more;
    }
  }
  return { parts, counted, refused };
}

/** The arms that a session counts: of reports both, as the check is on in both. */
function armsWith(check: 'on' | 'off', { control }: CountedScenario): readonly CountedArm[] {
  if (check === 'off') return control === 'check off' ? ['control'] : [];
  return control === 'other statement' ? ['control', 'treatment'] : ['treatment'];
}

function preparedName(scenario: CountedScenario, arm: CountedArm): string {
  return `"${scenario.name} ${arm}"`;
}

function prepare(scenario: CountedScenario, arm: CountedArm): string {
  const types = parameterTypes[scenario.statement];
  const { text } = statements[scenario.statement];
  return `prepare ${preparedName(scenario, arm)} (${types}) as\n${text}`;
}

function executions(
  scenario: CountedScenario,
  arm: CountedArm,
): (first: number, count: number) => readonly string[] {
  return (first, count) =>
    Array.from({ length: count }, (_, index) => {
      const parameters = scenario.parameters(first + index, arm).join(', ');
      return `execute ${preparedName(scenario, arm)} (${parameters})`;
    });
}

/**
 * Statements and a mark, for `postgres --single -j`. With -j a semicolon and an empty line end a
 * statement. Without, every line would be one, and a comment in a design's file would hide what comes
 * after it.
 */
function part(statements: readonly string[]): string {
  return [...statements, `select pg_catalog.${markFunction}()`, figuresSql]
    .map((sql) => `${sql.trim().replace(/;$/, '')}\n;\n\n`)
    .join('');
}
