import type pg from 'pg';
import { UserError } from '../cli/errors.ts';
import { defaultDesignName } from '../designs.ts';
import { designOfMapping } from './designs.ts';
import { type AdoptionFile, adoptionFiles, switchFileName } from './files.ts';
import type { Mapping } from './mapping.ts';
import { quoteName } from './quote.ts';
import { render, template } from './render.ts';
import { isSchemaVersion, type SchemaFunction, schemaFunctions, schemaVersion } from './source.ts';
import { switchTo } from './switch.ts';
import { translate } from './translate.ts';
import { thresholdFunction, valuesOf } from './values.ts';
import { namesOf } from './words.ts';

/** What a database has adopted. */
export interface Adoption {
  /** The number of the last migration in it. */
  readonly version: string;
  /** The design that refuses messages; null where none does yet. */
  readonly design: string | null;
}

/**
 * Reads what a database has adopted.
 *
 * @throws UserError where it has adopted nothing, or by another mapping, or a version that is not known here
 */
export async function readAdoption(client: pg.Client, mapping: Mapping): Promise<Adoption> {
  const { adoption = '', messages = '' } = valuesOf(mapping);
  const { rows: schemas } = await client.query<{ description: string | null }>(
    `select obj_description(oid, 'pg_namespace') as description
     from pg_namespace where nspname = 'opt_out_adoption'`,
  );
  const description = schemas[0]?.description;
  if (description !== adoption) {
    throw new UserError(
      `the database has adopted ${description ?? 'nothing'}, and the mapping says ${adoption}`,
    );
  }
  const { rows } = await client.query<Adoption>(
    `select
       a.version,
       case
         when exists (select from pg_trigger where tgrelid = to_regclass($1) and tgname = $2)
         then coalesce(to_jsonb(a) ->> 'design', $3)
       end as design
     from opt_out_adoption.adoption as a`,
    // what was adopted before designs could be chosen does not say which it has
    [messages, namesOf(mapping).refuseInsert, defaultDesignName],
  );
  const [found] = rows;
  if (found === undefined || !isSchemaVersion(found.version)) {
    throw new UserError(
      `the database has version ${found?.version}, which this lab does not know: it is newer, or not the lab's`,
    );
  }
  return found;
}

/**
 * The file that makes this version of an adopted schema, with the mapping's design; undefined where it has
 * both already. Where only the design is another, it is the one that switches the check on.
 */
export function upgradeFile(mapping: Mapping, adoption: Adoption): AdoptionFile | undefined {
  if (adoption.version === schemaVersion()) {
    const isSame = adoption.design === null || adoption.design === designOfMapping(mapping).name;
    return isSame ? undefined : adoptionFiles(mapping).find(({ name }) => name === switchFileName);
  }
  const before = new Map(schemaFunctions(adoption.version).map((one) => [one.name, one]));
  const now = schemaFunctions();
  const changed = now.filter(
    ({ name, statements }) =>
      name !== thresholdFunction &&
      statements.join('\n') !== before.get(name)?.statements.join('\n'),
  );
  const madeAnew = changed.filter((one) => {
    const old = before.get(one.name);
    return old !== undefined && signatureOf(old) !== signatureOf(one);
  });
  const gone = [...before.keys()].filter((name) => !now.some((one) => one.name === name));
  const values = valuesOf(mapping);
  const schema = quoteName(mapping.schema);
  const drop = (name: string): string => `drop function if exists ${schema}.${name};`;
  return {
    name: `upgrade_from_${adoption.version}.sql`,
    text: `${render(template('upgrade'), {
      ...values,
      'old version': adoption.version,
      'drop what is made anew': madeAnew.map(({ name }) => drop(name)).join('\n'),
      'changed functions': changed
        .flatMap(({ statements }) => statements.map((statement) => translate(statement, mapping)))
        .join('\n\n'),
      'switch if it is on':
        adoption.design === null
          ? '-- Messages are not refused yet.'
          : switchTo(mapping, values, ''),
      'drop what is gone': gone.map(drop).join('\n'),
    })}\n`,
  };
}

/** A function's name, arguments and result, which cannot be replaced. */
function signatureOf({ statements: [create = ''] }: SchemaFunction): string {
  return create.slice(0, create.indexOf('\nlanguage'));
}
