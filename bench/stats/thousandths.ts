/** A number with three decimals, as results keep milliseconds and shares: clocks know no more of them. */
export function thousandths(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
