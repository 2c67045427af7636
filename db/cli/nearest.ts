import { itemAt } from '../item-at.ts';

/** `: did you mean "x"?` for the closest of the known names, or the list of them all. */
export function nearest(name: string, known: readonly string[]): string {
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(name, candidate) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best !== undefined && best.distance <= Math.max(2, name.length / 3)
    ? `: did you mean "${best.candidate}"?`
    : `: one of ${known.join(', ')}`;
}

/** Levenshtein distance, row by row. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const substitution = itemAt(previous, column - 1) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(
        Math.min(substitution, itemAt(previous, column) + 1, itemAt(current, column - 1) + 1),
      );
    }
    previous = current;
  }
  return itemAt(previous, b.length);
}
