import type { LoadResults, LoadTrial } from '../../load/results/results.ts';
import { formatCount } from '../format.ts';
import { trialName } from '../load/words.ts';
import type { JunitCase, JunitSuite } from './junit.ts';

/**
 * A load as JUnit: whether the database held what was acknowledged, whether objectives were kept, and whether
 * failovers lost what they may. What fails here ends the command with code 1, and nothing else does.
 */
export function loadSuites(results: LoadResults): readonly JunitSuite[] {
  const { trials, ramps, failovers } = results;
  const suites: readonly JunitSuite[] = [
    // what an asynchronous standby lost is no fault: a failover is judged as a whole
    { name: 'verification', cases: failovers === undefined ? trials.map(verified) : [] },
    { name: 'objective', cases: [...trials.flatMap(objectiveKept), ...ramps.map(rateFound)] },
    { name: 'failover', cases: (failovers ?? []).map(failedOver) },
  ];
  return suites.filter(({ cases }) => cases.length > 0);
}

function verified(trial: LoadTrial): JunitCase {
  const { ok, differences } = trial.verification;
  return {
    name: `the database is what was acknowledged: ${trialName(trial)}`,
    seconds: trial.elapsedS,
    ...(ok ? {} : { failure: differences.join('\n') }),
  };
}

function objectiveKept(trial: LoadTrial): readonly JunitCase[] {
  const { objective } = trial;
  if (objective === undefined) return [];
  return [
    {
      name: `${objective.text}: ${trialName(trial)}`,
      ...(objective.kept ? {} : { failure: objective.reason }),
    },
  ];
}

function rateFound(ramp: LoadResults['ramps'][number]): JunitCase {
  const off = ramp.check === 'off' ? ' with its check off' : '';
  const between = `${formatCount(ramp.from)} to ${formatCount(ramp.to)}/s`;
  return {
    name: `a rate keeps ${ramp.objective}: ${ramp.design}${off}, ${between}`,
    ...(ramp.highestRate === null ? { failure: ramp.finding } : {}),
  };
}

function failedOver(
  { replication, ok, differences }: NonNullable<LoadResults['failovers']>[number],
  index: number,
): JunitCase {
  return {
    name: `failover ${index + 1} (${replication}) loses nothing but what it may`,
    ...(ok ? {} : { failure: differences.join('\n') }),
  };
}
