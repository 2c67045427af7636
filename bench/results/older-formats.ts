/*
 * results.json of older labs, in today's words. Version 2 only renamed: the arm with the check is
 * "treatment", what designs must show are "behaviours", the bare index probe and the lookups in
 * tables of several sizes say what they are, and an estimate's figure is its "value".
 */

const newNames: Readonly<Record<string, string>> = {
  checks: 'behaviours',
  floor: 'indexProbe',
  floorNsPerProbe: 'indexProbeNs',
  growth: 'scaling',
};

/** Results of any version that this lab reads, as those of the newest; others stay as they are. */
export function inNewestFormat(value: unknown): unknown {
  if (!isObject(value) || value['formatVersion'] !== 1) return value;
  return { ...(fromVersion1(value) as object), formatVersion: 2 };
}

function fromVersion1(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromVersion1);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      if (name === 'arm' && member === 'check') return [name, 'treatment'];
      if (name === 'status' && member === 'failed checks') return [name, 'failed behaviours'];
      if (name === 'median' && 'samples' in value) return ['value', member];
      return [newNames[name] ?? name, fromVersion1(member)];
    }),
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
