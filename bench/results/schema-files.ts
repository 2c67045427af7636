import { mappingSchema } from '../../db/adopt/mapping.ts';
import { schemaFile } from '../../db/format/schema.ts';
import { exportFormatSchema } from '../../seed/shape/file/export-format.ts';
import { shapeFormatVersion, shapeSchema } from '../../seed/shape/shape.ts';
import { againstFormatVersion } from '../against/format-version.ts';
import { againstResultsSchema } from '../against/results.ts';
import { loadFormatVersion } from '../load/results/format-version.ts';
import { loadResultsSchema } from '../load/results/results.ts';
import { mappedFormatVersion } from '../mapped/format-version.ts';
import { mappedLoadFormatVersion } from '../mapped/load/format-version.ts';
import { mappedLoadResultsSchema } from '../mapped/load/results.ts';
import { mappedResultsSchema } from '../mapped/results.ts';
import { loadJsonSchema } from '../report/programs/load-json.ts';
import { runJsonSchema } from '../report/programs/run-json.ts';
import { rolloutFormatVersion } from '../rollout/format-version.ts';
import { rolloutResultsSchema } from '../rollout/results.ts';
import { speedFormatVersion } from '../seeding/format-version.ts';
import { speedResultsSchema } from '../seeding/results.ts';
import { thresholdFormatVersion } from '../threshold/format-version.ts';
import { thresholdResultsSchema } from '../threshold/results.ts';
import { resultsFormatVersion } from './format-version.ts';
import { resultsSchema } from './results.ts';

const title = (file: string, version: number): string =>
  `${file} of the opt-out check lab, format version ${version}`;

/** The .schema.json files, by their place in the checkout. */
export const schemaFiles: Readonly<Record<string, string>> = {
  'bench/results/results.schema.json': schemaFile(
    title('results.json', resultsFormatVersion),
    resultsSchema,
  ),
  'bench/load/results/load.schema.json': schemaFile(
    title('load.json', loadFormatVersion),
    loadResultsSchema,
  ),
  'bench/against/against.schema.json': schemaFile(
    title('against.json', againstFormatVersion),
    againstResultsSchema,
  ),
  'bench/mapped/mapped.schema.json': schemaFile(
    title('mapped.json', mappedFormatVersion),
    mappedResultsSchema,
  ),
  'bench/mapped/load/mapped-load.schema.json': schemaFile(
    title('mapped-load.json', mappedLoadFormatVersion),
    mappedLoadResultsSchema,
  ),
  'bench/threshold/threshold.schema.json': schemaFile(
    title('threshold.json', thresholdFormatVersion),
    thresholdResultsSchema,
  ),
  'bench/rollout/rollout.schema.json': schemaFile(
    title('rollout.json', rolloutFormatVersion),
    rolloutResultsSchema,
  ),
  'bench/seeding/speed.schema.json': schemaFile(
    title('seed-speed.json and seed-whole.json', speedFormatVersion),
    speedResultsSchema,
  ),
  'bench/report/programs/run.schema.json': schemaFile(
    'What bench and report of the opt-out check lab print with --json',
    runJsonSchema,
  ),
  'bench/report/programs/load.schema.json': schemaFile(
    'What load of the opt-out check lab prints with --json, and report of a load',
    loadJsonSchema,
  ),
  'db/adopt/mapping.schema.json': schemaFile(
    'A mapping of the opt-out check lab: npm run adopt',
    mappingSchema,
  ),
  'seed/shape/file/export-format.schema.json': schemaFile(
    'The columns of an export, for npm run describe of the opt-out check lab',
    exportFormatSchema,
  ),
  'seed/shape/shape.schema.json': schemaFile(title('shape.json', shapeFormatVersion), shapeSchema),
};
