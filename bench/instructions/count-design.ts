import { once } from 'node:events';
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { refusal } from '../../db/contract.ts';
import type { Design } from '../../db/designs.ts';
import { itemAt } from '../../db/item-at.ts';
import type { ScratchClusters } from '../../db/server/scratch-clusters.ts';
import type { CountedScenarioResult, ExecutionCost } from '../results/results.ts';
import type { ClusterCopy } from './cluster-copy.ts';
import type { CountedArm, CountedScenario } from './counted-scenarios.ts';
import { type Counter, plainEnvironment } from './counter.ts';
import {
  between,
  CountFailure,
  costOfOne,
  figuresOfSession,
  requireRefusals,
  type Total,
} from './counter-output.ts';
import { countingScript, type Script } from './script.ts';

/** What a count is made with. */
export interface CountingPlace {
  readonly clusters: ScratchClusters;
  readonly counter: Counter;
  /** One for the session with the check on, one for that with the check off: they run side by side. */
  readonly copies: { readonly on: ClusterCopy; readonly off: ClusterCopy };
}

/**
 * Counts the executions of every scenario under a design, which stands ready in the stopped cluster
 * `built`.
 *
 * @throws CountFailure where a count could not be taken
 */
export async function countDesign(
  place: CountingPlace,
  built: string,
  design: Design,
  scenarios: readonly CountedScenario[],
): Promise<readonly CountedScenarioResult[]> {
  const costs = await Promise.all(
    (['on', 'off'] as const).map(async (check) => {
      const script = countingScript(design, scenarios, check);
      const totals = await countParts(place, place.copies[check], built, script);
      return script.counted.map(({ scenario, arm, fewer, more }) => {
        const executions = scenario.more - scenario.fewer;
        const cost = costOfOne(itemAt(totals, fewer), itemAt(totals, more), executions);
        return { scenario, arm, cost };
      });
    }),
  );
  const costOf = (wanted: CountedScenario, wantedArm: CountedArm): ExecutionCost | undefined =>
    costs.flat().find(({ scenario, arm }) => scenario === wanted && arm === wantedArm)?.cost;
  return scenarios.map((scenario) => {
    const treatment = costOf(scenario, 'treatment');
    if (treatment === undefined) throw new Error(`${scenario.name} was not counted`);
    const { name, title, rowsPerStatement, control } = scenario;
    const without = costOf(scenario, 'control');
    return {
      ...{ name, title, rowsPerStatement, control, treatment },
      ...(without === undefined ? {} : { without }),
    };
  });
}

/** What each part of a script did. Each process begins from the same bytes. */
async function countParts(
  place: CountingPlace,
  copy: ClusterCopy,
  built: string,
  { parts, refused }: Script,
): Promise<readonly Total[]> {
  const { counter } = place;
  if (counter.tells === 'every part') {
    await copy.restore(built);
    const dumpFile = join(dirname(copy.data), 'callgrind.out');
    rmSync(dumpFile, { force: true });
    const printed = await runSession(place, copy.data, counter.args(dumpFile), parts);
    requireRefusals(printed.stderr, refusal.message, refused);
    return totalsOf(parts, counter.read(readFileSync(dumpFile, 'utf8')), printed.stdout);
  }
  const sums: number[] = [];
  let stdout = '';
  for (const [index] of parts.entries()) {
    await copy.restore(built);
    const printed = await runSession(place, copy.data, counter.args, parts.slice(0, index + 1));
    sums.push(counter.read(printed.stderr));
    stdout = printed.stdout;
    if (index === parts.length - 1) requireRefusals(printed.stderr, refusal.message, refused);
  }
  return totalsOf(parts, between(sums), stdout);
}

function totalsOf(
  parts: readonly string[],
  instructions: readonly number[],
  stdout: string,
): readonly Total[] {
  const figures = figuresOfSession(stdout);
  const walBytes = between(figures.map((one) => one.walBytes));
  const pages = between(figures.map((one) => one.pages));
  if (instructions.length !== parts.length || figures.length !== parts.length) {
    throw new CountFailure(
      `of ${parts.length} parts ${instructions.length} were counted, and ${figures.length} told their figures`,
    );
  }
  return instructions.map((sum, index) => ({
    instructions: sum,
    walBytes: itemAt(walBytes, index),
    pages: itemAt(pages, index),
  }));
}

interface Printed {
  readonly stdout: string;
  readonly stderr: string;
}

/** One single-user server that reads some parts and ends. It goes on after an error. */
async function runSession(
  { clusters, counter }: CountingPlace,
  data: string,
  args: readonly string[],
  parts: readonly string[],
): Promise<Printed> {
  const file = join(dirname(data), 'script.sql');
  writeFileSync(file, parts.join(''));
  const input = openSync(file, 'r');
  const child = clusters.spawn(
    counter.program,
    [...args, clusters.binaries.postgres, '--single', '-j', '-D', data, 'postgres'],
    { stdio: [input, 'pipe', 'pipe'], env: plainEnvironment },
  );
  closeSync(input);
  const printed = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]?.setEncoding('utf8').on('data', (text: string) => {
      printed[stream] += text;
    });
  }
  const [exitCode, signal] = await once(child, 'close');
  if (exitCode === 0) return printed;
  const last = printed.stderr.trim().split('\n').at(-1);
  throw new CountFailure(`${counter.program} ended with ${exitCode ?? signal}: ${last}`);
}
