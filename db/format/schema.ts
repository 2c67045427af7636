// Words in which the formats of files are written: each is a JSON schema and, by `Of`, a type.
import { type Static, type TSchema, Type } from 'typebox';

/** The type of what a schema describes; read, not changed. */
export type Of<S extends TSchema> = Frozen<Static<S>>;

type Frozen<T> = T extends readonly (infer Item)[]
  ? readonly Frozen<Item>[]
  : T extends object
    ? { readonly [Name in keyof T]: Frozen<T[Name]> }
    : T;

/** A text. */
export const text = (description?: string) => Type.String(told(description));
/** A number; JSON has neither infinities nor NaN. */
export const number = (description?: string) => Type.Number(told(description));
/** A number that is not negative. */
export const amount = (description?: string) => Type.Number({ minimum: 0, ...told(description) });
/** A number from 0 to 1. */
export const share = (description?: string) =>
  Type.Number({ minimum: 0, maximum: 1, ...told(description) });
/** True or false. */
export const yesOrNo = (description?: string) => Type.Boolean(told(description));
/** This text or number and no other. */
export const exactly = <const V extends string | number>(value: V) => Type.Literal(value);
/** A member that may be left out. */
export const optional = Type.Optional;
/** Whatever JSON can hold. */
export const anything = (description?: string) => Type.Unknown(told(description));
/** A list of items of one kind. */
export const list = <S extends TSchema>(items: S, description?: string) =>
  Type.Array(items, told(description));

/** A number, or null where it is not known. */
export const numberOrNull = (description?: string) =>
  Type.Unsafe<number | null>({ type: ['number', 'null'], ...told(description) });

/** A number from 0 to 1, or null where it is not known. */
export const shareOrNull = (description?: string) =>
  Type.Unsafe<number | null>({
    ...{ type: ['number', 'null'], minimum: 0, maximum: 1 },
    ...told(description),
  });

/** A number or a text. */
export const numberOrText = (description?: string) =>
  Type.Unsafe<number | string>({ type: ['number', 'string'], ...told(description) });

/** A number, or this word in its place. */
export const numberOr = <const W extends string>(word: W, description?: string) =>
  Type.Unsafe<number | W>({ anyOf: [{ type: 'number' }, { const: word }], ...told(description) });

/** One of these texts. */
export const oneOf = <const V extends string>(values: readonly V[], description?: string) =>
  Type.Unsafe<V>({ enum: values, ...told(description) });

/** An object with these members and no others. */
export const object = <P extends Readonly<Record<string, TSchema>>>(
  members: P,
  description?: string,
) => Type.Object(members, { additionalProperties: false, ...told(description) });

/** An object with members of any name, all of one kind. */
export const mapOf = <S extends TSchema>(values: S, description?: string) =>
  Type.Unsafe<Record<string, Static<S>>>({
    type: 'object',
    additionalProperties: values,
    ...told(description),
  });

/** One of these objects: the member named `tag` tells which. */
export const tagged = <S extends readonly TSchema[]>(
  tag: string,
  objects: readonly [...S],
  description?: string,
) =>
  Type.Unsafe<Static<S[number]>>({
    type: 'object',
    discriminator: { propertyName: tag },
    required: [tag],
    oneOf: objects,
    ...told(description),
  });

/** A schema with a name of its own in the file: `$defs` holds it once, whoever uses it. */
export const define = <S extends TSchema>(name: string, schema: S) =>
  Type.Unsafe<Static<S>>({ ...schema, $id: name });

/** A defined schema as one member: what it is there, beside what it is everywhere. */
export const described = <S extends TSchema>(schema: S, description: string) =>
  Type.Unsafe<Static<S>>({ ...schema, here: description });

function told(description: string | undefined): { readonly description?: string } {
  return description === undefined ? {} : { description };
}

type Json = Readonly<Record<string, unknown>>;

/** The text of a .schema.json file: a JSON schema (2020-12), defined schemas below `$defs`. */
export function schemaFile(title: string, schema: TSchema): string {
  const definitions = new Map<string, Json>();
  const root = hoist(JSON.parse(JSON.stringify(schema)), definitions);
  const $defs = Object.fromEntries(definitions);
  const $schema = 'https://json-schema.org/draft/2020-12/schema';
  return `${JSON.stringify({ $schema, title, ...root, $defs }, null, 2)}\n`;
}

/** The order in which a schema is read best. */
const keywordOrder = ['description', '$ref', 'type', 'discriminator', 'required', 'properties'];

/** A schema with references in place of what is defined, each definition put into `definitions`. */
function hoist(schema: Json, definitions: Map<string, Json>): Json {
  const { $id, here, ...own } = schema;
  if (typeof $id !== 'string') return inOrder(mapSchemas(own, (one) => hoist(one, definitions)));
  if (!definitions.has($id)) {
    definitions.set($id, {}); // its place in the list is before what it refers to
    definitions.set($id, hoist(own, definitions));
  }
  return { ...(here === undefined ? {} : { description: here }), $ref: `#/$defs/${$id}` };
}

/** The same keywords with the schemas inside them replaced. */
function mapSchemas(schema: Json, replace: (schema: Json) => Json): Json {
  return Object.fromEntries(
    Object.entries(schema).map(([keyword, value]) => {
      if (keyword === 'properties') {
        const members = Object.entries(value as Readonly<Record<string, Json>>);
        return [keyword, Object.fromEntries(members.map(([name, one]) => [name, replace(one)]))];
      }
      if (keyword === 'oneOf') return [keyword, (value as readonly Json[]).map(replace)];
      const isSchema = keyword === 'items' || keyword === 'additionalProperties';
      return [keyword, isSchema && typeof value === 'object' ? replace(value as Json) : value];
    }),
  );
}

function inOrder(schema: Json): Json {
  const first = keywordOrder.filter((keyword) => keyword in schema);
  const rest = Object.keys(schema).filter((keyword) => !keywordOrder.includes(keyword));
  return Object.fromEntries([...first, ...rest].map((keyword) => [keyword, schema[keyword]]));
}
