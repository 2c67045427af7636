import {
  define,
  exactly,
  list,
  number,
  type Of,
  object,
  oneOf,
  optional,
  text,
  yesOrNo,
} from '../../../db/format/schema.ts';
import type { Results, ScenarioResult } from '../../results/results.ts';
import { answersOf } from '../answers.ts';
import { addedOf, countedOf } from '../instruction-tables.ts';
import { differenceOf, isPaired, ratioOf, whyNoFigure } from '../questions.ts';
import { failedChecks } from '../sections/correct.ts';

/** Counted up when a reader of an earlier version would misread a later file. */
const version = 1;

const rangeSchema = define(
  'Range',
  object({ value: number(), low: number(), high: number() }, 'A figure and its 95 % interval.'),
);

const answerSchema = define(
  'Answer',
  object(
    {
      id: text(),
      question: text(),
      mark: oneOf(
        ['good', 'bad', 'open', 'plain'],
        'Yes, no, not resolved, or an answer to a question that has neither.',
      ),
      answer: text(),
    },
    'One of the questions of the report.',
  ),
);

const figureSchema = define(
  'Figure',
  object(
    {
      scenario: text(),
      title: text(),
      durable: yesOrNo(),
      rowsPerStatement: number(),
      clients: number(),
      ratio: optional(rangeSchema),
      addedNsPerRow: optional(rangeSchema),
      baselineNs: optional(number('Median of the control arm, for one statement.')),
      whyNot: optional(text('Why there is no ratio.')),
    },
    'What the check of a design costs in one scenario.',
  ),
);

const countSchema = define(
  'Count',
  object(
    { scenario: text(), instructions: number(), pages: number(), walBytes: number() },
    'What the check adds to one execution.',
  ),
);

const designSchema = define(
  'Design',
  object({
    name: text(),
    status: text(),
    reason: optional(text()),
    behavioursFailed: list(text(), 'Those that the design does not declare.'),
    figures: list(figureSchema),
    counts: list(countSchema),
  }),
);

export const runJsonSchema = define(
  'RunSummary',
  object(
    {
      format: exactly('opt-out-check-lab run'),
      version: exactly(version),
      run: text(),
      startedAt: text('ISO 8601, UTC.'),
      command: text(),
      server: text(),
      messages: number(),
      blockedContacts: number(),
      answers: list(answerSchema),
      designs: list(designSchema),
      warnings: list(text()),
    },
    'What bench and report print with --json: the answers and figures of a run. All that was measured is in its results.json.',
  ),
);
export type RunJson = Of<typeof runJsonSchema>;

/** A run for another program: its answers and its figures, without what they were made from. */
export function runJson(results: Results): RunJson {
  const counted = countedOf(results);
  return {
    format: 'opt-out-check-lab run',
    version,
    run: results.runId,
    startedAt: results.startedAt,
    command: results.commandLine,
    server: results.environment.server.version,
    messages: results.dataSet.messages,
    blockedContacts: results.dataSet.blockedContacts,
    answers: answersOf(results).map(({ id, question, mark, answer }) => ({
      id,
      question,
      mark,
      answer,
    })),
    designs: results.designs.map((design) => ({
      name: design.name,
      status: design.status,
      ...(design.reason === undefined ? {} : { reason: design.reason }),
      behavioursFailed: failedChecks(design).map(({ name }) => name),
      figures: design.scenarios.map(figure),
      counts: (counted?.designs.find(({ name }) => name === design.name)?.scenarios ?? []).flatMap(
        (scenario) => {
          const [instructions, pages, walBytes] = [
            addedOf(scenario),
            addedOf(scenario, 'pages'),
            addedOf(scenario, 'walBytes'),
          ];
          return instructions === undefined || pages === undefined || walBytes === undefined
            ? []
            : [{ scenario: scenario.name, instructions, pages, walBytes }];
        },
      ),
    })),
    warnings: results.warnings,
  };
}

function figure(scenario: ScenarioResult): RunJson['designs'][number]['figures'][number] {
  const { name, title, durable, rowsPerStatement, clients } = scenario;
  const shape = { scenario: name, title, durable, rowsPerStatement, clients };
  if (!isPaired(scenario)) return { ...shape, whyNot: whyNoFigure(scenario) };
  return {
    ...shape,
    ratio: ratioOf(scenario.paired),
    addedNsPerRow: differenceOf(scenario.paired),
    baselineNs: scenario.paired.baselineNs,
  };
}
