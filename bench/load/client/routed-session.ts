import type { Parameter } from '../../protocol/messages.ts';
import type { Answer } from './extended-query.ts';

/** A session at one node. */
interface NodeSession {
  execute(
    statement: string,
    parameters: readonly Parameter[],
    answered: (answer: Answer) => void,
  ): void;
  end(): Promise<void>;
}

/** What becomes of a statement whose node is away: it may have been committed. */
const away: Answer = {
  kind: 'error',
  sqlState: '08006',
  message: 'the node of the number is away',
};

/**
 * One connection of an application that knows which node of a cluster has a number: a session at each node,
 * of which each statement takes one. A node that is away fails its own numbers alone; its session is
 * opened again meanwhile.
 */
export class RoutedSession {
  readonly #nodeOf: (phone: string) => number;
  readonly #reopen: (node: number, abandoned: () => boolean) => Promise<NodeSession | undefined>;
  readonly #sessions: (NodeSession | undefined)[];
  #ended = false;

  /** @param reopen tries for as long as it takes, unless abandoned */
  constructor(
    sessions: readonly NodeSession[],
    nodeOf: (phone: string) => number,
    reopen: (node: number, abandoned: () => boolean) => Promise<NodeSession | undefined>,
  ) {
    this.#sessions = [...sessions];
    this.#nodeOf = nodeOf;
    this.#reopen = reopen;
  }

  /** Runs a prepared statement at the node of a number. */
  execute(
    statement: string,
    parameters: readonly Parameter[],
    answered: (answer: Answer) => void,
    phone: string,
  ): void {
    const node = this.#nodeOf(phone);
    const session = this.#sessions[node];
    if (session === undefined) {
      queueMicrotask(() => answered(away));
      return;
    }
    session.execute(statement, parameters, (answer) => {
      if (answer.kind === 'lost') this.#replace(node, session);
      answered(answer.kind === 'lost' ? away : answer);
    });
  }

  async end(): Promise<void> {
    this.#ended = true;
    await Promise.all(this.#sessions.map((session) => session?.end()));
  }

  #replace(node: number, lost: NodeSession): void {
    this.#sessions[node] = undefined;
    void lost
      .end()
      .then(() => this.#reopen(node, () => this.#ended))
      .then(async (session) => {
        if (this.#ended) await session?.end();
        else this.#sessions[node] = session;
      });
  }
}
