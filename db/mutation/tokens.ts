/** A piece of SQL: a word, a number, an operator, or what no mutation looks into (comments, texts). */
export interface Token {
  readonly kind: 'word' | 'number' | 'operator' | 'text' | 'comment' | 'space';
  readonly text: string;
  /** Where it begins. */
  readonly at: number;
}

/*
 * PostgreSQL's lexical rules as far as a mutation needs them: comments, quoted texts and names whole;
 * operators as runs of the characters that operators are made of; `:=` is one of them.
 */
const rules: readonly (readonly [Token['kind'], RegExp])[] = [
  ['space', /\s+/y],
  ['comment', /--[^\n]*|\/\*[\s\S]*?\*\//y],
  ['text', /[eE]?'(?:[^']|'')*'|"(?:[^"]|"")*"|(\$\w*\$)[\s\S]*?\1/y],
  ['number', /\d+(?:\.\d+)?/y],
  ['word', /[A-Za-z_][\w$]*/y],
  ['operator', /:=|::|[-+*/<>=~!@#%^&|`?]+|[()[\],;.:]/y],
];

/** The tokens of a text, which together are the text. */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length; ) {
    const token = rules
      .map(([kind, rule]) => {
        rule.lastIndex = at;
        const found = rule.exec(text)?.[0];
        return found === undefined ? undefined : { kind, text: found, at };
      })
      .find((one) => one !== undefined);
    if (token === undefined) throw new Error(`no SQL: ${text.slice(at, at + 20)}`);
    tokens.push(token);
    at += token.text.length;
  }
  return tokens;
}

/** Without comments and blanks. */
export function meaningful(tokens: readonly Token[]): readonly Token[] {
  return tokens.filter(({ kind }) => kind !== 'space' && kind !== 'comment');
}
