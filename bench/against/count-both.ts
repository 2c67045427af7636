import type pg from 'pg';
import type { Design } from '../../db/designs.ts';
import type { Lab } from '../../db/lab.ts';
import { countInstructions } from '../instructions/count-instructions.ts';
import type { Instructions } from '../results/results.ts';
import type { AgainstResults } from './results.ts';

/** A server, and a session there. */
export interface CountedPlace {
  readonly lab: Lab;
  readonly admin: pg.Client;
}

type Places = Readonly<Record<'treatment' | 'control', CountedPlace>>;

/** What a design's statements cost by the programs of either server, where they are on this machine. */
export async function countBoth(
  places: Places,
  design: Design,
  progress: (what: string) => void,
): Promise<NonNullable<AgainstResults['instructions']>> {
  const count = async (place: keyof Places): Promise<Instructions> => {
    const { lab, admin } = places[place];
    const counted = await countInstructions({
      ...{ lab, admin, designs: [design] },
      progress: (what) => progress(`${what}, as the ${place}`),
    });
    return counted.state === 'counted' && counted.programs !== "the run's own"
      ? { state: 'not counted', reason: 'the programs of that server are not on this machine' }
      : counted;
  };
  return { treatment: await count('treatment'), control: await count('control') };
}
