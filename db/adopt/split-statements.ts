/** What a semicolon inside does not end: comments, texts, names in quotes, dollar-quoted texts. */
const whole = /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"|(\$\w*\$)[\s\S]*?\1|;/g;

/** The statements of a text of SQL, each with its semicolon, without the comments in front of it. */
export function splitStatements(sql: string): readonly string[] {
  const statements: string[] = [];
  let begin = 0;
  for (const { 0: token, index } of sql.matchAll(whole)) {
    if (token !== ';') continue;
    statements.push(withoutComments(sql.slice(begin, index + 1)));
    begin = index + 1;
  }
  if (withoutComments(sql.slice(begin)) !== '') throw new Error('the last statement has no end');
  return statements;
}

function withoutComments(statement: string): string {
  return statement.replace(/^(?:\s|--[^\n]*(?:\n|$))*/, '').trimEnd();
}
