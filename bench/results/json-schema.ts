/** The part of JSON schema (2020-12) that results.schema.json uses. */
export interface Schema {
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly oneOf?: readonly Schema[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly items?: Schema;
}

/** The first place where a value does not fit the schema, as `path: what is wrong`; undefined where it fits. */
export function misfit(
  value: unknown,
  schema: Schema,
  root = schema,
  path = '',
): string | undefined {
  const at = (reason: string): string => `${path === '' ? 'the file' : path}: ${reason}`;
  if (schema.$ref !== undefined) {
    const name = schema.$ref.replace('#/$defs/', '');
    const target = root.$defs?.[name];
    return target === undefined ? at(`no definition ${name}`) : misfit(value, target, root, path);
  }
  if (schema.const !== undefined && value !== schema.const) {
    return at(`not ${JSON.stringify(schema.const)}`);
  }
  if (schema.enum !== undefined && !schema.enum.includes(value)) {
    return at(`not one of ${schema.enum.join(', ')}`);
  }
  if (schema.oneOf !== undefined) {
    const misfits = schema.oneOf.map((choice) => misfit(value, choice, root, path));
    return misfits.includes(undefined) ? undefined : misfits.at(-1);
  }
  if (schema.type !== undefined && ![schema.type].flat().includes(typeName(value))) {
    return at(`${typeName(value)} instead of ${[schema.type].flat().join(' or ')}`);
  }
  if (Array.isArray(value)) {
    const { items } = schema;
    return items && first(value, (item, index) => misfit(item, items, root, `${path}[${index}]`));
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const members = value as Readonly<Record<string, unknown>>;
  const missing = schema.required?.find((name) => !(name in members));
  if (missing !== undefined) return at(`"${missing}" is missing`);
  return first(Object.entries(members), ([name, member]) => {
    const own = schema.properties?.[name] ?? schema.additionalProperties;
    return own && misfit(member, own, root, path === '' ? name : `${path}.${name}`);
  });
}

function typeName(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
}

function first<T>(
  items: readonly T[],
  find: (item: T, index: number) => string | undefined,
): string | undefined {
  for (const [index, item] of items.entries()) {
    const found = find(item, index);
    if (found !== undefined) return found;
  }
  return undefined;
}
