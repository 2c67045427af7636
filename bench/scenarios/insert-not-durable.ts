import { singleRow } from './single-row.ts';

/** The same without the wait for the disk, so that the check is a larger part of it. */
export const insertNotDurable = singleRow({
  name: 'insert-not-durable',
  title: 'one row a transaction, commit not durable (synchronous_commit = off)',
  durable: false,
  clients: 1,
  weight: 10,
  selected: 'always',
});
