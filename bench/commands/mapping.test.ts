import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { examplePath } from '../../db/adopt/examples.ts';
import { readMapping } from '../../db/adopt/read-mapping.ts';
import { until } from '../../db/testing/embedded-drill.ts';
import {
  type CommandOutcome,
  type RunningCommand,
  runCommandFile,
  startCommandFile,
} from '../../db/testing/run-command-file.ts';
import { readMapped } from '../mapped/read-mapped.ts';
import { mappingApplication } from '../mapped/reservation.ts';
import { type AdoptedDatabase, adoptExample, stateOf } from '../mapped/testing.ts';
import { syntheticResults } from '../report/testing/synthetic-results.ts';

const folder = mkdtempSync(join(tmpdir(), 'optout-lab-mapping-'));
after(() => rmSync(folder, { recursive: true }));

describe('bench --mapping, in a database that the lab did not make', () => {
  let adopted: AdoptedDatabase;
  let client: pg.Client;
  let asItWas: unknown;
  before(async () => {
    adopted = await adoptExample('lab');
    client = await adopted.database.connect();
    await client.query(
      `create schema helper;
       create table helper.stamped (at timestamptz);
       alter database ${adopted.database.name} set search_path = public, helper;
       create function stamp() returns trigger language plpgsql as
         'begin perform from stamped; return new; end';
       create trigger stamp before insert on outbound_messages for each row execute function stamp()`,
    );
    asItWas = await state();
  });
  after(async () => {
    await client.end();
    await adopted.database.drop();
  });

  const state = (): Promise<unknown> => stateOf(client, adopted.mapping);
  const flags = (run: string, ...more: readonly string[]): readonly string[] => [
    ...['--mapping', examplePath('lab'), '--out', folder, '--run', run, ...more],
  ];
  const env = (): Record<string, string> => ({ DATABASE_URL: adopted.database.url });
  const bench = (run: string, ...more: readonly string[]): Promise<CommandOutcome> =>
    runCommandFile('bench/commands/bench.ts', flags(run, ...more), { env: env() });

  /** Runs a bench until rows are inserted with the check off, for as long as it is let. */
  async function timing(run: string): Promise<RunningCommand> {
    const command = startCommandFile(
      'bench/commands/bench.ts',
      flags(run, '--allow-nonempty', '--scenarios', 'insert', '--max-seconds', '600'),
      { env: env() },
    );
    await until('it inserts', async () => {
      assert.equal(command.child.exitCode, null, 'it ended before');
      const { rows } = await client.query(
        `select from pg_stat_activity
         where datname = current_database() and application_name = $1 and query like 'insert into%'`,
        [mappingApplication],
      );
      return rows.length > 0;
    });
    return command;
  }

  /** With which a pair of arms has its figure as soon as there are sessions enough. */
  const soon = ['--allow-nonempty', '--precision', '0.9', '--max-seconds', '120'] as const;

  /** Until the server has noticed that their client is gone. */
  const sessionsGone = (): Promise<void> =>
    until('its sessions are gone', async () => {
      const { rows } = await client.query(
        'select from pg_stat_activity where datname = current_database() and application_name = $1',
        [mappingApplication],
      );
      return rows.length === 0;
    });

  it('is refused in one line without the flag, and nothing is changed', async () => {
    const { exitCode, stderr, stdout } = await bench('without-flag');
    assert.match(stderr, /^error: [^\n]*--allow-nonempty[^\n]*public\.outbound_messages[^\n]*\n$/);
    assert.deepEqual([exitCode, stdout], [2, '']);
    assert.equal(existsSync(join(folder, 'without-flag')), false);
    assert.deepEqual(await state(), asItWas);
  });

  it('says in one line which column would stay empty, and nothing is changed', async () => {
    const mapping = readMapping(examplePath('lab'));
    const { body: _, ...messages } = mapping.messages;
    const file = join(folder, 'no-body.json');
    writeFileSync(file, JSON.stringify({ ...mapping, messages }));
    const { exitCode, stderr } = await bench('no-body', '--allow-nonempty', '--mapping', file);
    assert.match(
      stderr,
      /\nerror: public\.outbound_messages must have a value in body, [^\n]*messages\.others[^\n]*\n$/,
    );
    assert.equal(exitCode, 2);
    assert.deepEqual(await state(), asItWas);
  });

  it('leaves everything as it was after Ctrl-C', async () => {
    const command = await timing('interrupted');
    assert.notDeepEqual(await state(), asItWas, 'nothing was changed that could be put back');
    command.child.kill('SIGINT');
    assert.equal((await command.outcome).exitCode, 130);
    assert.equal(existsSync(join(folder, 'interrupted')), false);
    assert.deepEqual(await state(), asItWas);
  });

  it('leaves every row as it was after a kill, and the next one puts the triggers back', async () => {
    const command = await timing('killed');
    command.child.kill('SIGKILL');
    await command.outcome;
    await sessionsGone();
    const { triggers, catalog, ...rows } = await stateOf(client, adopted.mapping);
    const { triggers: modes, catalog: made, ...asTheyWere } = asItWas as typeof rows;
    assert.deepEqual(rows, asTheyWere);
    assert.notDeepEqual(triggers, modes);
    assert.notDeepEqual(catalog, made);
    const next = await bench('next', ...soon, '--scenarios', 'insert');
    assert.match(next.stderr, /clearing up after a bench that was killed/);
    assert.equal(next.exitCode, 0, next.stderr);
    assert.deepEqual(await state(), asItWas);
  });

  it('ends with 1 where a scenario failed, with the reason, and keeps the rest', async () => {
    await client.query(
      'alter table delivery_reports add constraint full_up check (false) not valid',
    );
    try {
      const { exitCode, stderr } = await bench(
        'failed',
        ...soon,
        ...['--scenarios', 'insert,report-first'],
      );
      assert.equal(exitCode, 1, stderr);
      assert.match(stderr, /\nerror: report-first: [^\n]*full_up[^\n]*\n$/);
      const [insert, report] = readMapped(join(folder, 'failed')).scenarios;
      assert.notEqual(insert?.paired, undefined);
      assert.match(report?.failure ?? '', /full_up/);
    } finally {
      await client.query('alter table delivery_reports drop constraint full_up');
    }
  });

  it('tells of the triggers that are there, and of no password', async () => {
    const kept = readFileSync(join(folder, 'next', 'mapped.json'), 'utf8');
    assert.deepEqual(JSON.parse(kept).otherTriggers, ['stamp']);
    assert.equal(/postgres(ql)?:\/\//.test(kept), false);
    assert.match(
      readFileSync(join(folder, 'next', 'summary.md'), 'utf8'),
      /Your triggers fire in both: stamp\./,
    );
  });

  it('is reported again from what it keeps, and held against its like alone', async () => {
    const run = (command: string, ...args: readonly string[]): Promise<CommandOutcome> =>
      runCommandFile(`bench/commands/${command}.ts`, args, { env: {} });
    const mapped = join(folder, 'next');
    const report = await run('report', mapped);
    assert.match(report.stdout, /adds to public\.outbound_messages/);
    assert.equal(report.exitCode, 0);
    const own = join(folder, 'own');
    mkdirSync(own);
    writeFileSync(join(own, 'results.json'), JSON.stringify(syntheticResults()));
    for (const pair of [[mapped, own] as const, [own, mapped] as const]) {
      const { exitCode, stderr } = await run('compare', ...pair);
      assert.match(stderr, /^error: "[^\n]*next" is of a mapping, [^\n]*other tables[^\n]*\n$/);
      assert.equal(exitCode, 2);
    }
    const { exitCode, stdout } = await run('compare', mapped, mapped);
    assert.match(stdout, /in public\.outbound_messages and public\.delivery_reports/);
    assert.equal(exitCode, 0);
  });
});
