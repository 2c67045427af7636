import type pg from 'pg';
import { messageOf } from '../../db/cli/errors.ts';
import { loadAutoExplain } from '../../db/connection/auto-explain.ts';
import type { ExplainedStatement } from './plan-summary.ts';

/** A statement that ran inside a trigger function, with the plan that it really had. */
export interface NestedExplain {
  readonly query: string;
  readonly plan: ExplainedStatement;
}

/** Collects the plans that auto_explain sends to the client. */
export interface NestedCollector {
  /** Why there will be none, where auto_explain could not be loaded. */
  readonly missing: string | undefined;
  start(): void;
  /** What came since `start`, innermost first. */
  stop(): readonly NestedExplain[];
}

const reasonNotLoaded = new WeakMap<pg.Client, string>();

const settings = [
  'log_nested_statements = on',
  'log_level = notice',
  'log_format = json',
  'log_analyze = on',
  'log_timing = off',
  'log_buffers = on',
  'log_verbose = on',
  'log_min_duration = -1',
];

/** Loads auto_explain, silent at first. Where the role may not, there are no nested plans. */
export async function enableAutoExplain(client: pg.Client): Promise<void> {
  try {
    await loadAutoExplain(client, [...settings, 'log_min_duration = 0']);
  } catch (error) {
    reasonNotLoaded.set(client, `no nested plans: ${messageOf(error)}`);
  }
}

/** Starts to listen to a session on which `enableAutoExplain` was called. */
export function nestedExplains(client: pg.Client): NestedCollector {
  let collected: NestedExplain[] = [];
  const listen = (notice: { readonly message?: string | undefined }): void => {
    if (notice.message === undefined) return;
    const explained = parseNotice(notice.message);
    if (explained !== undefined) collected.push(explained);
  };
  return {
    missing: reasonNotLoaded.get(client),
    start() {
      collected = [];
      client.on('notice', listen);
    },
    stop() {
      client.off('notice', listen);
      const result = collected;
      collected = [];
      return result;
    },
  };
}

/** `duration: 0.012 ms  plan:` and a JSON object, which has no time of its own; undefined for any other notice, and for the outermost statements. */
export function parseNotice(message: string): NestedExplain | undefined {
  const start = message.indexOf('{');
  const duration = /^duration: ([\d.]+) ms/.exec(message)?.[1];
  if (duration === undefined || start < 0) return undefined;
  const explained = JSON.parse(message.slice(start)) as ExplainedStatement;
  const query = explained['Query Text'];
  if (query === undefined) throw new Error('auto_explain left the statement out of its plan');
  if (/^\s*explain\b/i.test(query)) return undefined;
  return { query, plan: { ...explained, 'Execution Time': Number(duration) } };
}
