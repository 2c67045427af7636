import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { FinishedPart } from '../parts/run-parts.ts';
import { placeWords } from '../report/environment-facts.ts';
import { counted, formatNs } from '../report/format.ts';
import { markdownTable } from '../report/text-table.ts';
import { readResults } from '../results/read-results.ts';
import type { Results } from '../results/results.ts';
import { fewestForInterval } from '../stats/median.ts';
import { type Beside, goalsOf, readBeside } from './goals.ts';
import { goalsTable } from './goals-table.ts';
import { type Repeats, readRepeats } from './repeats.ts';
import { repeatsSummary } from './repeats-table.ts';

/** The README of a finished reference: what each part was and how long it took, and the goals. */
export function overviewMarkdown(
  folder: string,
  parts: readonly FinishedPart[],
  repeats: readonly Repeats[] = readRepeats(folder, parts),
): string {
  const results = readResults(folder);
  const charts = existsSync(join(folder, 'charts')) ? readdirSync(join(folder, 'charts')) : [];
  const beside = readBeside(folder, parts);
  const goals = goalsOf(results, beside);
  return `# The reference

Made by \`npm run reference\` (this page, too); ${placeWords(results.environment)}. \`index.html\` is the whole report, [summary.md](summary.md) its answers, [results.json](results.json) all that was measured.

## Goals

${goalsTable(goals)}
A goal whose figure has a 95 % interval, or of fewer than ${fewestForInterval} pairs their range, is reached with all of it within the goal, missed with all of it beyond, and open otherwise. A single figure is compared as it is. A line without a mark is a figure that has no goal.

## Charts

${charts
  .filter((name) => name.endsWith('.svg'))
  .map((name) => `![${name.replace('.svg', '').replaceAll('-', ' ')}](charts/${name})\n`)
  .join('\n')}
${agreementText(repeats)}## Parts

${markdownTable(
  [
    { heading: 'part' },
    { heading: 'what' },
    { heading: 'time', align: 'right' },
    { heading: 'commit' },
    { heading: 'command' },
  ],
  [
    ...parts.map(({ name, title, seconds, commit, command }) => [
      linked(folder, name),
      title,
      formatNs(seconds * 1e9),
      commit.slice(0, 7),
      `\`${command}\``,
    ]),
    ...totalTimes(results, parts).map(([what, time]) => [what, '', time, '', '']),
  ],
)}${commitsText(parts)}${otherMachineText(results, beside)}${interruptedText(results)}`;
}

/** What was measured more than once, and whether it came out the same. */
function agreementText(repeats: readonly Repeats[]): string {
  return repeats.length === 0
    ? ''
    : `## Do runs agree?

The check's ratio of each design, by each run. Runs disagree where no one value lies within all their 95 % intervals, each widened by what the method found where 1 is true. Of some 180 pairs of runs one disagrees by chance. [Every figure](repeats.md).

${repeatsSummary(repeats)}
`;
}

/** What the parts took, and, where they were made one after the other, the time from the first start to the last end. */
export function totalTimes(
  { resumedAt, startedAt }: Results,
  parts: readonly FinishedPart[],
): readonly (readonly [what: string, time: string])[] {
  const total = parts.reduce((sum, { seconds }) => sum + seconds, 0);
  // of an interrupted bench, parts.json has the start of the last piece alone
  const starts = [startedAt, ...parts.map((part) => part.startedAt)].map(Date.parse);
  const ends = parts.map((part) => Date.parse(part.startedAt) + part.seconds * 1e3);
  const wallMs = Math.max(...ends) - Math.min(...starts);
  return [
    [resumedAt === undefined ? 'all' : 'all (last piece of each part)', formatNs(total * 1e9)],
    // parts of several commits have days between them
    ...(commitsOf(parts).size > 1
      ? []
      : [['from the first start to the last end', formatNs(wallMs * 1e6)] as const]),
  ];
}

const commitsOf = (parts: readonly FinishedPart[]): ReadonlySet<string> =>
  new Set(parts.map(({ commit }) => commit));

/** Said where not all parts are of one commit. */
function commitsText(parts: readonly FinishedPart[]): string {
  const commits = commitsOf(parts);
  return commits.size < 2
    ? ''
    : `
The parts are of ${commits.size} commits: what one of them measured may have changed before the next.
`;
}

/** Said where the rollout did not run where the bench did. */
function otherMachineText({ environment }: Results, { rollout }: Beside): string {
  const cpuModel = rollout?.environment.machine.cpuModel;
  return cpuModel === undefined || cpuModel === environment.machine.cpuModel
    ? ''
    : `
The rollout ran on another machine than the bench: ${cpuModel}.
`;
}

/** Said where the bench did not run in one piece: parts.json has the time of its last piece alone. */
function interruptedText({ resumedAt, startedAt, finishedAt }: Results): string {
  if (resumedAt === undefined) return '';
  const seconds = (Date.parse(finishedAt) - Date.parse(startedAt)) / 1_000;
  return `
The bench was interrupted ${counted(resumedAt.length, 'time')} and went on: its time above is that of the last piece. From its beginning to its end it was ${formatNs(seconds * 1e9)}.
`;
}

/** The part's name, with its page or else what it printed. */
function linked(folder: string, name: string): string {
  const made = [`${name}/index.html`, `${name}.html`, `output/${name}.txt`].find((path) =>
    existsSync(join(folder, path)),
  );
  return made === undefined ? name : `[${name}](${made})`;
}
