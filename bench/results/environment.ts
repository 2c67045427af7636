// Where and with what it ran: a part of results.json and load.json.
import {
  define,
  described,
  list,
  mapOf,
  number,
  type Of,
  object,
  oneOf,
  optional,
  text,
  yesOrNo,
} from '../../db/format/schema.ts';

export const settingSchema = define(
  'Setting',
  object(
    { name: text(), value: text(), unit: text(), source: text() },
    'A server setting that differs from its default.',
  ),
);
export type Setting = Of<typeof settingSchema>;

export const diskFactsSchema = define(
  'DiskFacts',
  object(
    {
      fileSystem: text(),
      device: text(),
      freeBytes: number(),
      fsyncNs: optional(
        number(
          'Median of writing 8 kB and fsync, next to the data; absent where that folder is closed to us.',
        ),
      ),
    },
    'The disk below the data.',
  ),
);
export type DiskFacts = Of<typeof diskFactsSchema>;

export const tableStateSchema = define(
  'TableState',
  object(
    {
      name: text(),
      pages: number("Of the server's block size."),
      allVisiblePages: number('Marked in the visibility map, as of the last VACUUM or ANALYZE.'),
      liveRows: number(),
      deadRows: number(),
    },
    'What decides whether an index-only scan stays in the index, as the server knows it of a table. Dead rows are those that VACUUM had to leave.',
  ),
);
export type TableState = Of<typeof tableStateSchema>;

export const relationSizeSchema = define(
  'RelationSize',
  object(
    {
      name: text(),
      kind: oneOf(['table', 'index']),
      table: text('The table an index belongs to.'),
      sizeBytes: number(),
      rows: number("The planner's estimate after ANALYZE."),
    },
    'A relation and what it takes on disk.',
  ),
);
export type RelationSize = Of<typeof relationSizeSchema>;

export const capabilitySchema = define(
  'Capability',
  object(
    {
      name: text(),
      allowed: yesOrNo(),
      reason: optional(text("The server's own words, where it was tried.")),
      without: text('What is not measured or shown without it, or what is done instead.'),
    },
    'One thing that the server lets the role that logged in do, or not.',
  ),
);
export type Capability = Of<typeof capabilitySchema>;

export const processorSchema = define(
  'Processor',
  object(
    {
      identity: mapOf(
        text(),
        'The lines of /proc/cpuinfo that say which it is: vendor, family, model, stepping; of ARM implementer, part and so on.',
      ),
      flags: list(text(), 'What it can do, sorted, in the words of /proc/cpuinfo.'),
    },
    'The first processor of the machine.',
  ),
);
export type Processor = Of<typeof processorSchema>;

export const cacheSchema = define(
  'ProcessorCache',
  object(
    {
      level: number(),
      holds: oneOf(['data', 'instructions', 'both']),
      sizeBytes: number(),
    },
    'A cache of the first processor.',
  ),
);
export type ProcessorCache = Of<typeof cacheSchema>;

export const environmentSchema = define(
  'Environment',
  object(
    {
      server: object({
        version: text(),
        versionNumber: number(),
        kind: oneOf(['embedded', 'external']),
        pgConfig: mapOf(
          text(),
          'The pg_config view, without folders; empty where the role may not read it.',
        ),
        changedSettings: list(settingSchema),
        extensions: list(object({ name: text(), version: text() })),
        cluster: optional(
          text(
            'The nodes, the coordinator first, and the version of Citus; absent for one server.',
          ),
        ),
        encoding: text(),
        collation: text(),
        databaseSizeBytes: number(),
        hugePages: optional(
          text(
            'Whether shared memory lies in huge pages: `on`, `off` or `unknown`. Absent where the server does not say (before 17, with `huge_pages = try`), and in older runs.',
          ),
        ),
        capabilities: optional(
          list(
            capabilitySchema,
            'What this run needs beyond its own tables; absent for the embedded server, which allows it all, and in older runs.',
          ),
        ),
      }),
      relations: list(relationSizeSchema),
      tables: optional(
        list(tableStateSchema, 'When the run began, after a VACUUM; absent in older runs.'),
      ),
      machine: object({
        platform: text(),
        kernel: text(),
        cpuModel: text(),
        cpus: number(),
        memoryBytes: number(),
        hypervisor: optional(
          text(
            'Below what the system runs, by the name that its firmware says; `none` where it runs on the bare machine. Absent where that cannot be told, and in older runs. So are the next three.',
          ),
        ),
        product: optional(
          text(
            "The firmware's words for vendor and product (DMI): in some clouds the type of the instance.",
          ),
        ),
        processor: optional(processorSchema),
        caches: optional(list(cacheSchema)),
        busyShare: optional(
          number('Of the time of all processors from the beginning of the run to its end.'),
        ),
        stealShare: optional(
          number('Of that time, what a hypervisor gave to others. Absent as busyShare is.'),
        ),
        disk: optional(
          described(
            diskFactsSchema,
            "Of the embedded server's data; absent for another server, whose disk cannot be seen.",
          ),
        ),
        loadBefore: list(number(), '1, 5 and 15 minutes.'),
        loadAfter: list(number()),
      }),
      client: object({
        node: text(),
        v8: text(),
        packages: mapOf(text()),
        clockResolutionNs: number('Median of the difference of two successive clock readings.'),
      }),
      project: object({ commit: text(), dirty: yesOrNo('Uncommitted changes in the tree.') }),
    },
    'Where and with what it ran.',
  ),
);
export type Environment = Of<typeof environmentSchema>;
