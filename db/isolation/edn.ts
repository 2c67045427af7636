import type { ListTransaction, Operation } from './transactions.ts';

/*
 * Transactions over lists in the format of Jepsen's histories, as Elle's list-append reads it
 * (https://github.com/jepsen-io/elle, https://github.com/jepsen-io/history): EDN, one operation map a
 * line, invocations and completions in the order of the clock.
 */

/** How many keys and processes one history of a file may use. */
const room = 16;

/**
 * The lines of one history of a file.
 *
 * @param number the history's place in the file, from 0: no two histories of a file share a list or a
 *   process, so that all of them are one history for Elle
 * @param index the first line's :index
 */
export function ednOf(
  transactions: readonly ListTransaction[],
  number: number,
  index: number,
): readonly string[] {
  const events = transactions.flatMap((transaction) => [
    { at: transaction.invokedAt, type: 'invoke', transaction },
    { at: transaction.completedAt, type: transaction.isCommitted ? 'ok' : 'fail', transaction },
  ]);
  // a refused transaction is two, with the same ticks: theirs are different processes, in any order
  events.sort((a, b) => a.at - b.at);
  return events.map(({ type, transaction: { process, level, operations } }, line) => {
    const value = operations.map((operation) => microOperation(operation, number, type === 'ok'));
    return (
      `{:index ${index + line}, :type :${type}, :process ${number * room + 1 + process}, :f :txn, ` +
      `:value [${value.join(' ')}], :level :${level.replace(' ', '-')}}`
    );
  });
}

function microOperation(operation: Operation, number: number, isKnown: boolean): string {
  if (operation.key >= room) throw new Error(`a history has at most ${room} lists`);
  const key = number * room + operation.key;
  if (operation.f === 'append') return `[:append ${key} ${operation.element}]`;
  return `[:r ${key} ${isKnown ? `[${operation.list.join(' ')}]` : 'nil'}]`;
}
