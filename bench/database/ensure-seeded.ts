import type { Lab } from '../../db/lab.ts';
import { readBlockThreshold } from '../../db/schema/block-threshold.ts';
import { defaultDataSet } from '../../seed/data-set/data-set.ts';
import { seedDatabase } from '../../seed/fill/loader.ts';
import type { WantedShape } from '../../seed/shape/wanted-shape.ts';
import { type BenchDataSet, benchDataSet } from '../scenarios/blocked-contacts.ts';

/** Seeds unless the data set is there already, and returns it for drawing from. */
export async function ensureSeeded(
  lab: Lab,
  wanted: {
    readonly messages: number;
    readonly seed: number;
    readonly shape?: WantedShape | undefined;
    readonly replace: boolean;
  },
): Promise<BenchDataSet> {
  const { messages, seed, shape } = wanted;
  const options = {
    ...defaultDataSet,
    messages,
    seed,
    ...(shape === undefined ? {} : { shape: shape.dataSet }),
  };
  await seedDatabase(lab, {
    dataSet: options,
    replace: wanted.replace ? 'another data set' : 'nothing',
    print: (line) => process.stderr.write(`${line}\n`),
    terminal: process.stderr.isTTY,
  });
  const client = await lab.connect();
  try {
    return benchDataSet(options, await readBlockThreshold(client));
  } finally {
    await client.end();
  }
}
