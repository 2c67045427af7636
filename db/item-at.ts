/**
 * What stands at an index that is known to be there.
 *
 * @throws where it is not: a default in its place would hide that
 */
export function itemAt<T>(items: ArrayLike<T>, index: number): T {
  const item = items[index];
  if (item === undefined) throw new RangeError(`there is no item ${index} of ${items.length}`);
  return item;
}
