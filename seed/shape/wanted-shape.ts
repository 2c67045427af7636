import { basename } from 'node:path';
import { UserError } from '../../db/cli/errors.ts';
import { type DataSetShape, shapedTileMessages } from '../data-set/data-set-shape.ts';
import { follow } from './follow.ts';
import { presetShapes, readShape } from './read-shape.ts';

/** What the flag `--shape` takes, for whoever asks. */
export const shapeMeaning = `a file (docs/shape.md), or ${presetShapes.join(', ')}`;

/** A shape that a data set is to have. */
export interface WantedShape {
  /** Of the preset, or of the file without its folder. */
  readonly name: string;
  readonly dataSet: DataSetShape;
}

/**
 * What a data set of so many messages takes from a shape; `say` is told what it cannot follow.
 *
 * @param nameOrFile as readShape reads it
 * @throws UserError as readShape does, and for fewer messages than a shape needs
 */
export function wantedShape(
  nameOrFile: string,
  messages: number | undefined,
  say: (line: string) => void,
): WantedShape {
  if (messages !== undefined && messages < shapedTileMessages) {
    throw new UserError(
      `a data set with a shape has ${shapedTileMessages} messages or more: --scale tiny is the least`,
    );
  }
  const { dataSet, notFollowed } = follow(readShape(nameOrFile));
  if (notFollowed.length > 0) say(`not followed of the shape: ${notFollowed.join('; ')}`);
  return { name: basename(nameOrFile, '.json'), dataSet };
}
