import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';
import { createDataSet, defaultDataSet } from '../data-set/data-set.ts';
import { RowWriter } from './row-writer.ts';
import { rowWriterInputs } from './row-writer-inputs.ts';

const folder = new URL('./wasm/', import.meta.url);

describe('the row writer', () => {
  it('is what its sources compile to (npm run build:wasm)', async () => {
    const written = new Map<string, Uint8Array | string>();
    const { error, stderr } = await asc.main(
      ['--config', fileURLToPath(new URL('asconfig.json', folder))],
      { writeFile: (name, contents) => void written.set(name, contents) },
    );
    assert.equal(error, null, stderr.toString());
    const [compiled] = [...written.values()];
    const stored = readFileSync(new URL('rows.wasm', folder));
    assert.ok(stored.equals(Buffer.from(compiled ?? '')), 'rows.wasm is not up to date');
  });

  it('refuses an input that it does not know', () => {
    const dataSet = createDataSet({ ...defaultDataSet, messages: 1_000 });
    const { numbers, arrays } = rowWriterInputs(dataSet, dataSet.messages, 1_000);
    assert.throws(() => new RowWriter({ numbers: { ...numbers, wrong: 1 }, arrays }, 0), /wrong/);
    const writer = new RowWriter({ numbers, arrays }, 0);
    assert.throws(() => writer.function('fillNothing'), /fillNothing/);
  });
});
