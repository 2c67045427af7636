/**
 * Milliseconds of the machine's monotonic clock, with fractions: the same in every thread, unlike
 * performance.now(), which each thread counts from its own start.
 */
export function clockMs(): number {
  return performance.now() + offsetMs;
}

/** The first reading of either clock loads code and takes a millisecond: the closest of several is kept. */
function measureOffsetMs(): number {
  let offset = 0;
  let narrowestMs = Number.POSITIVE_INFINITY;
  for (let reading = 0; reading < 20; reading++) {
    const beforeMs = performance.now();
    const machineMs = Number(process.hrtime.bigint()) / 1e6;
    const afterMs = performance.now();
    if (afterMs - beforeMs >= narrowestMs) continue;
    narrowestMs = afterMs - beforeMs;
    offset = machineMs - (beforeMs + afterMs) / 2;
  }
  return offset;
}

const offsetMs = measureOffsetMs();
