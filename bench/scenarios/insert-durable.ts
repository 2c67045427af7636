import { singleRow } from './single-row.ts';

/** What most applications do: a message, committed, waited for. */
export const insertDurable = singleRow({
  name: 'insert-durable',
  title: 'one row a transaction, durable commit',
  durable: true,
  clients: 1,
  weight: 10,
  selected: 'always',
});
