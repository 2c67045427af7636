import type { Shape } from '../shape.ts';
import { summarise } from '../summarise.ts';
import { countSample } from './count-sample.ts';
import type { ExportFormat } from './export-format.ts';
import { readExport } from './read-export.ts';
import { ContactSample } from './sample.ts';

/** How files are described. */
export interface FileOptions {
  /** Which column says what; undefined for one of the known exports, by its header. */
  readonly format: ExportFormat | undefined;
  /** The most messages that are looked at. */
  readonly sampleMessages: number;
  /** Told of lines that could not be read, without what they hold. */
  readonly say: (line: string) => void;
}

/**
 * Describes exported files, as readExport reads them.
 *
 * @throws UserError as readExport does, and for too few contacts
 */
export async function describeFiles(
  files: readonly string[],
  { format, sampleMessages, say }: FileOptions,
): Promise<Shape> {
  const sample = new ContactSample(sampleMessages);
  const total = { lines: 0, incoming: 0, badLines: 0 };
  const formats = new Set<string>();
  for (const file of files) {
    const counts = await readExport(file, format, (message) => sample.add(message), say);
    total.lines += counts.lines;
    total.incoming += counts.incoming;
    total.badLines += counts.badLines;
    formats.add(counts.format);
  }
  return summarise(countSample(sample), {
    kind: 'files',
    format: [...formats].join(', '),
    ...total,
  });
}
