import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { loadModule, parseSync } from 'libpg-query';
import { listDesigns } from '../../db/designs.ts';
import { countedScenarios } from './counted-scenarios.ts';
import { countingScript, markFunction, type Script } from './script.ts';

before(() => loadModule());

/** What a single-user server with -j takes for one statement: all before a semicolon and an empty line. */
function statementsOf({ parts }: Script): readonly string[] {
  const text = parts.join('');
  assert.ok(text.endsWith(';\n\n'));
  return text.split(';\n\n').slice(0, -1);
}

const all = (check: 'on' | 'off', design = { checkOffSql: 'select 1', sessionSql: undefined }) =>
  countingScript(design, countedScenarios, check);

describe('the session of every design', () => {
  for (const design of listDesigns()) {
    it(`${design.name}: each statement parses by itself, and the check is off in one of two sessions`, () => {
      for (const check of ['on', 'off'] as const) {
        const statements = statementsOf(countingScript(design, countedScenarios, check));
        for (const sql of statements) parseSync(sql);
        const off = design.checkOffSql.trim().replace(/;$/, '');
        const parses = (text: string): string => JSON.stringify(parseSync(text).stmts?.length);
        assert.ok(Number(parses(off)) > 0);
        assert.equal(statements.join('\n').includes(off), check === 'off');
      }
    });
  }
});

it('a comment in a file does not hide what comes after it', () => {
  const sessionSql = 'set role app;\n-- why\nset enable_seqscan = off;\n';
  const [, session = ''] = statementsOf(all('on', { checkOffSql: '', sessionSql } as never));
  assert.deepEqual(
    parseSync(session).stmts?.map(({ stmt }: { stmt?: object }) => Object.keys(stmt ?? {})),
    [['VariableSetStmt'], ['VariableSetStmt']],
  );
});

it('each part ends with a mark, and the counted ones hold so many executions and nothing else', () => {
  for (const check of ['on', 'off'] as const) {
    const { parts, counted } = all(check);
    for (const part of parts) assert.equal(part.split(markFunction).length, 2);
    for (const { scenario, fewer, more } of counted) {
      const executions = (part: number): number => parts[part]?.match(/^execute /gm)?.length ?? 0;
      assert.deepEqual([executions(fewer), executions(more)], [scenario.fewer, scenario.more]);
      assert.equal(executions(fewer - 1), scenario.warmUp);
      assert.match(parts[fewer - 1] ?? '', /^discard plans\n;\n\nprepare /);
      assert.doesNotMatch(parts[more] ?? '', /prepare|discard/);
    }
  }
});

it('with the check off there is no report and no refusal; with it on a report has both codes', () => {
  const [on, off] = [all('on'), all('off')];
  assert.ok(off.counted.every(({ scenario }) => scenario.control === 'check off'));
  assert.equal(off.refused, 0);
  const refused = countedScenarios.find(({ name }) => name === 'refused');
  assert.ok(refused !== undefined);
  assert.equal(on.refused, refused.warmUp + refused.fewer + refused.more);
  const reports = on.counted.filter(({ scenario }) => scenario.name.startsWith('report'));
  assert.equal(reports.length, 6);
  const messagesOf = (part: number, code: number): Set<string> =>
    new Set(
      [...(on.parts[part] ?? '').matchAll(new RegExp(`'([-0-9a-f]{36})', ${code}\\)`, 'g'))].map(
        ([, id = '']) => id,
      ),
    );
  for (const { scenario, arm, more } of reports) {
    assert.equal(messagesOf(more, arm === 'treatment' ? 21610 : 30007).size, scenario.more);
  }
  const everyMessage = reports.flatMap(({ arm, more }) => [
    ...messagesOf(more, arm === 'treatment' ? 21610 : 30007),
  ]);
  assert.equal(new Set(everyMessage).size, everyMessage.length, 'no message is reported twice');
});
