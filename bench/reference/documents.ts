import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CheckFailure } from '../../db/cli/errors.ts';
import { projectDir } from '../../db/cli/project-dir.ts';
import { readText } from '../../db/cli/read-text.ts';
import { readFinished } from '../parts/run-parts.ts';
import { figureImage } from '../report/figure-image.ts';
import { countedOf } from '../report/instruction-tables.ts';
import { addedFigure } from '../report/sections/opening.ts';
import { readResults } from '../results/read-results.ts';
import { readThreshold } from '../threshold/read-threshold.ts';
import { goalsOf, readBeside } from './goals.ts';
import { picturedDesigns, readmeFigures } from './readme-figures.ts';

/** The documents that quote the reference, and README's picture. */
const documents = [
  'README.md',
  'docs/results.md',
  'docs/scale.md',
  'docs/incoming-21610.md',
  'docs/another-threshold.md',
] as const;
const picture = 'reports/reference/five-designs.svg';

const block = /<!-- figures (\S+) -->(?:(?!<!--)[\s\S])*<!-- \/figures -->/g;

/**
 * Every file that quotes the reference, by its place in the checkout, with the figures of the one in a folder.
 *
 * @throws CheckFailure where a document asks for a figure that there is not
 */
export function documentsWith(folder: string): Readonly<Record<string, string>> {
  const results = readResults(folder);
  const beside = readBeside(folder, readFinished(folder));
  const threshold = join(folder, 'threshold.json');
  const figures = readmeFigures({
    results,
    ofDefault: beside.ofDefault ?? results,
    counted: countedOf(results),
    goals: goalsOf(results, beside),
    wave: beside.loads['load-opt-out-wave'],
    threshold: existsSync(threshold) ? readThreshold(threshold) : undefined,
  });
  const fiveDesigns = join(folder, 'five-designs');
  const five = existsSync(fiveDesigns) ? readResults(fiveDesigns) : results;
  const image = addedFigure(five, picturedDesigns(five));
  return {
    ...Object.fromEntries(
      documents.map((file) => [
        file,
        withFigures(readText(join(projectDir, file)) ?? '', file, figures),
      ]),
    ),
    ...(image === undefined ? {} : { [picture]: figureImage(image) }),
  };
}

/** A document with the figures in their places. */
export function withFigures(
  text: string,
  file: string,
  figures: Readonly<Record<string, string>>,
): string {
  return text.replaceAll(block, (_, name: string) => {
    const figure = figures[name];
    if (figure === undefined) throw new CheckFailure(`${file} asks for the figures "${name}"`);
    return `<!-- figures ${name} -->\n\n${figure}\n<!-- /figures -->`;
  });
}

/** The files that say something else than these. */
export function staleDocuments(wanted: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(wanted)
    .filter(([file, text]) => !saysTheSame(readText(join(projectDir, file)) ?? '', text))
    .map(([file]) => file);
}

/** How a table is padded does not count: the formatter pads it. */
export function saysTheSame(text: string, other: string): boolean {
  return unpadded(text) === unpadded(other);
}

function unpadded(text: string): string {
  return text.replaceAll(/^\|.*$/gm, (line) =>
    line.replaceAll(/ *\| */g, '|').replaceAll(/-{3,}/g, '---'),
  );
}
