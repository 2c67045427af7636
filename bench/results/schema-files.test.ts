import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { projectDir } from '../../db/cli/project-dir.ts';
import { schemaFiles } from './schema-files.ts';

for (const [file, text] of Object.entries(schemaFiles)) {
  test(`${file} is what its source says: npm run schemas writes it`, () => {
    assert.equal(readFileSync(join(projectDir, file), 'utf8'), text);
  });

  test(`${file} is a JSON schema of which every object names its members, or is a map`, () => {
    const schema = JSON.parse(text);
    const strict = new Ajv2020({ discriminator: true, allowUnionTypes: true });
    assert.equal(typeof strict.compile(schema), 'function');
    const open = objectsOf(schema).filter((one) => one['additionalProperties'] === undefined);
    assert.deepEqual(open, []);
  });
}

type Schema = Readonly<Record<string, unknown>>;

/** The schemas of objects, alternatives apart, which are objects each. */
function objectsOf(value: unknown): readonly Schema[] {
  if (typeof value !== 'object' || value === null) return [];
  const schema = value as Schema;
  const inner = Object.values(schema).flatMap(objectsOf);
  return schema['type'] === 'object' && !('oneOf' in schema) ? [schema, ...inner] : inner;
}
