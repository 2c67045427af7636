import { readSql } from '../sql.ts';
import type { Mutant } from './mutants.ts';
import { textMutations } from './text-mutations.ts';

/** A mutant that has no name yet. */
export type Unnamed = Omit<Mutant, 'id'>;

/** What is changed, and how, apart from whose it is. */
export type Change = Omit<Unnamed, 'object'>;

/** The changes of an object. */
export const changesOf = (object: string, changes: readonly Change[]): readonly Unnamed[] =>
  changes.map((change) => ({ object, ...change }));

/**
 * Every change of a text that is a part of what makes an object.
 *
 * @param remade what makes the object with another text in that place
 */
export const changesOfText = (
  text: string,
  remade: (changed: string) => string,
): readonly Change[] =>
  textMutations(text).map(({ rule, from, to, text: changed }) => ({
    rule,
    from,
    to,
    sql: remade(changed),
  }));

/** What stands between the first parenthesis of a text and the last. */
export const inParentheses = (text: string): string =>
  text.slice(text.indexOf('(') + 1, text.lastIndexOf(')'));

/** A query of the catalog, from `sql/NAME.sql`. */
export const catalogSql = (name: string): string =>
  readSql(new URL(`./sql/${name}.sql`, import.meta.url));
