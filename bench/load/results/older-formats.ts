/*
 * load.json of older labs, in today's words.
 *
 * Version 2 renamed: one load at one rate is a "trial", a ramp lists the "rates" that it tried, and the
 * seed says that it is that of the draws; the data set's is kept beside it, and version 1 did not have it.
 *
 * Version 3 counts every error by SQLSTATE, where the older ones had those alone that ended an operation,
 * and commits whose wait for a standby was cancelled, which the older ones took for done.
 */

/** A load of any version that this lab reads, as one of the newest; others stay as they are. */
export function inNewestLoadFormat(value: unknown): unknown {
  const second = isOfVersion(value, 1) ? fromVersion1(value) : value;
  return isOfVersion(second, 2) ? fromVersion2(second) : second;
}

type Members = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isOfVersion(value: unknown, version: number): value is Members {
  return isObject(value) && value['formatVersion'] === version;
}

/** Changes the items of a list, and the members of an object, that are objects; leaves what is none. */
function eachObject(value: unknown, change: (one: Members) => unknown): unknown {
  const changed = (one: unknown): unknown => (isObject(one) ? change(one) : one);
  if (Array.isArray(value)) return value.map(changed);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, changed(one)]));
}

/** An object with some of its members changed, where it has them. */
function changing(value: Members, changes: Readonly<Record<string, (old: unknown) => unknown>>) {
  const there = Object.entries(changes).filter(([name]) => name in value);
  return {
    ...value,
    ...Object.fromEntries(there.map(([name, change]) => [name, change(value[name])])),
  };
}

/** An object with members renamed, where it has them. */
function renaming(value: Members, names: Readonly<Record<string, string>>): Members {
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [names[name] ?? name, member]),
  );
}

function fromVersion1(load: Members): Members {
  const renamed = renaming(load, { seed: 'drawSeed', legs: 'trials' });
  return changing(renamed, {
    formatVersion: () => 2,
    ramps: (ramps) => eachObject(ramps, (ramp) => renaming(ramp, { trials: 'rates' })),
  });
}

function fromVersion2(load: Members): Members {
  const counts = (old: unknown): unknown => (isObject(old) ? { ...old, unconfirmed: 0 } : old);
  const error = ({ count, message }: Members): Members => ({
    answers: count,
    connecting: 0,
    failed: count,
    message,
  });
  return changing(load, {
    formatVersion: () => 3,
    trials: (trials) =>
      eachObject(trials, (trial) =>
        changing(trial, {
          counts,
          intervals: (old) => eachObject(old, (interval) => changing(interval, { counts })),
          errors: (old) => eachObject(old, error),
        }),
      ),
  });
}
