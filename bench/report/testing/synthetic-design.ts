import { listDesigns } from '../../../db/designs.ts';

/** How a synthetic design behaves. */
export interface SyntheticDesign {
  readonly name: string;
  /** Nanoseconds that its check adds to a row, alone and in bulk. */
  readonly checkNs: number;
  readonly bulkNs: number;
  readonly sizeBytes: number;
  readonly failed?: boolean;
  /** As it declares. */
  readonly takesNoCopy?: boolean;
  /** Reads a whole table instead of probing an index. */
  readonly scans?: boolean;
}

/** Designs as they might come out. */
export const syntheticDesigns: readonly SyntheticDesign[] = [
  { name: 'blocked_contacts', checkNs: 9_000, bulkNs: 7_500, sizeBytes: 90e6 },
  { name: 'blocked_hash', checkNs: 8_000, bulkNs: 6_400, sizeBytes: 81e6 },
  { name: 'opt_outs_count', checkNs: 14_000, bulkNs: 12_000, sizeBytes: 190e6 },
  { name: 'statement_trigger', checkNs: 16_000, bulkNs: 3_400, sizeBytes: 90e6 },
  { name: 'statement_trigger_hash', checkNs: 15_500, bulkNs: 2_300, sizeBytes: 81e6 },
  { name: 'profiles_array', checkNs: 10_500, bulkNs: 8_800, sizeBytes: 150e6 },
  { name: 'reports_join', checkNs: 9e6, bulkNs: 9e6, sizeBytes: 0, scans: true },
  { name: 'row_security', checkNs: 0, bulkNs: 0, sizeBytes: 90e6, failed: true },
];

/** As many designs as the lab has, under their own names: the shape of the reference run. */
export function everyDesign(): readonly SyntheticDesign[] {
  return listDesigns().map(({ name }, index) => ({
    name,
    checkNs: 5_000 + 700 * index,
    bulkNs: 1_500 + 500 * ((index * 7) % 19),
    sizeBytes: 40e6 + 9e6 * ((index * 5) % 19),
    scans: name === 'reports_join',
    takesNoCopy: name === 'row_security',
  }));
}
