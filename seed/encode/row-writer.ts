import { readFileSync } from 'node:fs';
import type { RowWriterInputs } from './row-writer-inputs.ts';

/**
 * ./wasm/*.ts, compiled from AssemblyScript to WebAssembly by `npm run build:wasm`: with integers of 32
 * and 64 bits, four of them at a time (SIMD), and accesses to memory that cost nothing but the access,
 * the same steps take a fraction of the time that they take in JavaScript.
 */
const compiled = new WebAssembly.Module(readFileSync(new URL('./wasm/rows.wasm', import.meta.url)));

const pageBytes = 64 * 1024;

/** Writes rows as COPY data into memory of its own, which is not grown later: views of it stay good. */
export class RowWriter {
  /** All of its memory. */
  readonly memory: Uint8Array;
  /** Where the memory that the caller asked for begins. */
  readonly freeAddress: number;
  /** How many bytes beyond a row's end may be written over. */
  readonly overrunBytes: number;
  readonly #exports: WebAssembly.Exports;

  /**
   * @param freeBytes how much memory the caller wants for what is written
   * @throws Error for an input that it does not know; one that is missing is 0
   */
  constructor({ numbers, arrays }: RowWriterInputs, freeBytes: number) {
    this.#exports = new WebAssembly.Instance(compiled).exports;
    const addresses: number[] = [];
    this.overrunBytes = Number(this.read('overrunBytes'));
    let end = this.#addressAfter(Number(this.read('heapBase')));
    for (const { byteLength } of Object.values(arrays)) {
      addresses.push(end);
      end = this.#addressAfter(end + byteLength);
    }
    this.freeAddress = end;
    const memory = this.#exports['memory'] as WebAssembly.Memory;
    const missing = end + freeBytes - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
    this.memory = new Uint8Array(memory.buffer);
    for (const [name, value] of Object.entries(numbers)) this.#global(name).value = value;
    for (const [index, [name, array]] of Object.entries(arrays).entries()) {
      const { buffer, byteOffset, byteLength } = array;
      const address = addresses[index] as number;
      this.memory.set(new Uint8Array(buffer, byteOffset, byteLength), address);
      this.#global(name).value = address;
    }
  }

  /** A number that it holds, always as a signed one; one of 64 bits comes as a bigint. */
  read(name: string): number | bigint {
    return this.#global(name).value;
  }

  /** One of its functions, from addresses to an address. */
  function(name: string): (...addresses: number[]) => number {
    const found = this.#exports[name];
    if (typeof found !== 'function') throw new Error(`no function ${name} in rows.wasm`);
    return found as (...addresses: number[]) => number;
  }

  /** The next address for any number, after room for what is read beyond the end of what lies before it. */
  #addressAfter(end: number): number {
    return Math.ceil((end + this.overrunBytes) / 16) * 16;
  }

  #global(name: string): WebAssembly.Global {
    const found = this.#exports[name];
    if (!(found instanceof WebAssembly.Global)) throw new Error(`no number ${name} in rows.wasm`);
    return found;
  }
}
