/** A time without an answer, of the clock that all threads share, in milliseconds. */
export interface Silence {
  readonly fromMs: number;
  readonly toMs: number;
}

/** How many a worker keeps: a busy machine makes some that are longer than the one that is asked for. */
const mostKept = 20;

const lengthOf = ({ fromMs, toMs }: Silence): number => toMs - fromMs;

/** The longest times between two answers of one worker. */
export class Silences {
  #lastAnswerMs: number | undefined;
  #kept: Silence[] = [];

  /** Notes an answer. */
  answered(nowMs: number): void {
    const fromMs = this.#lastAnswerMs;
    this.#lastAnswerMs = nowMs;
    if (fromMs === undefined) return;
    const shortest = this.#kept[mostKept - 1];
    if (shortest !== undefined && nowMs - fromMs <= lengthOf(shortest)) return;
    this.#kept = longestFirst([...this.#kept, { fromMs, toMs: nowMs }]).slice(0, mostKept);
  }

  /** The longest first. */
  get longest(): readonly Silence[] {
    return this.#kept;
  }
}

/** When none of several workers had an answer: where the silences of all of them meet, the longest first. */
export function commonSilences(workers: readonly (readonly Silence[])[]): readonly Silence[] {
  const [first = [], ...others] = workers;
  const common = others.reduce<readonly Silence[]>(
    (known, more) =>
      known.flatMap((one) =>
        more.map((other) => meeting(one, other)).filter((silence) => lengthOf(silence) > 0),
      ),
    first,
  );
  return longestFirst(common);
}

/** When both were silent; of no length or less where they were not at the same time. */
function meeting(one: Silence, other: Silence): Silence {
  return {
    fromMs: Math.max(one.fromMs, other.fromMs),
    toMs: Math.min(one.toMs, other.toMs),
  };
}

function longestFirst(silences: readonly Silence[]): Silence[] {
  return [...silences].sort((one, other) => lengthOf(other) - lengthOf(one));
}
