import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { UserError } from '../../db/cli/errors.ts';
import { readSettingsFile } from './settings-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'optout-lab-settings-'));
after(() => rmSync(folder, { recursive: true }));

const read = (text: string) => {
  const file = join(folder, 'tuned.conf');
  writeFileSync(file, text);
  return readSettingsFile(file);
};

describe('a file of settings', () => {
  it('is read as postgresql.conf is: blanks, comments, quotes, no sign of equality', () => {
    assert.deepEqual(
      read(
        [
          '# all of it',
          '',
          'work_mem = 8MB',
          "  search_path='a, ''b'' # no comment' # a comment\r",
          'Random_Page_Cost 1.5',
          "pg_stat_statements.track='all'",
        ].join('\n'),
      ),
      [
        { line: 3, name: 'work_mem', value: '8MB' },
        { line: 4, name: 'search_path', value: "'a, ''b'' # no comment'" },
        { line: 5, name: 'random_page_cost', value: '1.5' },
        { line: 6, name: 'pg_stat_statements.track', value: "'all'" },
      ],
    );
    assert.deepEqual(read(''), []);
  });

  for (const [text, says] of [
    ['\nwork_mem', /tuned\.conf, line 2: not "name = value"/],
    ['work_mem = 8MB 9MB', /line 1: not "name = value"/],
    ["work_mem = '8MB", /line 1: not "name = value"/],
    ['work_mem = 8MB; port = 1', /line 1: not "name = value"/],
    ["include 'other.conf'", /line 1: include is the lab's own/],
    ['PORT = 5432', /line 1: PORT is the lab's own/],
  ] as const) {
    it(`is refused where it says ${JSON.stringify(text)}`, () =>
      assert.throws(
        () => read(text),
        (error) => error instanceof UserError && says.test(error.message),
      ));
  }
});
