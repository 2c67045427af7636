import type pg from 'pg';
import { type Change, catalogSql, changesOf, changesOfText, type Unnamed } from './change.ts';

/** Attributes that a function may lose, and what stands in their place. */
const attributes: readonly (readonly [RegExp, string])[] = [
  [/^ SET search_path TO .*$/m, ''],
  [/^ SET row_security TO .*$/m, ''],
  [/ SECURITY DEFINER\b/, ''],
  [/ STRICT\b/, ''],
  [/ STABLE\b/, ' VOLATILE'],
  [/ IMMUTABLE\b/, ' VOLATILE'],
];

/** Those of functions: attributes, and every part of a body. */
export async function functionMutants(client: pg.Client): Promise<readonly Unnamed[]> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    catalogSql('functions'),
  );
  return rows.flatMap(({ name, definition }) => {
    const [, head = '', open = '', body = '', close = ''] =
      /^([\s\S]*?)(AS \$function\$|(?=RETURN |BEGIN ATOMIC))([\s\S]*?)(\$function\$\n?|)$/.exec(
        definition,
      ) ?? [];
    const changed = (own: string): string => `${own};`;
    const inHead = attributes.flatMap(([from, to]): readonly Change[] => {
      const found = from.exec(head)?.[0];
      if (found === undefined) return [];
      const sql = changed(head.replace(from, to) + open + body + close);
      return [{ rule: 'attribute changed', from: found.trim(), to: to.trim(), sql }];
    });
    const isVolatile = !/ (STABLE|IMMUTABLE)\b/.test(head) && open !== '';
    const stable: readonly Change[] = isVolatile
      ? [
          {
            rule: 'attribute changed',
            from: 'VOLATILE',
            to: 'STABLE',
            sql: changed(`${head}STABLE ${open}${body}${close}`),
          },
        ]
      : [];
    const inBody = changesOfText(body, (text) => changed(head + open + text + close));
    return changesOf(name, [...inHead, ...stable, ...inBody]);
  });
}
