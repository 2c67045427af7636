import { parsePlPgSQLSync, parseSync } from 'libpg-query';

/** Names that a search_path cannot change: the transition table of a statement trigger comes before it. */
const transitionTables = ['new_messages'];

/** Types that are words of the grammar and so always those of pg_catalog. */
const typesOfTheGrammar = ['boolean', 'integer', 'bigint'];

/**
 * The names in a function of PL/pgSQL or SQL that are looked up in the search_path of whoever calls it: tables,
 * functions, operators, types and collations without a schema. Needs `loadModule` of libpg-query.
 */
export function unqualifiedNames(createFunction: string): readonly string[] {
  // the parser does not tell the collation of a variable
  const code = createFunction.replaceAll(/--.*/g, '');
  const found = [...code.matchAll(/\bcollate\s+("[^"]+"|\w+)(?!\.|\w)/gi)].map(
    ([clause]) => clause,
  );
  if (/^\s*language sql\b/im.test(code)) {
    const body = /\bas (\$\w*\$)([\s\S]*)\1/i.exec(createFunction)?.[2];
    if (body === undefined) throw new Error(`no body: ${createFunction}`);
    walk(parseSync(body), (kind, inner) => found.push(...unqualifiedIn(kind, inner)));
    return found;
  }
  walk(parsePlPgSQLSync(`${createFunction};`), (key, node) => {
    if (key === 'PLpgSQL_expr') {
      walk(parseSync(statementOf(node)), (kind, inner) =>
        found.push(...unqualifiedIn(kind, inner)),
      );
    }
    // a variable that was declared has a line; those that a trigger has by itself have none
    if (key === 'PLpgSQL_var' && node['lineno'] !== undefined) {
      const type = /"typname":"([^"]+)"/.exec(JSON.stringify(node['datatype']))?.[1];
      if (type === undefined) throw new Error(`a variable without a type: ${JSON.stringify(node)}`);
      if (!typesOfTheGrammar.includes(type) && !type.includes('.')) found.push(type);
    }
  });
  return found;
}

type Node = Readonly<Record<string, unknown>>;

/** A statement in which the names of a PL/pgSQL expression are found: of an assignment, those on its right. */
function statementOf(expression: Node): string {
  const query = String(expression['query']);
  switch (expression['parseMode']) {
    case parseModes.statement:
      return query;
    case parseModes.expression:
      return `select ${query}`;
    case parseModes.assignment:
      return `select ${query.replace(/^[^=]*:?=/, '')}`;
    default:
      throw new Error(`an expression of an unknown kind: ${query}`);
  }
}

/** PostgreSQL's RawParseMode, as far as the schema's functions need it: an assignment to a plain variable. */
const parseModes = { statement: 0, expression: 2, assignment: 3 };

function unqualifiedIn(kind: string, node: Node): readonly string[] {
  switch (kind) {
    case 'RangeVar': {
      const name = String(node['relname']);
      return node['schemaname'] === undefined && !transitionTables.includes(name) ? [name] : [];
    }
    case 'FuncCall':
      return oneWord(node['funcname']);
    case 'A_Expr':
      return oneWord(node['name']);
    case 'TypeCast':
      return oneWord((node['typeName'] as Node)['names']);
    case 'CollateClause':
      return oneWord(node['collname']);
    case 'SubLink':
      return node['operName'] === undefined ? [] : oneWord(node['operName']);
    default:
      return [];
  }
}

/** A name of one word, which a search_path resolves; nothing for one with its schema. */
function oneWord(name: unknown): readonly string[] {
  if (!Array.isArray(name)) throw new Error(`no name: ${JSON.stringify(name)}`);
  return name.length > 1 ? [] : [JSON.stringify(name)];
}

/** Visits every node of a parse tree under the name of its kind. */
function walk(tree: unknown, visit: (kind: string, node: Node) => void): void {
  if (Array.isArray(tree)) {
    for (const item of tree) walk(item, visit);
  } else if (typeof tree === 'object' && tree !== null) {
    for (const [key, value] of Object.entries(tree)) {
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) visit(key, value);
      walk(value, visit);
    }
  }
}
