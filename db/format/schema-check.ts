import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Ajv2020, ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';

/** The first place where a value does not fit a schema, as `path: what is wrong`; undefined where it fits. */
export type SchemaCheck = (value: unknown) => string | undefined;

/** Checks values against a .schema.json file, which is read when the first one comes. */
export function schemaCheck(file: URL): SchemaCheck {
  let validate: ValidateFunction | undefined;
  return (value) => {
    validate ??= ajv().compile(JSON.parse(readFileSync(file, 'utf8')));
    if (validate(value)) return undefined;
    const errors = validate.errors ?? [];
    // of alternatives the last error is that none fits; else there is one
    const error = errors.at(-1);
    if (error === undefined) throw new Error(`${file.pathname} refuses a value without a reason`);
    return `${placeOf(error, value)}: ${reasonOf(error)}`;
  };
}

/** That a schema is one itself is the matter of a test: here it would take longer than the reading. */
function ajv(): Ajv2020 {
  const load = createRequire(import.meta.url); // not before there is something to check: it takes megabytes
  const { Ajv2020: Checker } = load('ajv/dist/2020.js') as typeof import('ajv/dist/2020.js');
  return new Checker({
    discriminator: true,
    verbose: true,
    allowUnionTypes: true,
    validateSchema: false,
    meta: false,
    code: { optimize: false },
  });
}

/** `/trials/0/rate` as `trials[0].rate`: the same text may be an index here and a name there. */
function placeOf({ instancePath }: ErrorObject, root: unknown): string {
  let place = '';
  let value = root;
  for (const part of instancePath.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    place += Array.isArray(value) ? `[${name}]` : `${place === '' ? '' : '.'}${name}`;
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return place === '' ? 'the file' : place;
}

function reasonOf({ keyword, params, data, message }: ErrorObject): string {
  switch (keyword) {
    case 'required':
      return `"${params['missingProperty']}" is missing`;
    case 'additionalProperties':
      return `"${params['additionalProperty']}" is not known`;
    case 'type':
      return `${typeName(data)} instead of ${[params['type']].flat().join(' or ')}`;
    case 'const':
      return `not ${JSON.stringify(params['allowedValue'])}`;
    case 'enum':
      return `not one of ${params['allowedValues'].join(', ')}`;
    case 'discriminator':
      return `"${params['tag']}" is ${JSON.stringify(params['tagValue'])}, which is not known`;
    default:
      return message ?? keyword;
  }
}

function typeName(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
}
