import { execFileSync } from 'node:child_process';
import { closeSync, fsyncSync, openSync, statfsSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { itemAt } from '../../db/item-at.ts';
import type { DiskFacts } from '../results/results.ts';
import { median } from '../stats/median.ts';

/** The disk below a folder, and how long it takes to make 8 kB durable there. */
export function diskFacts(folder: string): DiskFacts {
  const { fileSystem, device } = mountOf(folder);
  const space = statfsSync(folder);
  const fsyncNs = fsyncTime(folder);
  return {
    fileSystem,
    device,
    freeBytes: space.bavail * space.bsize,
    ...(fsyncNs === undefined ? {} : { fsyncNs }),
  };
}

/** Median time to append 8 kB and fsync, which is what a durable commit waits for. */
function fsyncTime(folder: string): number | undefined {
  const file = join(folder, `fsync-probe-${process.pid}`);
  const page = Buffer.alloc(8192, 1);
  try {
    const descriptor = openSync(file, 'wx', 0o600);
    try {
      const times: number[] = [];
      for (let round = 0; round < 200; round++) {
        const before = process.hrtime.bigint();
        writeSync(descriptor, page, 0, page.length, (round % 64) * page.length);
        fsyncSync(descriptor);
        times.push(Number(process.hrtime.bigint() - before));
      }
      return median(times.slice(20)); // the first ones make the file grow
    } finally {
      closeSync(descriptor);
      unlinkSync(file);
    }
  } catch {
    return undefined; // the folder is closed to us
  }
}

function mountOf(folder: string): { fileSystem: string; device: string } {
  try {
    // POSIX columns, with the type as the second: GNU and busybox
    const lines = execFileSync('df', ['-PT', folder], { encoding: 'utf8' }).trim().split('\n');
    const [device, fileSystem] = itemAt(lines, 1).split(/\s+/);
    return { fileSystem: fileSystem ?? 'unknown', device: device ?? 'unknown' };
  } catch {
    return { fileSystem: 'unknown', device: 'unknown' };
  }
}
