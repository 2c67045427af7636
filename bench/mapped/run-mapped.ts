import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';
import { namesOf, type Words, wordsOf } from '../../db/adopt/words.ts';
import { onInterrupt } from '../../db/cli/command.ts';
import { commandLine } from '../../db/cli/command-line.ts';
import { UserError } from '../../db/cli/errors.ts';
import { closing } from '../../db/connection/closing.ts';
import { onlyRow } from '../../db/connection/only-row.ts';
import { defaultDesignName, designNamed } from '../../db/designs.ts';
import type { Lab } from '../../db/lab.ts';
import { readSql } from '../../db/sql.ts';
import { startEnvironment } from '../environment/environment.ts';
import { measurePairs } from '../paired/measure-pairs.ts';
import type { RelationSize, ScenarioResult } from '../results/results.ts';
import { createRunFolder } from '../results/run-folder.ts';
import { armsOf, makeSwitch, noSwitch } from './arms.ts';
import { mappedFormatVersion } from './format-version.ts';
import type { MappedOptions } from './options.ts';
import { reserveForMapping } from './reservation.ts';
import type { MappedResults } from './results.ts';
import { mappedDraw, readSample } from './sample.ts';
import { mappedScenarios, needSwitch } from './scenarios.ts';
import { type Column, type MappedStatements, statementsOf } from './statements.ts';

const sql = (name: string): string => readSql(new URL(`./sql/${name}.sql`, import.meta.url));

/**
 * Times what the check adds to sends and reports in somebody's tables, in pairs of single statements, each of
 * which is rolled back in the round trip in which it runs. Writes mapped.json into a new folder.
 *
 * @returns the folder, and what was found
 * @throws UserError, before anything is written, where the check is not in place, a column would stay empty,
 *   or there are no messages to draw from
 */
export async function runMapped(
  lab: Lab,
  options: MappedOptions,
  progress: (what: string) => void,
): Promise<{ readonly folder: string; readonly results: MappedResults }> {
  const begun = new Date();
  const runStartedMs = performance.now();
  const { mapping, seed, method } = options;
  const words = wordsOf(mapping);
  const check = `${words.schema}.refuse_blocked_contact()`;
  return closing(async (defer) => {
    const reservation = await reserveForMapping(lab);
    defer((failure) => reservation.close(failure));
    const { admin } = reservation;
    progress(`${words.messages}: looked at`);
    const inPlace = await requireCheck(admin, options, words, check);
    const statements = statementsOf(mapping, await readColumns(admin, words));
    await tryOut(admin, statements);
    const sizes = await readSizes(admin, words);
    const sample = await readSample(admin, mapping, bytesOf(sizes, words), seed);
    if (sample.messages.length === 0) {
      throw new UserError(`${words.messages} has no messages to draw numbers and senders from`);
    }
    const { threshold: blockThreshold } = onlyRow(
      await admin.query<{ threshold: number }>(
        `select ${words.schema}.opt_out_block_threshold() as threshold`,
      ),
    );
    const environment = await startEnvironment(admin, lab, undefined);
    const folder = createRunFolder('mapping', begun, options);
    const remove = (): void => rmSync(folder.path, { recursive: true, force: true });
    defer((failure) => failure !== undefined && remove());
    defer(onInterrupt(async () => remove()));

    const checkSwitch = needSwitch(options.scenarios)
      ? await makeSwitch(reservation, { table: words.messages, check })
      : noSwitch;
    const { timed, notTimed } = mappedScenarios(options.scenarios, {
      statements,
      sample,
      blockThreshold,
      optOutCode: String(mapping.reports.codes[0]),
      rollBack: checkSwitch.rollBack,
    });
    const place = { reservation, design: designNamed(defaultDesignName) };
    const weights = timed.reduce((sum, { weight }) => sum + weight, 0);
    const scenarios: ScenarioResult[] = [];
    for (const scenario of timed) {
      progress(scenario.name);
      scenarios.push(
        await measurePairs({
          bench: {
            reservation,
            major: lab.major,
            seed,
            method,
            blockThreshold,
            blockedShare: method.blockedShare,
            runStartedMs,
            draw: mappedDraw,
          },
          places: { treatment: place, control: place },
          scenario,
          mostSessionsMs: options.mostSessionsMs,
          makeArms: async () => armsOf(scenario.control, checkSwitch),
          secondsAllowed: (method.secondsPerDesign * scenario.weight) / weights,
        }),
      );
    }
    const { tables: _, ...where } = await environment.finish(admin);
    const results: MappedResults = {
      formatVersion: mappedFormatVersion,
      kind: 'mapping',
      startedAt: begun.toISOString(),
      finishedAt: new Date().toISOString(),
      commandLine: commandLine('bench'),
      mapping,
      messages: words.messages,
      reports: words.reports,
      blockThreshold,
      seed,
      sampledMessages: sample.messages.length,
      otherTriggers: inPlace.otherTriggers,
      method,
      environment: { ...where, relations: sizes.map(({ tableBytes: _bytes, ...size }) => size) },
      scenarios,
      notTimed,
    };
    writeFileSync(join(folder.path, 'mapped.json'), `${JSON.stringify(results)}\n`);
    return { folder: folder.path, results };
  });
}

/** What fires where messages are inserted. */
interface InPlace {
  readonly isThere: boolean;
  readonly isOn: boolean;
  readonly replicaTriggers: readonly string[];
  readonly otherTriggers: readonly string[];
}

async function requireCheck(
  admin: pg.Client,
  { mapping }: MappedOptions,
  { messages, reports }: Words,
  check: string,
): Promise<InPlace> {
  for (const table of [messages, reports]) {
    const { there } = onlyRow(
      await admin.query<{ there: boolean }>('select to_regclass($1) is not null as there', [table]),
    );
    if (!there) throw new UserError(`there is no table ${table} in this database`);
  }
  const found = onlyRow(await admin.query<InPlace>(sql('check_in_place'), [messages, check]));
  const trigger = namesOf(mapping).refuseInsert;
  if (!found.isThere) {
    throw new UserError(
      `no trigger of ${messages} calls ${check}: run the files of npm run adopt first, 04_switch_on.sql included`,
    );
  }
  if (!found.isOn) {
    throw new UserError(
      `the check of ${messages} is off, or fires always: alter table ${messages} enable trigger ${trigger}`,
    );
  }
  const [replica] = found.replicaTriggers;
  if (replica !== undefined) {
    throw new UserError(
      `the trigger ${replica} of ${messages} fires in replicas only, and would fire only where the check rests`,
    );
  }
  return found;
}

async function readColumns(
  admin: pg.Client,
  { messages, reports }: Words,
): Promise<Readonly<Record<'messages' | 'reports', readonly Column[]>>> {
  const { rows } = await admin.query<Column & { use: string }>(sql('columns'), [messages, reports]);
  const of = (wanted: string): readonly Column[] => rows.filter(({ use }) => use === wanted);
  return { messages: of('messages'), reports: of('reports') };
}

/** Prepares every statement once: what the server says of one is said before anything is written. */
async function tryOut(admin: pg.Client, statements: MappedStatements): Promise<void> {
  const { insertMessage, insertMessages, insertRefused, report } = statements;
  for (const { name, text } of [insertMessage, insertMessages, insertRefused, report]) {
    await admin.query(`prepare ${name} as ${text}`);
    await admin.query(`deallocate ${name}`);
  }
}

type SizeOfTable = RelationSize & { readonly tableBytes: number };

/** Of the two tables and of what the check keeps. */
async function readSizes(
  admin: pg.Client,
  { schema, messages, reports }: Words,
): Promise<readonly SizeOfTable[]> {
  const names = [messages, reports, `${schema}.opt_outs`, `${schema}.blocked_contacts`];
  const { rows } = await admin.query<SizeOfTable>(sql('sizes'), [[...new Set(names)]]);
  return rows;
}

function bytesOf(
  sizes: readonly SizeOfTable[],
  { messages, reports }: Words,
): { readonly messages: number; readonly reports: number } {
  const of = (table: string): number => sizes.find(({ name }) => name === table)?.tableBytes ?? 0;
  return { messages: of(messages), reports: of(reports) };
}
