import { Bench, hrtimeNow } from 'tinybench';
import { itemAt } from '../../db/item-at.ts';
import type { Arm } from '../results/results.ts';
import { mean } from '../stats/mean.ts';
import { type Random, shuffled } from '../stats/random.ts';
import { Turns } from './turns.ts';

/** What one arm does: one call for each client, all clients at the same time. */
export type ArmCalls = readonly (() => Promise<unknown>)[];

/** Latencies of one arm in nanoseconds, in the order of time. */
export interface ArmSamples {
  /** Each client's calls. */
  readonly byClient: readonly Float64Array[];
  /** Of each turn the mean of its clients' calls. */
  readonly turnsNs: Float64Array;
}

/**
 * Times so many turns of each arm, statement by statement: the two arms of a pair follow each other in
 * random order. tinybench runs and samples the calls, one task an arm and client; what is added here is
 * whose turn it is, and that waiting for it is not counted.
 *
 * @param arms one arm where there is nothing to compare
 * @throws what the first failing call threw
 */
export async function timeSlice(
  arms: Readonly<Partial<Record<Arm, ArmCalls>>>,
  turns: number,
  random: Random,
): Promise<Partial<Record<Arm, ArmSamples>>> {
  const names = (['treatment', 'control'] as const).filter((arm) => arms[arm] !== undefined);
  const order = new Turns(Array.from({ length: turns }, () => shuffled(names, random)).flat());
  const bench = new Bench({
    timestampProvider: 'hrtimeNow',
    warmup: false,
    throws: true,
    concurrency: 'bench',
    time: 0,
    iterations: turns,
  });
  const samples: Partial<Record<Arm, ArmSamples>> = {};
  for (const arm of names) {
    const calls = arms[arm] ?? [];
    const together = new Together(calls.length, order, arm);
    // tinybench sorts its own samples, and pairs are known by the order of time
    const byClient = calls.map(() => new Float64Array(turns));
    for (const [client, call] of calls.entries()) {
      let turn = 0;
      const timed = async (): Promise<{ overriddenDuration: number }> => {
        await together.begin();
        const startedMs = hrtimeNow();
        try {
          await call();
        } catch (error) {
          order.fail(error);
          throw error;
        }
        const overriddenDuration = hrtimeNow() - startedMs;
        itemAt(byClient, client)[turn++] = overriddenDuration * 1e6;
        together.end();
        return { overriddenDuration };
      };
      bench.add(`${arm} ${client + 1}`, timed, { async: true });
    }
    samples[arm] = {
      byClient,
      get turnsNs() {
        return Float64Array.from({ length: turns }, (_, turn) =>
          mean(byClient.map((latencies) => itemAt(latencies, turn))),
        );
      },
    };
  }
  await bench.run();
  return samples;
}

/** The clients of one arm begin a turn together, and end it when the last is through. */
class Together {
  readonly #clients: number;
  readonly #turns: Turns;
  readonly #arm: Arm;
  /** The turn for which not all have asked yet. */
  #gathering:
    | { asked: number; readonly begun: Promise<void>; readonly begin: () => void }
    | undefined;
  #through = 0;

  constructor(clients: number, turns: Turns, arm: Arm) {
    this.#clients = clients;
    this.#turns = turns;
    this.#arm = arm;
  }

  /** Resolves when all have asked and it is the arm's turn. */
  begin(): Promise<void> {
    if (this.#clients === 1) return this.#turns.mine(this.#arm);
    const turn = this.#gathering ?? this.#newTurn();
    this.#gathering = turn;
    if (++turn.asked === this.#clients) {
      this.#gathering = undefined;
      turn.begin();
    }
    return turn.begun;
  }

  /** The last that is through passes the turn on. */
  end(): void {
    if (++this.#through < this.#clients) return;
    this.#through = 0;
    this.#turns.pass();
  }

  #newTurn(): { asked: number; readonly begun: Promise<void>; readonly begin: () => void } {
    let begin = (): void => {};
    const asked = new Promise<void>((resolve) => {
      begin = resolve;
    });
    return { asked: 0, begun: asked.then(() => this.#turns.mine(this.#arm)), begin };
  }
}
