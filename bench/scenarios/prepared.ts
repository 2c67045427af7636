import type pg from 'pg';
import { executeOf, executionOf, parseOf, sync } from '../protocol/messages.ts';

/** A statement, and the name under which each session prepares it. */
export interface NamedStatement {
  readonly name: string;
  readonly text: string;
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
 * The same in a transaction of its own that is rolled back, whatever becomes of the statement: `begin`, the
 * statement and `rollback` in one round trip. Nobody else ever sees what it did.
 *
 * @returns executes it; rejects with the server's error, after which the session is in a failed transaction
 */
export function rolledBack(
  client: pg.Client,
  statement: NamedStatement,
): (values: readonly Value[]) => Promise<void> {
  const execution = new Execution(statement, 'rolled back');
  return (values) => execution.run(client, values);
}

const begin: NamedStatement = { name: 'begin', text: 'begin' };
const rollback: NamedStatement = { name: 'rollback', text: 'rollback' };
const [executeBegin, executeRollback] = [executeOf(begin.name, []), executeOf(rollback.name, [])];

class Execution implements pg.Submittable {
  readonly #statement: NamedStatement;
  readonly #outcome: 'kept' | 'rolled back';
  #values: (string | null)[] = [];
  #resolve: () => void = () => {};
  #reject: (error: unknown) => void = () => {};

  constructor(statement: NamedStatement, outcome: 'kept' | 'rolled back' = 'kept') {
    this.#statement = statement;
    this.#outcome = outcome;
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
    const { name } = this.#statement;
    const isKept = this.#outcome === 'kept';
    const names = parsed.get(connection) ?? new Set<string>();
    const unknown = (isKept ? [this.#statement] : [begin, this.#statement, rollback]).filter(
      (statement) => !names.has(statement.name),
    );
    const execution = isKept
      ? executionOf(name, this.#values)
      : Buffer.concat([executeBegin, executeOf(name, this.#values), executeRollback, sync]);
    const parses = unknown.map((statement) => parseOf(statement.name, statement.text));
    connection.stream.write(
      parses.length === 0 ? execution : Buffer.concat([...parses, execution]),
    );
    for (const statement of unknown) names.add(statement.name);
    parsed.set(connection, names);
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
