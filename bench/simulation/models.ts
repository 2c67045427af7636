import type { SliceSamples } from '../stats/paired-estimate.ts';
import type { Draws } from '../stats/random.ts';

/** Latencies whose truth is known: where a lab's figures would come from a server. */
export interface LatencySource {
  /** Two new sessions, each with a share of its own. */
  open(): void;
  /** So many pairs in random order; `swapped`: the second session has the treatment. */
  slice(pairs: number, swapped: boolean): SliceSamples;
}

/** Makes a source: `ratio` is what the treatment's latencies are multiplied by. */
export type LatencyModel = (draws: Draws, ratio: number) => LatencySource;

const baseNs = 50_000;

/** A statement's own noise (log-normal) and a session's own share. */
const noise = 0.15;
const sessionShare = 0.05;

/** What the machine multiplies the next statement's latency by. */
type Machine = (draws: Draws) => () => number;

const machines = {
  'independent noise': () => () => 1,
  /** A level that walks, above a slow wave of a third to either side. */
  drift: (draws) => {
    const phase = draws.share() * 2 * Math.PI;
    let walked = 0;
    let statement = 0;
    return () => {
      walked = walked * 0.9995 + draws.normal() * 0.003;
      return Math.exp(walked + 0.3 * Math.sin(phase + statement++ / 1_500));
    };
  },
  /** Now and then something else runs for a few statements. */
  spikes: (draws) => {
    let left = 0;
    let factor = 1;
    return () => {
      if (left === 0 && draws.chance(0.005)) {
        left = 1 + draws.below(5);
        factor = 5 + draws.share() * 45;
      }
      if (left === 0) return 1;
      left--;
      return factor;
    };
  },
  /** A processor with two clocks, each kept for some fifty statements. */
  'two humps': (draws) => {
    let slow = draws.chance(0.5);
    return () => {
      if (draws.chance(0.02)) slow = !slow;
      return slow ? 1.4 : 1;
    };
  },
} as const satisfies Record<string, Machine>;

/** Every model by its name. */
export const latencyModels: ReadonlyMap<string, LatencyModel> = new Map(
  Object.entries(machines).map(([name, machine]) => [name, modelOf(machine)]),
);

function modelOf(machine: Machine): LatencyModel {
  return (draws, ratio) => {
    const next = machine(draws);
    let shares = [1, 1];
    const latency = (session: number): number =>
      baseNs * (shares[session] as number) * next() * Math.exp(draws.normal() * noise);
    return {
      open() {
        shares = [0, 1].map(() => Math.exp(draws.normal() * sessionShare));
      },
      slice(pairs, swapped) {
        const treatmentNs = new Float64Array(pairs);
        const controlNs = new Float64Array(pairs);
        const treated = swapped ? 1 : 0;
        for (let pair = 0; pair < pairs; pair++) {
          const treatment = (): void => {
            treatmentNs[pair] = latency(treated) * ratio;
          };
          const control = (): void => {
            controlNs[pair] = latency(1 - treated);
          };
          const order = draws.chance(0.5) ? [treatment, control] : [control, treatment];
          for (const arm of order) arm();
        }
        return { treatmentNs, controlNs };
      },
    };
  };
}
