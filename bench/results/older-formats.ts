/*
 * results.json of older labs, in today's words. Version 2 renamed: the arm with the check is
 * "treatment", what designs must show are "behaviours", the bare index probe and the lookups in
 * tables of several sizes say what they are, and an estimate's figure is its "value". It says of each
 * scenario what is inserted, and a statement without a plan has no summary: version 1 gave it one of
 * no node and 0 pages, as if a check had read nothing. Version 3 has slices, in which statements take
 * turns; of older runs a slice is a pair of blocks. It says nothing of completeness: only a run that went
 * on to its end leaves results.
 */

const newNames: Readonly<Record<string, string>> = {
  checks: 'behaviours',
  floor: 'indexProbe',
  floorNsPerProbe: 'indexProbeNs',
  growth: 'scaling',
};

/** Results of any version that this lab reads, as those of the newest; others stay as they are. */
export function inNewestFormat(value: unknown): unknown {
  if (!isObject(value)) return value;
  if (value['formatVersion'] === 1) {
    return inNewestFormat({ ...(fromVersion1(value) as object), formatVersion: 2 });
  }
  if (value['formatVersion'] !== 2) return value;
  const { complete: _, ...others } = value;
  return { ...(fromVersion2(others) as object), formatVersion: 3 };
}

function fromVersion2(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromVersion2);
  if (!isObject(value)) return value;
  const { blocks, paired, ...others } = value;
  if (!Array.isArray(blocks)) {
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [name, fromVersion2(member)]),
    );
  }
  return {
    ...others,
    method: 'blocks',
    slices: slicesOf(blocks as readonly Block[]),
    ...(isObject(paired) ? { paired: { ...paired, sessions: paired['pairs'] } } : {}),
  };
}

/** A block of version 2: one arm of a pair. */
interface Block {
  readonly pair: number;
  readonly arm: 'treatment' | 'control';
  readonly startedMs: number;
  readonly durationMs: number;
  readonly samples: number;
  readonly medianNs: number;
  readonly meanNs: number;
  readonly p95Ns: number;
  readonly maxNs: number;
  readonly warmup: boolean;
  readonly walBytes: number;
  readonly walRecords: number;
  readonly fullPageImages: number;
  readonly checkpoints: number;
  readonly autovacuums: number;
}

function slicesOf(blocks: readonly Block[]): unknown[] {
  const pairs = [...new Set(blocks.map(({ pair }) => pair))];
  return pairs.map((pair, order) => {
    const own = blocks.filter((block) => block.pair === pair);
    const sum = (of: (block: Block) => number): number =>
      own.reduce((total, block) => total + of(block), 0);
    const arm = (name: Block['arm']) => {
      const found = own.find((block) => block.arm === name);
      if (found === undefined) return {};
      const { samples, medianNs, meanNs, p95Ns, maxNs } = found;
      return { [name]: { samples, medianNs, meanNs, p95Ns, maxNs } };
    };
    return {
      order,
      sessions: pair,
      swapped: false,
      startedMs: Math.min(...own.map(({ startedMs }) => startedMs)),
      durationMs: sum(({ durationMs }) => durationMs),
      ...arm('treatment'),
      ...arm('control'),
      warmup: own.some(({ warmup }) => warmup),
      walBytes: sum(({ walBytes }) => walBytes),
      walRecords: sum(({ walRecords }) => walRecords),
      fullPageImages: sum(({ fullPageImages }) => fullPageImages),
      checkpoints: sum(({ checkpoints }) => checkpoints),
      autovacuums: sum(({ autovacuums }) => autovacuums),
    };
  });
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
