import { itemAt } from '../item-at.ts';
import { meaningful, type Token, tokensOf } from './tokens.ts';

/** A text that was changed in one place. */
export interface TextMutation {
  /** What kind of change: the rule's name. */
  readonly rule: string;
  /** The line, counted from 1, in which it is. */
  readonly line: number;
  readonly from: string;
  readonly to: string;
  readonly text: string;
}

/** Operators and words that stand for one another. */
const swaps: Readonly<Record<string, readonly string[]>> = {
  '=': ['<>'],
  '<>': ['='],
  '<': ['<=', '>'],
  '<=': ['<', '>'],
  '>': ['>=', '<'],
  '>=': ['>', '<'],
  '+': ['-'],
  '-': ['+'],
  and: ['or'],
  or: ['and'],
  min: ['max'],
  max: ['min'],
  asc: ['desc'],
  desc: ['asc'],
  true: ['false'],
  false: ['true'],
  any: ['all'],
  left: ['inner'],
  full: ['left'],
  found: ['not found'],
};

/** Runs of words that may be left out, or give way to others. */
const phrases: readonly {
  readonly rule: string;
  readonly words: readonly string[];
  readonly to: string;
}[] = [
  { rule: 'lock left out', words: ['for', 'no', 'key', 'update'], to: '' },
  { rule: 'lock left out', words: ['for', 'key', 'share'], to: '' },
  { rule: 'lock left out', words: ['for', 'update'], to: '' },
  { rule: 'lock left out', words: ['for', 'share'], to: '' },
  { rule: 'conflict not met', words: ['on', 'conflict', 'do', 'nothing'], to: '' },
  { rule: 'turned', words: ['is', 'not', 'null'], to: 'is null' },
  { rule: 'turned', words: ['is', 'null'], to: 'is not null' },
  { rule: 'turned', words: ['is', 'not', 'distinct', 'from'], to: 'is distinct from' },
  { rule: 'turned', words: ['is', 'distinct', 'from'], to: 'is not distinct from' },
  { rule: 'turned', words: ['not', 'exists'], to: 'exists' },
  { rule: 'turned', words: ['not', 'found'], to: 'found' },
  { rule: 'turned', words: ['if', 'not'], to: 'if' },
  { rule: 'distinct left out', words: ['distinct'], to: '' },
];

/**
 * Every change of a text of SQL that the rules know: an operator turned, a number moved, a lock or a
 * conflict clause left out, a condition dropped, a statement left out.
 */
export function textMutations(text: string): readonly TextMutation[] {
  const tokens = meaningful(tokensOf(text));
  const found: TextMutation[] = [];
  const add = (rule: string, from: number, until: number, to: string): void => {
    const line = text.slice(0, from).split('\n').length;
    const original = text.slice(from, until);
    if (original === to) return;
    found.push({
      rule,
      line,
      from: original,
      to,
      text: text.slice(0, from) + to + text.slice(until),
    });
  };
  const end = (token: Token): number => token.at + token.text.length;
  for (const [index, token] of tokens.entries()) {
    const word = token.text.toLowerCase();
    const phrase = phrases.find(({ words }) =>
      words.every((one, place) => tokens[index + place]?.text.toLowerCase() === one),
    );
    if (phrase !== undefined && !isPartOfPhrase(tokens, index)) {
      const last = itemAt(tokens, index + phrase.words.length - 1);
      add(phrase.rule, token.at, end(last), phrase.to);
    } else if (phrase === undefined && !isPartOfPhrase(tokens, index)) {
      for (const to of swaps[word] ?? []) add('turned', token.at, end(token), to);
    }
    if (word === 'exists' && tokens[index - 1]?.text.toLowerCase() !== 'not') {
      add('turned', token.at, end(token), 'not exists');
    }
    if (token.kind === 'number') add('moved', token.at, end(token), String(Number(word) + 1));
  }
  for (const { from, until } of conditions(tokens)) add('condition dropped', from, until, 'true');
  for (const { from, until } of statements(tokens)) add('statement left out', from, until, 'null;');
  return found;
}

/** Whether a token is in a phrase that began before it: `null` of `is not null`. */
function isPartOfPhrase(tokens: readonly Token[], index: number): boolean {
  return phrases.some(({ words }) =>
    words.some(
      (_, place) =>
        place > 0 &&
        words.every((one, other) => tokens[index - place + other]?.text.toLowerCase() === one),
    ),
  );
}

interface Span {
  readonly from: number;
  readonly until: number;
}

/** What stands between `where`, `when`, `and`, `or`, `on`, `if`, `having` and what ends it: each part of a condition. */
function conditions(tokens: readonly Token[]): readonly Span[] {
  const opens = ['where', 'and', 'or', 'if', 'elsif', 'having', 'when', 'on'];
  const closes = [
    ...['and', 'or', 'then', 'group', 'order', 'limit', 'for', 'returning', 'union', 'having'],
    ...['join', 'left', 'full', 'loop', 'where', 'on', 'execute', 'do', 'else', 'end'],
  ];
  return tokens.flatMap((token, index) => {
    const word = token.text.toLowerCase();
    if (!opens.includes(word)) return [];
    let depth = 0;
    let last = index;
    for (let next = index + 1; next < tokens.length; next++) {
      const { text } = itemAt(tokens, next);
      if (text === '(' || text === '[') depth++;
      if (text === ')' || text === ']') depth--;
      if (depth < 0 || (depth === 0 && (text === ';' || closes.includes(text.toLowerCase()))))
        break;
      last = next;
    }
    if (last === index) return [];
    const first = itemAt(tokens, index + 1);
    if (['conflict', 'delete', 'update', 'constraint'].includes(first.text.toLowerCase()))
      return [];
    const end = itemAt(tokens, last);
    return [{ from: first.at, until: end.at + end.text.length }];
  });
}

/** Simple statements of PL/pgSQL, from their first word to their semicolon. */
function statements(tokens: readonly Token[]): readonly Span[] {
  const begins = [
    'perform',
    'insert',
    'update',
    'delete',
    'lock',
    'raise',
    'return',
    'execute',
    'set',
  ];
  const after = [';', 'begin', 'then', 'else', 'loop'];
  return tokens.flatMap((token, index) => {
    const before = tokens[index - 1]?.text.toLowerCase();
    if (before === undefined || !after.includes(before)) return [];
    const assigned = tokens[index + 1]?.text === ':=' || tokens[index + 1]?.text === '=';
    if (!begins.includes(token.text.toLowerCase()) && !assigned) return [];
    const last = tokens.slice(index).find(({ text }) => text === ';');
    return last === undefined ? [] : [{ from: token.at, until: last.at + 1 }];
  });
}
