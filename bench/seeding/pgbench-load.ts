import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { onInterrupt } from '../../db/cli/command.ts';
import { closing } from '../../db/closing.ts';
import { withDatabase } from '../../db/connect.ts';
import type { Lab } from '../../db/lab.ts';

/**
 * What PostgreSQL's own C client loads by text COPY (pgbench -i, rows of 97 bytes), in rows per
 * second; undefined where there is no pgbench. It works in a database of its own, gone afterwards.
 */
export async function measurePgbench(lab: Lab, rows: number): Promise<number | undefined> {
  const scale = Math.max(1, Math.round(rows / 100_000));
  const database = 'optout_lab_pgbench';
  return closing(async (defer) => {
    const client = await lab.connect();
    defer(() => client.end());
    const drop = async (): Promise<void> => {
      await client.query(`drop database if exists ${database} with (force)`);
    };
    defer(drop);
    defer(onInterrupt(drop));
    await drop();
    await client.query(`create database ${database}`);
    const url = withDatabase(lab.url, database);
    const output = await run('pgbench', ['-i', '-I', 'dtg', '-q', '-s', String(scale), url]);
    const seconds = /client-side generate ([\d.]+) s/.exec(output ?? '')?.[1];
    return seconds === undefined ? undefined : (scale * 100_000) / Number(seconds);
  });
}

async function run(command: string, args: readonly string[]): Promise<string | undefined> {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  try {
    const [code] = await once(child, 'close');
    return code === 0 ? output : undefined;
  } catch {
    return undefined; // not installed
  }
}
