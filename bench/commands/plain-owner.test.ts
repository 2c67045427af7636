import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { connect } from '../../db/connection/connect.ts';
import { withSession } from '../../db/connection/with-session.ts';
import { createPlainOwner, type PlainOwner } from '../../db/testing/plain-owner.ts';
import { runCommandFile } from '../../db/testing/run-command-file.ts';

/* A role that owns its database and nothing more, as managed servers give one. */
describe('a role that owns its database and nothing else', () => {
  const out = mkdtempSync(join(tmpdir(), 'optout-lab-owner-'));
  let owner: PlainOwner;
  before(async () => {
    owner = await createPlainOwner();
  });
  after(async () => {
    await owner.drop();
    rmSync(out, { recursive: true });
  });

  const run = async (file: string, ...args: readonly string[]) => {
    const env = { DATABASE_URL: owner.role.url };
    const outcome = await runCommandFile(file, args, { env });
    assert.equal(outcome.exitCode, 0, outcome.stderr);
    return outcome;
  };
  const page = (name: string): string => readFileSync(join(out, name, 'index.html'), 'utf8');

  it('seeds, and is told what the server withholds', async () => {
    const { stdout, stderr } = await run('seed/commands/seed.ts', '--scale=2000');
    assert.match(stdout, /^PostgreSQL \d+.*, role "optout_lab_test_\w+"/);
    assert.equal(stderr, '');
  });

  it('benches, and reads on the page what the run did without', async () => {
    const { stderr } = await run(
      'bench/commands/bench.ts',
      ...['--scale=2000', '--designs=blocked_contacts', '--scenarios=insert-not-durable'],
      ...['--max-seconds=1', `--out=${out}`, '--run=bench', '--no-instructions'],
    );
    assert.match(stderr, /this run does without:\n {2}auto_explain: no plans inside triggers/);
    assert.match(
      page('bench'),
      /without trigger modes<\/span><\/th>\s*<td>the arms of a pair are twin tables/,
    );
  });

  it('takes away what its reports were about, and the index that it made for that', async () => {
    const found = (): Promise<unknown> =>
      withSession(connect(owner.role.url), async (client) => {
        const { rows } = await client.query(
          `select array(select indexrelid::regclass::text from pg_index
                        where indrelid = 'delivery_reports'::regclass order by 1) as indexes,
             (select count(*) from outbound_messages) as messages,
             (select count(*) from delivery_reports) as reports`,
        );
        return rows;
      });
    const earlier = await found();
    await run(
      'bench/commands/bench.ts',
      ...['--scale=2000', '--designs=blocked_contacts', '--scenarios=report-first'],
      ...['--max-seconds=1', `--out=${out}`, '--run=reports', '--no-instructions'],
    );
    assert.deepEqual(await found(), earlier);
  });

  it('loads, and reads the same on its page', async () => {
    const { stdout } = await run(
      'bench/commands/load.ts',
      ...['--duration=1', '--rate=100', '--clients=2', `--out=${out}`, '--run=load'],
    );
    assert.match(stdout, /^PostgreSQL [^\n]*:\n {2}pg_stat_statements: no table of the statements/);
    assert.match(page('load'), /without pg_stat_statements(<\/span>)?<\/t[dh]>/);
  });
});
