import { strict as assert } from 'node:assert';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { alterSettings } from '../../db/testing/alter-settings.ts';
import { runCommandFile } from '../../db/testing/run-command-file.ts';
import { createTestDatabase, type TestDatabase } from '../../db/testing/test-database.ts';
import { createTestRole, type TestRole } from '../../db/testing/test-role.ts';

/* What a database or a role may have by default, each against what the lab relies on. */
const others: Readonly<Record<string, string>> = {
  search_path: 'nowhere',
  statement_timeout: '400ms',
  lock_timeout: '1ms',
  transaction_timeout: '700ms',
  idle_in_transaction_session_timeout: '300ms',
  idle_session_timeout: '500ms',
  exit_on_error: 'on',
  default_transaction_isolation: 'serializable',
  default_transaction_read_only: 'on',
  default_transaction_deferrable: 'on',
  synchronous_commit: 'off',
  session_replication_role: 'replica',
  row_security: 'off',
  datestyle: 'SQL, DMY',
  intervalstyle: 'iso_8601',
  extra_float_digits: '-10',
  bytea_output: 'escape',
  standard_conforming_strings: 'off',
  array_nulls: 'off',
  transform_null_equals: 'on',
  quote_all_identifiers: 'on',
  client_min_messages: 'error',
  client_encoding: 'LATIN1',
  jit: 'on',
  timezone: 'Asia/Kathmandu',
};

/* One database whose own defaults are those, and one whose role's are. */
for (const whose of ['database', 'role'] as const) {
  describe(`a ${whose} with other defaults than the lab's`, () => {
    const out = mkdtempSync(join(tmpdir(), 'optout-lab-defaults-'));
    let database: TestDatabase;
    let role: TestRole;

    before(async () => {
      database = await createTestDatabase({ migrated: false });
      const owner = await database.connect();
      try {
        role = await createTestRole(database, owner);
        await owner.query(`alter role ${role.name} superuser`); // else it may not have all of them
        const altered = whose === 'database' ? database.name : role.name;
        await alterSettings(owner, whose, altered, Object.entries(others));
      } finally {
        await owner.end();
      }
    });
    after(async () => {
      const owner = await database.connect();
      await owner.query(`reassign owned by ${role.name} to current_user`);
      await role.drop().catch(() => {});
      await owner.query(`drop role ${role.name}`).catch(() => {});
      await owner.end();
      await database.drop();
      rmSync(out, { recursive: true });
    });

    const works = async (file: string, ...args: readonly string[]): Promise<string> => {
      const outcome = await runCommandFile(file, args, { env: { DATABASE_URL: role.url } });
      assert.equal(outcome.exitCode, 0, `${outcome.stderr}\n${outcome.stdout}`);
      return outcome.stdout;
    };

    it('takes the schema, and a data set that is verified', async () => {
      await works('db/commands/migrate-up.ts');
      await works('seed/commands/seed.ts', '--scale=5000');
      assert.match(await works('seed/commands/seed.ts', '--verify'), /all as predicted/);
    });

    // the same sessions, and a bench is long: once
    it('is benched: every behaviour is shown, and what is called durable is', {
      skip: whose === 'role',
    }, async () => {
      const name = `--run=${whose}`;
      await works(
        'bench/commands/bench.ts',
        ...['--scale=5000', '--designs=blocked_contacts,row_security'],
        ...['--scenarios=insert-durable', '--max-seconds=1', `--out=${out}`, name],
      );
      const results = JSON.parse(readFileSync(join(out, whose, 'results.json'), 'utf8'));
      for (const { name: design, status, behaviours } of results.designs) {
        if (status === 'planned') continue;
        assert.equal(status, 'timed', design);
        for (const { outcome, name: behaviour, declared } of behaviours) {
          if (declared !== true) assert.equal(outcome, 'passed', `${design}: ${behaviour}`);
        }
      }
      const changed = results.environment.server.changedSettings.map(
        ({ name: setting }: { name: string }) => setting,
      );
      assert.ok(changed.length > 0 && !changed.includes('synchronous_commit'));
    });

    it('is loaded, and holds what was acknowledged', async () => {
      await works(
        'bench/commands/load.ts',
        ...['--duration=1', '--rate=100', '--clients=2', `--out=${out}`, '--run=load'],
      );
      const load = JSON.parse(readFileSync(join(out, 'load', 'load.json'), 'utf8'));
      assert.deepEqual(
        load.trials.map(({ verification }: { verification: { ok: boolean } }) => verification.ok),
        [true],
      );
      rmSync(join(out, 'load'), { recursive: true });
    });

    it('shows the same under concurrency', async () => {
      await works(
        'db/commands/isolation.ts',
        ...['--designs=blocked_contacts', '--permutations=2', '--histories=5'],
      );
    });
  });
}
