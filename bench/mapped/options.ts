import type { Mapping } from '../../db/adopt/mapping.ts';
import { readMapping } from '../../db/adopt/read-mapping.ts';
import { UserError } from '../../db/cli/errors.ts';
import { nearest } from '../../db/cli/nearest.ts';
import type { PairedMethod } from '../database/workbench.ts';
import { type BenchFlags, readOptions, refuseFlags } from '../run/options.ts';
import { mappedScenarioNames } from './scenarios.ts';

/** What is timed in whose tables. */
export interface MappedOptions {
  readonly mapping: Mapping;
  readonly seed: number;
  /** Names of mappedScenarioNames. */
  readonly scenarios: readonly string[];
  readonly method: PairedMethod;
  /** Longest that two sessions are kept. */
  readonly mostSessionsMs?: number;
  readonly out: string | undefined;
  readonly runName: string | undefined;
}

/** What makes no sense in tables that are somebody's, with the data that are there. */
const excluded = [
  'scale',
  'shape',
  'designs',
  'sweep',
  'clients',
  'blockedShare',
  'quick',
  'plans',
  'instructions',
  'pooler',
  'prefault',
  'against',
  'againstDesign',
  'againstSchema',
  'againstSettings',
  'resume',
  'replace',
] as const;

/** What the flags ask for in the tables of a mapping; undefined where they name none. */
export function readMappedOptions(flags: BenchFlags): MappedOptions | undefined {
  if (flags.mapping === undefined) return undefined;
  refuseFlags(flags, excluded, 'the tables of a mapping');
  const { scenarios, ...others } = flags;
  const { seed, method, out, runName } = readOptions(others);
  return {
    mapping: readMapping(flags.mapping),
    seed,
    scenarios: chosen(scenarios),
    method,
    out,
    runName,
  };
}

function chosen(names: string | undefined): readonly string[] {
  if (names === undefined || names === 'all') return mappedScenarioNames;
  return names.split(',').map((text) => {
    const name = text.trim();
    if (mappedScenarioNames.includes(name)) return name;
    throw new UserError(
      `no scenario "${name}" for the tables of a mapping${nearest(name, mappedScenarioNames)}`,
    );
  });
}
