import type { DataSetShape } from '../data-set-shape.ts';

/** A shape that is unlike the lab's own in every respect. */
export const unevenShape: DataSetShape = {
  messagesPerContact: {
    mean: 5,
    quantiles: [
      [0.05, 1],
      [0.4, 1],
      [0.5, 2],
      [0.75, 4],
      [0.95, 14],
      [0.99, 50],
      [0.999, 90],
    ],
  },
  profilesPerContact: [0.5, 0.3, 0.1, 0.1],
  optOuts: { 1: 0.1, 2: 0.05, 3: 0.03 },
  repeats: 0.005,
  unsigned: { all: 0.004, reported: 0.001 },
  delivered: 0.6,
  filtered: 0.05,
  profiles: {
    count: 37,
    quantiles: [
      [0.1, 10],
      [0.5, 100],
      [0.95, 2_000],
    ],
  },
  reportDelayMs: 61_000,
  hours: Array.from({ length: 24 }, (_, hour) => (hour < 8 || hour >= 18 ? 0.01 : 0.086)),
  bodyBytes: [
    [0.1, 20],
    [0.5, 70],
    [0.9, 300],
    [0.999, 1_600],
  ],
};
