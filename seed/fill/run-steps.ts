/** One step of a load, and the steps that must be done before it. */
export interface LoadStep<Connection> {
  readonly name: string;
  readonly after: readonly string[];
  run(session: Connection): Promise<void>;
}

/**
 * Runs steps, as many at a time as there are sessions. Whenever a session is free it takes the first
 * step of the list whose predecessors are done; so the list's order is the priority.
 *
 * When a step fails no new one begins, `stopOthers` is called once, and the first failure is thrown
 * when all sessions are at rest.
 *
 * @param done names of steps that were done before
 */
export async function runSteps<Connection>(
  steps: readonly LoadStep<Connection>[],
  sessions: readonly Connection[],
  done: ReadonlySet<string>,
  stopOthers: () => Promise<void>,
): Promise<void> {
  const finished = new Set(done);
  const waiting = steps.filter(({ name }) => !finished.has(name));
  const running = new Map<Connection, Promise<void>>();
  let failure: { readonly error: unknown } | undefined;

  const isReady = (step: LoadStep<Connection>): boolean =>
    step.after.every((name) => finished.has(name));
  for (;;) {
    for (const session of sessions) {
      if (failure !== undefined || running.has(session)) continue;
      const index = waiting.findIndex(isReady);
      const [step] = index < 0 ? [] : waiting.splice(index, 1);
      if (step === undefined) continue;
      const run = step
        .run(session)
        .then(
          () => void finished.add(step.name),
          async (error: unknown) => {
            if (failure !== undefined) return;
            failure = { error };
            await stopOthers().catch(() => {});
          },
        )
        .finally(() => running.delete(session));
      running.set(session, run);
    }
    if (running.size === 0) break;
    await Promise.race(running.values());
  }
  if (failure !== undefined) throw failure.error;
  if (waiting.length > 0) {
    throw new Error(
      `steps that wait for each other: ${waiting.map(({ name }) => name).join(', ')}`,
    );
  }
}
