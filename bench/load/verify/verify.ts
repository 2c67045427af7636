import type pg from 'pg';
import type { RowVerification, Verification } from '../results/results.ts';
import type { RunRecord } from './run-record.ts';
import { verifyOptOuts } from './verify-opt-outs.ts';
import { verifyRows } from './verify-rows.ts';

/** Compares the database with the answers that the generator got, in constant memory. */
export async function verifyRun(client: pg.Client, run: RunRecord): Promise<Verification> {
  const messages = await verifyRows(client, run, 'messages');
  const reports = await verifyRows(client, run, 'reports');
  const optOuts = await verifyOptOuts(client, run);
  const wrongAnswers = run.workers.reduce((sum, { result }) => sum + result.wrongAnswers, 0);
  const wrongExamples = run.workers.flatMap(({ result }) => result.wrongExamples).slice(0, 5);
  const differences = [
    ...rowDifferences('messages', messages),
    ...rowDifferences('reports', reports),
    ...optOuts.differences,
    ...wrongExamples.map(({ what, phone, messageId }) => `${phone} ${what} (message ${messageId})`),
  ];
  const ok = differences.length === 0 && wrongAnswers === 0;
  return { ok, messages, reports, optOuts, wrongAnswers, wrongExamples, differences };
}

function rowDifferences(noun: string, found: RowVerification): string[] {
  const lines: string[] = [];
  const { missing, unexpected, examples } = found;
  if (missing > 0) {
    const some = examples.slice(0, 3).join(', ');
    lines.push(`acknowledged ${noun} that are not there: ${missing} (${some})`);
  }
  if (unexpected > 0)
    lines.push(`${noun} that were refused or failed and are there: ${unexpected}`);
  return lines;
}
