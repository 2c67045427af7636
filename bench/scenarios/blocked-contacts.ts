import { countContacts, standings } from '../../seed/data-set/contacts.ts';
import { createDataSet, type DataSet, type DataSetOptions } from '../../seed/data-set/data-set.ts';

/** A data set in a database that blocks a number from so many profiles on. */
export interface BenchDataSet extends DataSet {
  readonly blockThreshold: number;
}

/** The data set, with as many blocked contacts as the database's threshold makes of it. */
export function benchDataSet(options: DataSetOptions, blockThreshold: number): BenchDataSet {
  const dataSet = createDataSet(options);
  const blocked = standings
    .filter((standing) => standing >= blockThreshold)
    .reduce<number>((sum, standing) => sum + countContacts(dataSet, standing), 0);
  return {
    ...dataSet,
    rowCounts: { ...dataSet.rowCounts, blocked_contacts: blocked },
    blockThreshold,
  };
}
