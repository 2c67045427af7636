import type pg from 'pg';
import { executionOf, parseOf } from '../protocol/messages.ts';

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

class Execution implements pg.Submittable {
  readonly #statement: NamedStatement;
  #values: (string | null)[] = [];
  #resolve: () => void = () => {};
  #reject: (error: unknown) => void = () => {};

  constructor(statement: NamedStatement) {
    this.#statement = statement;
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
    const { name, text } = this.#statement;
    const names = parsed.get(connection) ?? new Set<string>();
    const execution = executionOf(name, this.#values);
    connection.stream.write(
      names.has(name) ? execution : Buffer.concat([parseOf(name, text), execution]),
    );
    parsed.set(connection, names.add(name));
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
