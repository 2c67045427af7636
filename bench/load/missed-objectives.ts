import type { LoadResults, LoadTrial } from './results/results.ts';

/** Why a command that measured this ends in exit code 1, in one line; undefined where it need not. */
export function whatIsWrong(
  results: Pick<LoadResults, 'trials' | 'ramps' | 'failovers'>,
): string | undefined {
  const { trials, failovers } = results;
  const failed = failovers?.find(({ ok }) => !ok);
  if (failed !== undefined) {
    return `a failover lost what it must not, or more than can be explained: ${failed.differences[0] ?? 'see load.json'}`;
  }
  const wrong = trials.find(({ verification }) => !verification.ok);
  // what an asynchronous standby lost is no fault of the check's: it is told
  if (wrong !== undefined && failovers === undefined) {
    return `the database is not what was acknowledged: ${wrong.verification.differences[0] ?? 'see load.json'}`;
  }
  const missed = missedObjectives(results);
  return missed.length > 0 ? missed.join('; ') : undefined;
}

/** One line for each load that did not keep its objective, and each ramp in which no rate did. */
export function missedObjectives({
  trials,
  ramps,
}: Pick<LoadResults, 'trials' | 'ramps'>): readonly string[] {
  return [
    ...trials.flatMap(({ design, check, objective }) =>
      objective === undefined || objective.kept
        ? []
        : [`${design}${offText(check)} did not keep ${objective.text}: ${objective.reason}`],
    ),
    ...ramps.flatMap(({ design, check, objective, highestRate, finding }) =>
      highestRate === null
        ? [`no rate kept ${objective} with ${design}${offText(check)}: ${finding}`]
        : [],
    ),
  ];
}

function offText(check: LoadTrial['check'] | undefined): string {
  return check === 'off' ? ', its check off,' : '';
}
