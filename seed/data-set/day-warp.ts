/*
 * Messages at uneven times of the day: an even clock is warped within each day. Where a third of a day's
 * messages have gone, so has the time by which a third of them is meant to be sent.
 */

/** The day is warped in so many parts, straight lines each. */
export const dayParts = 4_096;
export const msPerDay = 86_400_000;

/**
 * The time of day, in milliseconds, at the beginning of each part of an even clock, and at the end of the
 * last: the inverse of how the messages add up over the day.
 *
 * @param hours shares of 24 hours, which add up to 1
 */
export function createDayWarp(hours: readonly number[]): Float64Array {
  const warp = new Float64Array(dayParts + 1);
  const msPerHour = msPerDay / 24;
  let hour = 0;
  let before = 0;
  for (let part = 1; part < dayParts; part++) {
    const share = part / dayParts;
    while (hour < 23 && before + (hours[hour] as number) <= share)
      before += hours[hour++] as number;
    const within = (share - before) / Math.max(hours[hour] as number, Number.MIN_VALUE);
    warp[part] = (hour + Math.min(1, within)) * msPerHour;
  }
  warp[dayParts] = msPerDay;
  return warp;
}

/** When an even clock shows so many milliseconds, the warped one does. */
export function warpedMs(warp: Float64Array, evenMs: number): number {
  const dayMs = Math.floor(evenMs / msPerDay) * msPerDay;
  const parts = (evenMs - dayMs) * (dayParts / msPerDay);
  const part = Math.floor(parts);
  const from = warp[part] as number;
  const to = warp[part + 1] as number;
  return dayMs + from + (parts - part) * (to - from);
}
