import { singleRow } from './single-row.ts';

/** The method tried on itself: both arms have the check off, so they must not be told apart. */
export const sameTwice = singleRow({
  name: 'same-twice',
  title: 'the method tried on itself: the check is off in both arms (not durable)',
  durable: false,
  clients: 1,
  weight: 2,
  selected: 'one design',
  control: 'check off twice',
});
