/*
 * load.json of older labs, in today's words. Version 2 renamed: one load at one rate is a "trial", a
 * ramp lists the "rates" that it tried, and the seed says that it is that of the draws; the data set's
 * is kept beside it, and version 1 did not have it.
 */

/** A load of any version that this lab reads, as one of the newest; others stay as they are. */
export function inNewestLoadFormat(value: unknown): unknown {
  if (!isVersion1(value)) return value;
  const { legs, ramps, seed, ...rest } = value;
  return {
    ...rest,
    formatVersion: 2,
    ...(seed === undefined ? {} : { drawSeed: seed }),
    ...(legs === undefined ? {} : { trials: legs }),
    ...(ramps === undefined
      ? {}
      : { ramps: ramps.map(({ trials, ...ramp }) => ({ ...ramp, rates: trials })) }),
  };
}

interface Version1 {
  readonly formatVersion: 1;
  readonly seed?: unknown;
  readonly legs?: unknown;
  readonly ramps?: readonly { readonly trials?: unknown }[];
}

function isVersion1(value: unknown): value is Version1 {
  return (
    typeof value === 'object' &&
    value !== null &&
    'formatVersion' in value &&
    value.formatVersion === 1 &&
    (!('ramps' in value) || Array.isArray(value.ramps))
  );
}
