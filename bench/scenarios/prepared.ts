import type pg from 'pg';
import { executeOf, executionOf, parseOf, sync } from '../protocol/messages.ts';

/** A statement, and the name under which each session prepares it. */
export interface NamedStatement {
  /** Empty: no session keeps it, and each execution parses it anew. */
  readonly name: string;
  readonly text: string;
  /** A statement without parameters that comes before it, in its round trip and its transaction. */
  readonly first?: string;
}

/**
 * A statement for pg's own queries, or COPY, which send one at a time.
 *
 * @throws Error where another is to come before it
 */
export function withNothingFirst({ first, ...statement }: NamedStatement): NamedStatement {
  if (first !== undefined) throw new Error(`only a row by itself is sent behind "${first}"`);
  return statement;
}

/** A value; the statement's types say what becomes of it. */
export type Value = string | number | null;

/** The names that a connection has sent a Parse for. */
const parsed = new WeakMap<pg.Connection, Set<string>>();

/**
 * A statement of one session that is executed again and again, one execution at a time: Bind, Execute
 * and Sync in one write: what pg's own queries do beside that, a benchmark would count as the server's
 * time. Uses pg's interface for queries of one's own, as pg-copy-streams does. It must not share the
 * statement's name with a query of pg's in the same session.
 *
 * @returns executes it; rejects with the server's error
 */
export function prepared(
  client: pg.Client,
  statement: NamedStatement,
): (values: readonly Value[]) => Promise<void> {
  const execution = new Execution(statement);
  return (values) => execution.run(client, values);
}

/**
 * To what a statement is rolled back: its own transaction, a savepoint `unsent` of one that is open, or, by an
 * error that follows it in the same round trip (22012), what was before that round trip.
 */
export type RollBack = 'transaction' | 'savepoint' | 'round trip';

/** Makes the savepoint, in an open transaction. */
export const makeSavepoint = 'savepoint unsent';

/**
 * The same, rolled back whatever becomes of the statement: in one round trip `begin`, the statement and
 * `rollback`, the statement and `rollback to savepoint`, or the statement and a division by zero. Nobody else ever
 * sees what it did.
 *
 * @returns executes it; rejects with the server's error, after which the session is in a failed transaction,
 *   but for 'round trip'
 */
export function rolledBack(
  client: pg.Client,
  statement: NamedStatement,
  to: RollBack,
): (values: readonly Value[]) => Promise<void> {
  const execution = new Execution(statement, to);
  return (values) => execution.run(client, values);
}

const around: Readonly<
  Record<RollBack, { readonly before: readonly NamedStatement[]; readonly after: NamedStatement }>
> = {
  transaction: {
    before: [{ name: 'begin', text: 'begin' }],
    after: { name: 'rollback', text: 'rollback' },
  },
  savepoint: {
    before: [],
    after: { name: 'rollback_to', text: 'rollback to savepoint unsent' },
  },
  'round trip': {
    before: [],
    // without a name: where the statement itself fails this one is not read, and could not be known later
    after: { name: '', text: 'select 1 / 0' },
  },
};

class Execution implements pg.Submittable {
  readonly #statement: NamedStatement;
  readonly #rollBack: RollBack | undefined;
  #values: (string | null)[] = [];
  #resolve: () => void = () => {};
  #reject: (error: unknown) => void = () => {};

  constructor(statement: NamedStatement, rollBack?: RollBack) {
    this.#statement = statement;
    this.#rollBack = rollBack;
  }

  run(client: pg.Client, values: readonly Value[]): Promise<void> {
    this.#values = values.map((value) => (value === null ? null : String(value)));
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      client.query(this);
    });
  }

  submit(connection: pg.Connection): void {
    const names = parsed.get(connection) ?? new Set<string>();
    const steps = this.#steps();
    const alone = steps.length === 1;
    const messages = steps.flatMap(({ statement: { name, text }, values }) => {
      const isParsed = name !== '' && names.has(name);
      names.add(name);
      const execution = alone ? executionOf(name, values) : executeOf(name, values);
      return isParsed ? [execution] : [parseOf(name, text), execution];
    });
    if (!alone) messages.push(sync);
    const [only] = messages;
    connection.stream.write(
      only === undefined || messages.length > 1 ? Buffer.concat(messages) : only,
    );
    parsed.set(connection, names);
  }

  #steps(): readonly { readonly statement: NamedStatement; readonly values: (string | null)[] }[] {
    const without = (statement: NamedStatement) => ({ statement, values: [] });
    const { first } = this.#statement;
    const own = [
      ...(first === undefined ? [] : [without({ name: '', text: first })]),
      { statement: this.#statement, values: this.#values },
    ];
    if (this.#rollBack === undefined) return own;
    const { before, after } = around[this.#rollBack];
    return [...before.map(without), ...own, without(after)];
  }

  handleCommandComplete(): void {}
  handleDataRow(): void {}

  handleError(error: unknown): void {
    this.#reject(error);
  }

  handleReadyForQuery(): void {
    this.#resolve();
  }
}
