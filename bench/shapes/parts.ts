import { presetShapes } from '../../seed/shape/read-shape.ts';
import type { Part } from '../parts/run-parts.ts';

/** How large the runs are, and where they go. */
export interface ShapesOptions {
  readonly scale: string;
  readonly designs: readonly string[];
  /** Time for timing one shape, all designs together. */
  readonly maxSeconds: number;
  /** The folder that holds runs, and the name of the one that these are parts of. */
  readonly out: string;
  readonly name: string;
  /** A file with one more shape. */
  readonly shape: string | undefined;
}

/** The lab's own data set, among the shapes. */
export const ownShape = 'own';

/** The one that was given, among the shapes. */
const givenShape = 'yours';

/** What each shape is, in a few words. */
export const shapeTitles: Readonly<Record<string, string>> = {
  [ownShape]: 'the data set of the lab',
  'few-numbers': 'few numbers, each written to a hundred times, by many profiles',
  'nobody-blocked': 'nobody is blocked',
  'third-blocked': 'a third of all contacts is blocked',
};

/**
 * A bench of each shape, each in a database of its own that stays for the next time. Instructions are counted once:
 * they are those of a small cluster, whatever the shape.
 */
export function shapesParts({
  scale,
  designs,
  maxSeconds,
  out,
  name,
  shape: given,
}: ShapesOptions): readonly Part[] {
  const shapes = [ownShape, ...presetShapes, ...(given === undefined ? [] : [givenShape])];
  return shapes.map((shape) => ({
    name: shape,
    title: shapeTitles[shape] ?? `the shape of ${given}`,
    script: 'bench',
    file: 'bench/commands/bench.ts',
    args: [
      ...(shape === ownShape ? [] : ['--shape', shape === givenShape ? String(given) : shape]),
      ...['--database', `optout_lab_shape_${shape.replaceAll('-', '_')}`, '--scale', scale],
      ...['--designs', designs.join(','), '--max-seconds', String(maxSeconds), '--replace'],
      ...[shape === ownShape ? '--instructions' : '--no-instructions'],
      ...['--out', `${out}/${name}`, '--run', shape],
    ],
    makes: shape,
  }));
}
