/*
 * results.json of older labs, in today's words. Version 2 renamed: the arm with the check is
 * "treatment", what designs must show are "behaviours", the bare index probe and the lookups in
 * tables of several sizes say what they are, and an estimate's figure is its "value". It says of each
 * scenario what is inserted, and a statement without a plan has no summary: version 1 gave it one of
 * no node and 0 pages, as if a check had read nothing.
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
    Object.entries(value)
      .filter(([name, member]) => !isAbsent(name, member, value))
      .map(([name, member]) => {
        if (name === 'arm' && member === 'check') return [name, 'treatment'];
        if (name === 'status' && member === 'failed checks') return [name, 'failed behaviours'];
        if (name === 'median' && 'samples' in value) return ['value', member];
        if (name === 'kind' && 'rowsPerStatement' in value) {
          return [name, kindOf(value['statement'])];
        }
        return [newNames[name] ?? name, fromVersion1(member)];
      }),
  );
}

/** What a scenario inserts, and how, as its statement says; version 1 kept whether it had pairs instead. */
function kindOf(statement: unknown): string {
  const sql = String(statement);
  if (/^\s*copy\b/i.test(sql)) return 'copy';
  return /\bdelivery_reports\b/.test(sql) ? 'report' : 'send';
}

/** What stands for nothing: every plan has a node, every check reads a page, what was not timed kept no client busy, and what was not built has no size. */
function isAbsent(
  name: string,
  member: unknown,
  value: Readonly<Record<string, unknown>>,
): boolean {
  if (name === 'buffersPerCheck') return member === 0;
  if (name === 'client') return Array.isArray(value['blocks']) && value['blocks'].length === 0;
  if (name === 'sizeBytes') return value['status'] === 'could not be built';
  if (name !== 'summary' || !isObject(member)) return false;
  return Array.isArray(member['nodes']) && member['nodes'].length === 0;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
