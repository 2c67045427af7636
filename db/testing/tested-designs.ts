import { type Design, designNamed, listDesigns } from '../designs.ts';

/** By this variable `npm test -- --design NAME` says which design its tests are for. */
export const testedDesignVariable = 'OPTOUT_LAB_TEST_DESIGN';

/** The designs that a test holds to something that every design must show: all of them, or the one that was asked for. */
export function testedDesigns(): readonly Design[] {
  const name = process.env[testedDesignVariable];
  return name === undefined || name === '' ? listDesigns() : [designNamed(name)];
}
