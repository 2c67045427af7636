/**
 * The quantile of Student's t distribution with a whole number of degrees of freedom: the distribution
 * function is a finite sum for those (Abramowitz and Stegun, 26.7.3 and 26.7.4), and is turned round by
 * halving.
 *
 * @param probability above 0.5 and below 1
 * @throws RangeError for another probability, or degrees of freedom below 1
 */
export function studentT(probability: number, degreesOfFreedom: number): number {
  if (!(probability > 0.5 && probability < 1)) throw new RangeError(`no quantile ${probability}`);
  if (!Number.isInteger(degreesOfFreedom) || degreesOfFreedom < 1) {
    throw new RangeError(`${degreesOfFreedom} degrees of freedom`);
  }
  const within = 2 * probability - 1;
  let low = 0;
  let high = 1;
  while (shareWithin(high, degreesOfFreedom) < within) high *= 2;
  for (let round = 0; round < 60; round++) {
    const middle = (low + high) / 2;
    if (shareWithin(middle, degreesOfFreedom) < within) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The probability that |T| is at most t: A(t|ν). */
function shareWithin(t: number, degreesOfFreedom: number): number {
  const angle = Math.atan(t / Math.sqrt(degreesOfFreedom));
  const cosine = Math.cos(angle);
  const odd = degreesOfFreedom % 2 === 1;
  let term = odd ? cosine : 1;
  let sum = degreesOfFreedom === 1 ? 0 : term;
  for (let power = odd ? 3 : 2; power <= degreesOfFreedom - 2; power += 2) {
    term *= ((power - 1) / power) * cosine * cosine;
    sum += term;
  }
  return odd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
}
