import { itemAt } from '../../db/item-at.ts';
import { smallestGroup } from './shape.ts';
import type { Bar } from './tally.ts';

/**
 * Neighbouring bars put together until each is about enough contacts to be told: its value is the mean of
 * theirs. Empty where all together are too few.
 *
 * @param bars of one value each
 * @param overlap whether a contact may be in several bars. Then contacts do not add up: a group has
 *   at least as many as its largest bar, and that must be enough.
 */
export function groupsOf(bars: readonly Bar[], overlap: 'disjoint' | 'overlapping'): Bar[] {
  const sorted = [...bars].sort((a, b) => a.value - b.value);
  const groups: Bar[] = [];
  let open: Bar | undefined;
  const joined = (a: Bar | undefined, b: Bar): Bar => {
    if (a === undefined) return b;
    const amount = a.amount + b.amount;
    return {
      value: (a.value * a.amount + b.value * b.amount) / amount,
      amount,
      contacts: overlap === 'disjoint' ? a.contacts + b.contacts : Math.max(a.contacts, b.contacts),
    };
  };
  for (const bar of sorted) {
    if (bar.amount === 0) continue;
    open = joined(open, bar);
    if (open.contacts < smallestGroup) continue;
    groups.push(open);
    open = undefined;
  }
  if (open !== undefined && groups.length > 0) groups.push(joined(groups.pop(), open));
  return groups;
}

/** The value at or below which a share of the amount lies. */
export function valueAt(groups: readonly Bar[], share: number): number {
  const total = groups.reduce((sum, { amount }) => sum + amount, 0);
  let reached = 0;
  for (const { value, amount } of groups) {
    reached += amount;
    if (reached >= share * total * (1 - 1e-12)) return value;
  }
  return itemAt(groups, groups.length - 1).value;
}
