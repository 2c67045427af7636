import { readFileSync } from 'node:fs';

/** Time of all processors together since the machine started, in clock ticks. */
export interface ProcessorTimes {
  readonly total: number;
  readonly idle: number;
  readonly stolen: number;
}

/** What the processors did between two looks, as shares of all their time. */
export interface ProcessorShares {
  readonly busyShare: number;
  readonly stealShare: number;
}

/** From /proc/stat (proc_stat(5)); undefined where there is none. */
export function processorTimes(): ProcessorTimes | undefined {
  let text: string;
  try {
    text = readFileSync('/proc/stat', 'utf8');
  } catch {
    return undefined;
  }
  return parseProcessorTimes(text);
}

/** The first line: user, nice, system, idle, iowait, irq, softirq, steal; guests are in user already. */
export function parseProcessorTimes(text: string): ProcessorTimes | undefined {
  const fields = /^cpu +([\d ]+)/.exec(text)?.[1]?.trim().split(' ').map(Number);
  if (fields === undefined) return undefined;
  const [user, nice, system, idle, waiting, interrupts, soft, stolen] = fields;
  if (
    user === undefined ||
    nice === undefined ||
    system === undefined ||
    idle === undefined ||
    waiting === undefined ||
    interrupts === undefined ||
    soft === undefined ||
    stolen === undefined
  ) {
    return undefined;
  }
  const unused = idle + waiting;
  return {
    total: user + nice + system + unused + interrupts + soft + stolen,
    idle: unused,
    stolen,
  };
}

/** Nothing where a look is missing, or no tick lies between them. */
export function processorShares(
  before: ProcessorTimes | undefined,
  after: ProcessorTimes | undefined,
): Partial<ProcessorShares> {
  if (before === undefined || after === undefined) return {};
  const total = after.total - before.total;
  if (total <= 0) return {};
  const stealShare = (after.stolen - before.stolen) / total;
  return { busyShare: 1 - (after.idle - before.idle) / total - stealShare, stealShare };
}
