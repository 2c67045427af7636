import { itemAt } from '../../db/item-at.ts';
import { singleRow } from './single-row.ts';

/** Everybody writes to one number at once: does the check make them wait for each other? */
export const hotNumber = singleRow({
  name: 'hot-number',
  title: 'four clients, all to one number (not durable)',
  durable: false,
  clients: 4,
  weight: 3,
  selected: 'one design',
  phones: (context, count) => {
    const phone = itemAt(context.draw.unblocked(1), 0);
    return new Array<string>(count).fill(phone);
  },
});
