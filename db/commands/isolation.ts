import { appendFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Option } from 'commander';
import type pg from 'pg';
import { newCommand, onInterrupt, runCommand } from '../cli/command.ts';
import { CheckFailure } from '../cli/errors.ts';
import { seedMeaning, wholeNumber } from '../cli/flags.ts';
import { requireWritableFile, shownPath, writeTextFile } from '../cli/output-path.ts';
import { connect } from '../connection/connect.ts';
import { type IsolationLevel, isolationLevels } from '../contract.ts';
import {
  applyDesign,
  type Design,
  designOf,
  designsNamed,
  listDesigns,
  whyNotHere,
} from '../designs.ts';
import { ednOf } from '../isolation/edn.ts';
import {
  type IsolationResult,
  type OnJudged,
  runPermutations,
  runRandomHistories,
} from '../isolation/run-histories.ts';
import { openServer } from '../lab.ts';
import { createDatabaseOnNodes } from '../testing/citus-database.ts';
import { createTemplate, type TestDatabase } from '../testing/test-database.ts';
import { citus, type Topology, topologyOf } from '../topologies/topology.ts';

/** Kept to show that the checkers can fail. */
const racyDesigns = new URL('../isolation/fixtures/', import.meta.url);

await runCommand(async () => {
  const flags = newCommand('prove')
    .description(
      'Run every permutation of two and three sessions, and random histories, against designs; two checkers judge them',
    )
    .option(
      '--histories <n>',
      'random histories a design that both checkers judge; what only the first can judge is run beside them',
      wholeNumber(0),
      1000,
    )
    .option(
      '--permutations <n>',
      'permutations a case and level, drawn by the seed, at most (default: all)',
      wholeNumber(0),
    )
    .option('--designs <names|all>', 'designs, with commas (default: "all")', designsNamed)
    .addOption(
      new Option(
        '--level <level>',
        'isolation level of all transactions (default: all, mixed)',
      ).choices(isolationLevels),
    )
    .option(
      '--racy',
      'instead of designs: a trigger that inserts and then counts, which both checkers must reject',
    )
    .option(
      '--export <file>',
      'write what the second checker judged as EDN, for Elle (list-append)',
    )
    .option('--seed <n>', seedMeaning, wholeNumber(0), 1)
    .parse()
    .opts<{
      histories: number;
      permutations?: number;
      designs?: readonly Design[];
      level?: IsolationLevel;
      export?: string;
      racy?: true;
      seed: number;
    }>();
  const exported = flags.export === undefined ? undefined : exportTo(resolve(flags.export));
  const common = {
    ...(flags.level === undefined ? {} : { levels: [flags.level] }),
    ...(exported === undefined ? {} : { onJudged: exported.add }),
  };
  const server = await openServer();
  let failures = 0;
  try {
    const designs =
      flags.racy === true ? listDesigns(racyDesigns) : (flags.designs ?? listDesigns());
    for (const named of designs) {
      const missing = await lookAt(server.url, (client) => whyNotHere(client, named));
      if (missing !== undefined) {
        process.stdout.write(`${named.name}: left out: ${missing}\n`);
        continue;
      }
      const { database, places, topology } = await scratchDatabase(server.url);
      const forget = onInterrupt(() => database.drop());
      try {
        const client = await database.connect();
        try {
          await applyDesign(database.url, client, named);
        } finally {
          await client.end();
        }
        const design = designOf(topology, named);
        const { permutations: perCase, histories, seed } = flags;
        if (perCase !== 0) {
          const result = await runPermutations(database.url, design, {
            ...common,
            places,
            ...(perCase === undefined ? {} : { drawn: { perCase, seed } }),
            onProgress: progress(design, 'permutations'),
          });
          failures += print(design, 'permutations', result);
        }
        if (histories > 0) {
          const onProgress = progress(design, 'random histories');
          const result = await runRandomHistories(database.url, design, {
            ...common,
            places,
            histories,
            judgedByBoth: true,
            seed,
            onProgress,
          });
          failures += print(design, `random histories (seed ${seed})`, result);
        }
      } finally {
        forget();
        await database.drop();
      }
    }
  } finally {
    await server.close();
  }
  if (exported !== undefined) {
    process.stdout.write(`${exported.histories()} histories in ${shownPath(exported.file)}\n`);
  }
  if (failures > 0) throw new CheckFailure(`${failures} histories went wrong`);
});

/** A database for one design, and where its sessions are: on a cluster at every node in turn. */
async function scratchDatabase(server: string): Promise<{
  readonly database: TestDatabase;
  readonly places: readonly string[];
  readonly topology: Topology;
}> {
  const topology = await lookAt(server, topologyOf);
  if (topology !== citus) {
    const database = await createTemplate(server);
    return { database, places: [database.url], topology };
  }
  const database = await createDatabaseOnNodes(server);
  return { database, places: [database.url, ...database.workers], topology };
}

async function lookAt<T>(url: string, look: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await connect(url);
  try {
    return await look(client);
  } finally {
    await client.end();
  }
}

/** Writes histories into one file as they come, each whole, so that what a killed run leaves can be read. */
function exportTo(file: string): { file: string; add: OnJudged; histories: () => number } {
  requireWritableFile(file);
  let histories = 0;
  let lines = 0;
  return {
    file,
    add(transactions) {
      const text = ednOf(transactions, histories, lines);
      if (histories++ === 0) writeTextFile(file, '');
      lines += text.length;
      appendFileSync(file, text.map((line) => `${line}\n`).join(''));
    },
    histories: () => histories,
  };
}

function print(
  design: Design,
  what: string,
  { histories, counts, failures, second }: IsolationResult,
): number {
  process.stdout.write(
    `${design.name}: ${histories} ${what}: ${failures.length === 0 ? 'all as they should be' : `${failures.length} wrong`}; ` +
      `${counts.statements} statements, ${counts.waits} waits, ${counts.refusals} refusals, ` +
      `retried ${counts.serializationFailures} serialization failures and ${counts.deadlocks} deadlocks\n`,
  );
  const { judged, optedIn, differences, allowed } = second;
  const seen = [...allowed].sort().map(([name, times]) => `${name} in ${times}`);
  process.stdout.write(
    judged === 0
      ? '  second checker: none judged: the design keeps no order of opt-outs\n'
      : `  second checker: ${judged} judged, ${differences} of them otherwise than by the first; ` +
          `${optedIn} in which all numbers are opted in again left to the first; ` +
          `allowed at their levels: ${seen.join(', ') || 'no anomaly'}\n`,
  );
  for (const failure of failures) process.stdout.write(`\n${failure}\n\n`);
  return failures.length;
}

function progress(design: Design, what: string): (histories: number) => void {
  return (histories) => {
    if (histories % 500 === 0) process.stderr.write(`${design.name}: ${histories} ${what}\n`);
  };
}
