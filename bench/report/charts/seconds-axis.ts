/** Steps between ticks, in seconds: people count time in these. */
const steps = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 14_400, 43_200];

/** An axis of time since a start, `endS` seconds long: whole seconds, minutes or hours, each with its unit. */
export function secondsAxis(endS: number, narrow: boolean, label: string) {
  const most = narrow ? 5 : 10;
  const last = Math.max(1, endS);
  const step = steps.find((one) => last / one <= most) ?? 86_400 * Math.ceil(last / 86_400 / most);
  const ticks = Array.from({ length: Math.floor(last / step) + 1 }, (_, index) => index * step);
  return { domain: [0, last], ticks, tickFormat: secondsTick, label };
}

function secondsTick(seconds: number): string {
  if (seconds === 0) return '0';
  if (seconds % 60 !== 0) return `${seconds} s`;
  const [hours, minutes] = [Math.floor(seconds / 3_600), (seconds % 3_600) / 60];
  return [...(hours > 0 ? [`${hours} h`] : []), ...(minutes > 0 ? [`${minutes} min`] : [])].join(
    ' ',
  );
}
