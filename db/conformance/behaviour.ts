import type { Stage } from './fixture.ts';

/** One behaviour that every design must show. */
export interface Check {
  /** The behaviour, as a sentence. */
  readonly name: string;
  /** Throws a CheckFailure where the behaviour is not there. */
  run(stage: Stage): Promise<void>;
}
