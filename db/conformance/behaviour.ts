import type { Fixture } from './fixture.ts';

/** One behaviour that every design must show. */
export interface Behaviour {
  /** The behaviour, as a sentence. */
  readonly name: string;
  /** Throws a CheckFailure where the behaviour is not there. */
  run(fixture: Fixture): Promise<void>;
}
