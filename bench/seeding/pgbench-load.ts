import { onInterrupt } from '../../db/cli/command.ts';
import { closing } from '../../db/connection/closing.ts';
import { withDatabase } from '../../db/connection/connect.ts';
import type { Lab } from '../../db/lab.ts';
import { pgbenchVersion, runPgbench } from '../../db/pgbench-process.ts';

/**
 * What PostgreSQL's own C client loads by text COPY (pgbench -i, rows of 97 bytes), in rows per
 * second; undefined where there is no pgbench. It works in a database of its own, gone afterwards.
 */
export async function measurePgbench(lab: Lab, rows: number): Promise<number | undefined> {
  if (pgbenchVersion() === undefined) return undefined;
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
    const args = ['-i', '-I', 'dtg', '-q', '-s', String(scale)];
    const { stderr } = await runPgbench(url, args, { applicationName: 'optout-lab pgbench' });
    const seconds = /client-side generate ([\d.]+) s/.exec(stderr)?.[1];
    if (seconds === undefined)
      throw new Error(`pgbench -i did not say how long it took: ${stderr}`);
    return (scale * 100_000) / Number(seconds);
  });
}
