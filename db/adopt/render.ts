import { readSql } from '../sql.ts';

/** What stands in for `{name}` in a template: text. */
export type Values = Readonly<Record<string, string>>;

/** A template: a `.sql` file of this room. */
export function template(name: string): string {
  return readSql(new URL(`./sql/${name}.sql`, import.meta.url)).trimEnd();
}

const placeholder = /^( *)-- \{([a-z. ]+)\}$|"\{([a-z. ]+)\}"|\{([a-z. ]+)\}/gm;

/**
 * Fills a template. It is SQL as it stands, so that it can be checked as such; in it
 *
 * - `"{a name}"`, a name in quotes, stands for SQL of any kind, which need not be a name;
 * - `{a name}` in a text or a comment stands for the same as text;
 * - `-- {a name}`, a line of its own, stands for lines, which are indented as it is;
 * - what is between `-- {until NAME is free}` and `-- {end}` is tried until nobody holds a lock on the table.
 *
 * @throws Error (a bug) for a name that has no value
 */
export function render(text: string, values: Values): string {
  const filling = (name: string): string => {
    const value = values[name];
    if (value === undefined) throw new Error(`a template has no value for {${name}}`);
    return value;
  };
  return text
    .replace(/^-- \{until ([a-z ]+) is free\}\n([\s\S]*?)\n-- \{end\}$/gm, (_, table, statements) =>
      template('until_free')
        .replace(/^( *)-- \{statements\}$/m, (_line, indent) => indented(statements, indent))
        .replaceAll('{table}', `{${table}}`),
    )
    .replace(placeholder, (_, indent, lines, inQuotes, inText) =>
      lines === undefined ? filling(inQuotes ?? inText) : indented(filling(lines), indent),
    );
}

function indented(lines: string, indent: string): string {
  return lines.replace(/^(?=.)/gm, indent);
}
