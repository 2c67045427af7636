import type pg from 'pg';
import { itemAt } from '../../../db/item-at.ts';
import { readSql } from '../../../db/sql.ts';
import { OutcomePage, outcomes, rowsPerPage } from '../record/outcome-log.ts';
import type { LostRows } from '../results/failover-results.ts';
import type { RunRecord } from '../verify/run-record.ts';
import { runRows } from '../verify/run-rows.ts';
import { readId } from '../workload/ids.ts';

/** The opt-outs and blocks of a server at one moment. */
export interface Derived {
  readonly optOuts: readonly { readonly phone: string; readonly profileId: string }[];
  readonly blocks: readonly string[];
}

/** What a killed primary has and its promoted standby has not. */
export interface Loss {
  /** Of what was acknowledged. */
  readonly lost: LostRows;
  /** Acknowledged or not. */
  readonly unreplicated: { readonly messages: number; readonly reports: number };
  /** Numbers of which the standby had fewer opt-outs, or no block, acknowledged or not. */
  readonly behind: ReadonlySet<string>;
}

const sql = (name: string): string => readSql(new URL(`./sql/${name}.sql`, import.meta.url));
const optOutsSql = sql('opt_outs');
const blocksSql = sql('blocks');
const reportsSql = sql('reports');
const whoseReportsSql = sql('whose_reports');

/** Reads them all: a pair has few. */
export async function readDerived(client: pg.Client): Promise<Derived> {
  const optOuts = await client.query<{ phone: string; profileId: string }>(optOutsSql);
  const blocks = await client.query<{ phone: string }>(blocksSql);
  return { optOuts: optOuts.rows, blocks: blocks.rows.map(({ phone }) => phone) };
}

/**
 * Compares a run's rows on the killed primary with those on the promoted standby, in constant memory: both
 * come in the order of their ids.
 *
 * @param atPromotion what the standby had derived when it was promoted
 */
export async function findLoss(
  killed: pg.Client,
  promoted: pg.Client,
  run: RunRecord,
  atPromotion: Derived,
): Promise<Loss> {
  const messages = await unreplicated(killed, promoted, run, 'messages');
  const reports = await unreplicated(killed, promoted, run, 'reports');
  const lostReports = reports.filter((id) => wasAcknowledged(id, run, 'reports'));
  const told = await killed.query<LostRows['reports'][number]>(reportsSql, [lostReports]);
  const whose = await killed.query<Derived['optOuts'][number]>(whoseReportsSql, [lostReports]);
  const before = await readDerived(killed);
  const now = await readDerived(promoted);
  const key = ({ phone, profileId }: Derived['optOuts'][number]): string => `${phone} ${profileId}`;
  // what followed from a report that nobody was told of is not lost
  const lostOptOuts = new Set(whose.rows.map(key));
  const lostPhones = new Set(whose.rows.map(({ phone }) => phone));
  const kept = new Set([...atPromotion.optOuts, ...now.optOuts].map(key));
  const blockedStill = new Set(atPromotion.blocks);
  const missing = before.optOuts.filter((optOut) => !kept.has(key(optOut)));
  const unblocked = before.blocks.filter((phone) => !blockedStill.has(phone));
  return {
    behind: new Set([...unblocked, ...missing.map(({ phone }) => phone)]),
    unreplicated: { messages: messages.length, reports: reports.length },
    lost: {
      messages: messages.filter((id) => wasAcknowledged(id, run, 'messages')),
      reports: told.rows,
      optOuts: missing.filter((optOut) => lostOptOuts.has(key(optOut))),
      blocks: unblocked.filter((phone) => lostPhones.has(phone)),
    },
  };
}

/** Ids of a run that one server has and the other has not. */
async function unreplicated(
  killed: pg.Client,
  promoted: pg.Client,
  run: RunRecord,
  kind: 'messages' | 'reports',
): Promise<readonly string[]> {
  const missing: string[] = [];
  const there = idsOf(promoted, kind, run);
  let next = await there.next();
  for await (const id of idsOf(killed, kind, run)) {
    while (next.done !== true && next.value < id) next = await there.next();
    if (next.done === true || next.value !== id) missing.push(id);
  }
  return missing;
}

async function* idsOf(
  client: pg.Client,
  kind: 'messages' | 'reports',
  run: RunRecord,
): AsyncGenerator<string, undefined> {
  for await (const rows of runRows(client, kind, run)) for (const { id } of rows) yield id;
  return undefined;
}

/** Whether the generator was told that this row is there. */
function wasAcknowledged(id: string, run: RunRecord, kind: 'messages' | 'reports'): boolean {
  const read = readId(id, run.runTag);
  if (read === undefined) throw new Error(`${id} is no row of the run`);
  const worker = itemAt(run.workers, read.worker);
  const path = kind === 'messages' ? worker.messageOutcomes : worker.reportOutcomes;
  const page = new OutcomePage(path, Math.floor(read.number / rowsPerPage));
  return page.outcomeOf(read.number % rowsPerPage) === outcomes.there;
}
