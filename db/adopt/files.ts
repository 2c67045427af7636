import type { Mapping } from './mapping.ts';
import { render, template } from './render.ts';
import { catalogValues, valuesOf } from './values.ts';

/** A file that `adopt` writes. */
export interface AdoptionFile {
  readonly name: string;
  readonly text: string;
}

const steps = [
  ...['01_prepare', '02_install', '03_backfill', '04_switch_on'],
  ...['05_verify', '06_roll_back'],
];

/** The file that puts the check of the mapping's design in place, of none or of another design's. */
export const switchFileName = '04_switch_on.sql';

/** The numbered files of plain SQL by which the schema is made over the tables of a mapping. */
export function adoptionFiles(mapping: Mapping): readonly AdoptionFile[] {
  const values = valuesOf(mapping);
  return steps.map((name) => ({
    name: `${name}.sql`,
    text: `${render(template(name), values)}\n`,
  }));
}

/** The query that tells what a mapping meets in a database: rows of `line` (text) and `stops` (boolean). */
export function obstaclesQuery(mapping: Mapping): string {
  return render(template('obstacles'), catalogValues(mapping));
}
