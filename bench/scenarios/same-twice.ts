import type { Scenario } from './scenario.ts';

/**
 * The method tried on itself: the check is off in both arms, and the sessions are switched as ever, so
 * that the arms must not be told apart. How far the figure is from 1 is the noise floor.
 */
export function sameTwice(scenario: Scenario): Scenario {
  return {
    ...scenario,
    name: `${scenario.name}${sameTwiceSuffix}`,
    title: `${scenario.title}, the check off in both arms`,
    control: 'check off twice',
    weight: scenario.weight / 2,
    selected: 'on request',
  };
}

export const sameTwiceSuffix = '-same-twice';
