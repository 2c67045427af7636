import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { exampleNames } from '../../../db/adopt/examples.ts';
import { runStep } from '../../../db/adopt/testing.ts';
import { wordsOf } from '../../../db/adopt/words.ts';
import { UserError } from '../../../db/cli/errors.ts';
import { schemaCheck } from '../../../db/format/schema-check.ts';
import { runCommandFile } from '../../../db/testing/run-command-file.ts';
import { mappedLoadMarkdown, mappedLoadText } from '../../report/mapped-load-text.ts';
import { type AdoptedDatabase, adoptExample } from '../testing.ts';
import type { MappedLoadResults } from './results.ts';
import { runMappedLoad } from './run-mapped-load.ts';

const out = mkdtempSync(join(tmpdir(), 'optout-mapped-load-'));
after(() => rmSync(out, { recursive: true }));
let runs = 0;

async function loaded({ lab, mapping }: AdoptedDatabase): Promise<MappedLoadResults> {
  const options = { mapping, ratePerSecond: 300, durationS: 2, clients: 4, seed: 1 };
  const where = { database: undefined, out, runName: `run-${runs++}` };
  const { folder, results } = await runMappedLoad(lab, { ...options, ...where }, () => {});
  assert.deepEqual(
    JSON.parse(readFileSync(join(folder, 'mapped-load.json'), 'utf8')),
    JSON.parse(JSON.stringify(results)),
  );
  return results;
}

const wrongOf = ({ checks }: MappedLoadResults): readonly string[] =>
  checks.filter(({ ok }) => !ok).map(({ check }) => check);

for (const [name, design] of [
  ...exampleNames.map((example) => [example, undefined] as const),
  ['text-codes', 'statement_trigger'] as const,
]) {
  describe(`a load in the tables of "${name}"${design === undefined ? '' : ` by ${design}`}`, () => {
    it('commits what it says, is refused what must be, and leaves tables that 05 verifies', async () => {
      const adopted = await adoptExample(name, design);
      const client = await adopted.database.connect();
      try {
        const { messages } = wordsOf(adopted.mapping);
        const count = async (): Promise<number> =>
          (await client.query(`select from ${messages}`)).rowCount ?? 0;
        const before = await count();
        const results = await loaded(adopted);
        assert.deepEqual(wrongOf(results), []);
        const [sends, reports, optOuts] = results.operations;
        assert.ok((sends?.refused ?? 0) > 0);
        assert.ok((reports?.operations ?? 0) > 0 && (optOuts?.operations ?? 0) > 0);
        assert.equal((await count()) - before, (sends?.operations ?? 0) - (sends?.refused ?? 0));
        const misfit = schemaCheck(new URL('./mapped-load.schema.json', import.meta.url));
        assert.equal(misfit(JSON.parse(JSON.stringify(results))), undefined);
        for (const text of [mappedLoadText(results), mappedLoadMarkdown(results)]) {
          assert.match(text, new RegExp(`checked\\s+by\\s+${design ?? 'blocked_contacts'}`));
        }
        await runStep(adopted.database, adopted.mapping, '05');
      } finally {
        await client.end();
        await adopted.database.drop();
      }
    });
  });
}

describe('a load in tables where something is wrong', () => {
  for (const [what, sql, checks] of [
    [
      'the check lets blocked numbers pass',
      `create or replace function opt_out.refuse_blocked_contact() returns trigger
       language plpgsql as 'begin return new; end'`,
      ['messages that passed after their number was known to be blocked'],
    ],
    [
      'opt-outs are not recorded',
      'alter table app.receipts disable trigger receipts_record_opt_out_insert',
      // whether one was sent to afterwards is chance: on a busy machine all may have been sent before
      [
        'opt-outs that were reported and are not recorded',
        'numbers that must be blocked and are not',
      ],
    ],
    [
      'a message goes to another number than was said',
      `create function app.other() returns trigger language plpgsql as
         'begin update app.messages set msisdn = 12025559999 where id = new.id; return null; end';
       create trigger other after insert on app.messages for each row execute function app.other()`,
      [
        'messages that were accepted and are not there as they were sent',
        'opt-outs that were reported and are not recorded',
      ],
    ],
    [
      'a message is stored twice',
      `create function app.twice() returns trigger language plpgsql as
         'begin insert into app.messages (account_id, msisdn) values (new.account_id, 12025559998); return null; end';
       create trigger twice after insert on app.messages for each row
         when (new.msisdn <> 12025559998) execute function app.twice()`,
      ['rows more than before are the accepted messages, where nobody else sent'],
    ],
    [
      'free numbers are refused',
      `create or replace function opt_out.refuse_blocked_contact() returns trigger
       language plpgsql as 'begin perform opt_out.refuse_message(new.msisdn::text); return new; end'`,
      ['numbers that were refused and are not blocked'],
    ],
  ] as const) {
    it(`says that ${what}`, async () => {
      const adopted = await adoptExample('text-codes');
      const client = await adopted.database.connect();
      try {
        await client.query(sql);
        const wrong = wrongOf(await loaded(adopted));
        for (const check of checks) assert.ok(wrong.includes(check), `${check}: ${wrong}`);
        if (checks.length === 1) assert.deepEqual(wrong, checks);
      } finally {
        await client.end();
        await adopted.database.drop();
      }
    });
  }
});

it('a load ends in one line where the tables do not take an operation', async () => {
  const adopted = await adoptExample('text-codes');
  const client = await adopted.database.connect();
  try {
    await client.query('alter table app.receipts add constraint told check (id < 1010)');
    await assert.rejects(
      loaded(adopted),
      (error) =>
        error instanceof UserError &&
        /^the load has ended, because an operation failed: .* "told"; \d+ accepted messages stay$/.test(
          error.message,
        ),
    );
  } finally {
    await client.end();
    await adopted.database.drop();
  }
});

describe('load --mapping', () => {
  it('wants to be told that rows may stay, and tells what became of them', async () => {
    const adopted = await adoptExample('webhook');
    const client = await adopted.database.connect();
    try {
      const file = join(out, 'webhook.json');
      writeFileSync(file, JSON.stringify(adopted.mapping));
      const load = (...args: readonly string[]) =>
        runCommandFile('bench/commands/load.ts', ['--mapping', file, '--out', out, ...args], {
          env: { DATABASE_URL: adopted.database.url },
        });
      const count = async () => (await client.query('select from "Message"')).rowCount;
      const before = await count();
      for (const [args, says] of [
        [
          [],
          /^error: a load commits messages in public\."Message" and leaves them there, .*--allow-nonempty\n$/,
        ],
        [
          ['--allow-nonempty', '--design', 'statement_trigger'],
          /^error: unknown option '--design'/,
        ],
        [['--allow-nonempty', '--rate', '0'], /^error: .*--rate/],
      ] as const) {
        const { exitCode, stderr } = await load(...args);
        assert.equal(exitCode, 2);
        assert.match(stderr, says);
      }
      assert.equal(await count(), before);
      const run = ['--rate', '100', '--duration', '1', '--clients', '2', '--run', 'told'];
      const { exitCode, stdout, stderr } = await load('--allow-nonempty', ...run);
      assert.equal(exitCode, 0, stderr);
      assert.match(
        stdout,
        /✓ messages that were accepted and are not there as they were sent: 0\s+of/,
      );
      assert.match(readFileSync(join(out, 'told', 'summary.md'), 'utf8'), /- ✅ numbers that/);
      await client.query(
        'alter table hooks.status_callbacks disable trigger status_callbacks_record_opt_out_insert',
      );
      const wrong = await load('--allow-nonempty', ...run.slice(0, -1), 'wrong');
      assert.equal(wrong.exitCode, 1);
      assert.match(wrong.stderr, /opt-outs that were reported and are not recorded: [1-9]/);
    } finally {
      await client.end();
      await adopted.database.drop();
    }
  });
});
