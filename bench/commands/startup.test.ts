import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { build, type Metafile } from 'esbuild';
import { projectDir } from '../../db/cli/project-dir.ts';

/** They draw: nothing that measures, or runs for hours, carries them along before it has something to draw. */
const heavy = ['@observablehq/plot', 'linkedom'];

/** A thread of a load: there may be several, for hours. */
const worker = 'bench/load/client/worker.ts';

/** These draw, whatever they are asked for. */
const drawing = ['report', 'compare', 'reference', 'figures', 'schemas'];

describe('what a command loads when it starts', () => {
  let inputs: Metafile['inputs'];
  const commands = Object.entries(
    (
      JSON.parse(readFileSync(join(projectDir, 'package.json'), 'utf8')) as {
        scripts: Record<string, string>;
      }
    ).scripts,
  ).flatMap(([name, script]) => {
    const file = /^tsx (\S+)/.exec(script)?.[1];
    return file === undefined || name.startsWith('check') ? [] : [{ name, file }];
  });

  before(async () => {
    const { metafile } = await build({
      absWorkingDir: projectDir,
      entryPoints: [...commands.map(({ file }) => file), worker],
      bundle: true,
      packages: 'external',
      splitting: true,
      format: 'esm',
      platform: 'node',
      outdir: 'nowhere',
      write: false,
      metafile: true,
    });
    ({ inputs } = metafile);
  });

  /** A file, what it imports and what those import; not what is imported when it is needed. */
  function loadedBy(file: string, found: Set<string> = new Set()): ReadonlySet<string> {
    if (found.has(file)) return found;
    found.add(file);
    for (const { path, kind } of inputs[file]?.imports ?? []) {
      if (kind === 'import-statement') loadedBy(path, found);
    }
    return found;
  }

  it('is known of every command', () => {
    assert.ok(commands.length > 20);
    assert.ok(commands.every(({ file }) => loadedBy(file).size > 1));
  });

  it('is little in the thread of a load: nothing that reads files or checks their format', () => {
    const loaded = loadedBy(worker);
    assert.deepEqual(
      ['csv-parse', 'typebox', 'ajv/dist/2020.js', ...heavy].filter((one) => loaded.has(one)),
      [],
    );
    assert.ok(loaded.has('pg'));
  });

  it('is one language of faker, not seventy', () => {
    const all = commands.map(({ file }) => loadedBy(file));
    assert.ok(all.some((loaded) => loaded.has('@faker-js/faker/locale/en')));
    assert.ok(!all.some((loaded) => loaded.has('@faker-js/faker')));
  });

  for (const { name, file } of commands) {
    it(`${name}: ${drawing.includes(name) ? 'what draws, since that is what it is for' : 'nothing that draws'}`, () => {
      const loaded = heavy.filter((one) => loadedBy(file).has(one));
      assert.deepEqual(loaded, drawing.includes(name) ? heavy : []);
    });
  }
});
