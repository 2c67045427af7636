import { Socket } from 'node:net';

/** Timers of Node come up to so much late: what is due sooner is waited for in the event loop. */
const timerSlackMs = 2;

/** A piece of a stream on its way. */
interface InFlight {
  readonly dueMs: number;
  readonly arrive: () => void;
}

/**
 * A socket, not connected, at the end of a long line: what is written goes out, and what comes arrives,
 * so many milliseconds later each, in order. Nothing is lost and nothing is slower than that: a network's
 * latency alone, not its bandwidth. Opening the connection is not delayed.
 *
 * @param oneWayMs half of a round trip
 */
export class DelayedSocket extends Socket {
  readonly #oneWayMs: number;
  readonly #inFlight: InFlight[] = [];

  /** Whether it was ever used: a client may have put another in its place. */
  get used(): boolean {
    return this.bytesWritten > 0;
  }

  constructor(oneWayMs: number) {
    super();
    this.#oneWayMs = oneWayMs;
  }

  override _write(
    chunk: unknown,
    encoding: BufferEncoding,
    done: (error?: Error | null) => void,
  ): void {
    this.#send(() => super._write(chunk, encoding, () => {}));
    done();
  }

  override _writev(
    chunks: { chunk: unknown; encoding: BufferEncoding }[],
    done: (error?: Error | null) => void,
  ): void {
    this.#send(() => super._writev?.(chunks, () => {}));
    done();
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#send(() => super._final(done));
  }

  override push(chunk: unknown, encoding?: BufferEncoding): boolean {
    this.#send(() => super.push(chunk, encoding));
    return true;
  }

  #send(arrive: () => void): void {
    this.#inFlight.push({ dueMs: performance.now() + this.#oneWayMs, arrive });
    if (this.#inFlight.length === 1) this.#wait();
  }

  #wait(): void {
    const [next] = this.#inFlight;
    if (next === undefined) return;
    const leftMs = next.dueMs - performance.now();
    if (leftMs <= 0) {
      this.#inFlight.shift();
      if (!this.destroyed) next.arrive();
      this.#wait();
    } else if (leftMs > timerSlackMs) {
      setTimeout(() => this.#wait(), leftMs - timerSlackMs);
    } else {
      setImmediate(() => this.#wait());
    }
  }
}
