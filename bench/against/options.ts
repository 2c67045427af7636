import { UserError } from '../../db/cli/errors.ts';
import { type Design, designNamed } from '../../db/designs.ts';
import { migrationVersions } from '../../db/schema/migration-texts.ts';
import {
  type BenchFlags,
  type BenchOptions,
  readOptions,
  refuseFlags,
  wantedInstructions,
} from '../run/options.ts';
import { scenariosNamed } from '../scenarios/index.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import type { SettingsOfFile } from './second-server.ts';
import { readSettingsFile } from './settings-file.ts';

/** What the control is. */
export type Against =
  | { readonly differs: 'design'; readonly design: Design }
  | { readonly differs: 'schema'; readonly version: string }
  | { readonly differs: 'server'; readonly url: string }
  | ({ readonly differs: 'settings' } & SettingsOfFile);

/** What is compared, and with what. */
export interface AgainstOptions extends BenchOptions {
  readonly design: Design;
  readonly against: Against;
  readonly allowNonempty: boolean | undefined;
}

/** What is compared where nothing is said. */
const scenariosByDefault = [
  'insert-durable',
  'insert-not-durable',
  'bulk-10',
  'bulk-1000',
  'copy-1000-ids',
  'refused',
  'report-first',
  'report-repeated',
  'report-blocking',
];

/** What makes no sense where two places are compared. */
const excluded = [
  'shape',
  'sweep',
  'plans',
  'quick',
  'resume',
  'clients',
  'pooler',
  'prefault',
] as const;

/** The control that the flags ask for; undefined where they ask for none. */
export function readAgainst(flags: BenchFlags): AgainstOptions | undefined {
  const wanted = [
    flags.against !== undefined && { differs: 'server' as const, url: flags.against },
    flags.againstDesign !== undefined && {
      differs: 'design' as const,
      design: designNamed(flags.againstDesign),
    },
    flags.againstSchema !== undefined && {
      differs: 'schema' as const,
      version: knownVersion(flags.againstSchema),
    },
    flags.againstSettings !== undefined && {
      differs: 'settings' as const,
      file: flags.againstSettings,
      settings: readSettingsFile(flags.againstSettings),
    },
  ].filter((one) => one !== false);
  const [against] = wanted;
  if (against === undefined) return undefined;
  if (wanted.length > 1) {
    throw new UserError(
      'one of --against, --against-design, --against-schema and --against-settings at a time',
    );
  }
  if (against.differs === 'settings' && (process.env['DATABASE_URL'] ?? '') !== '') {
    throw new UserError(
      '--against-settings starts a second embedded server beside the embedded one: unset DATABASE_URL, or give your own second server to --against',
    );
  }
  refuseFlags(flags, excluded, 'a comparison of two places');
  const options = readOptions({
    ...flags,
    scenarios: flags.scenarios ?? scenariosByDefault.join(','),
  });
  const twoServers = against.differs === 'server';
  if (!twoServers && flags.instructions !== undefined) {
    throw new UserError('--instructions is for a comparison of two servers: --against');
  }
  const [design] = options.designs;
  if (design === undefined || options.designs.length > 1) {
    throw new UserError('name one design with --designs: the one that is compared');
  }
  if (against.differs === 'design' && against.design.name === design.name) {
    throw new UserError(`${design.name} against itself: name another with --designs`);
  }
  const instructions = twoServers ? wantedInstructions(flags) : 'none';
  return { ...options, design, against, instructions, allowNonempty: flags.allowNonempty };
}

/** A scenario as it runs in two places: both do what is measured. */
export function inTwoPlaces(scenario: Scenario): Scenario {
  return { ...scenario, control: 'another place' };
}

/** By which the method is tried on itself, the same in both places. */
export const triedOnItself: readonly Scenario[] = scenariosNamed(['insert-not-durable']).map(
  (scenario) => ({ ...inTwoPlaces(scenario), weight: scenario.weight / 2 }),
);

function knownVersion(version: string): string {
  const versions = migrationVersions();
  if (!versions.slice(0, -1).includes(version)) {
    throw new UserError(
      `--against-schema wants the version of an older migration: ${versions.slice(0, -1).join(', ')}`,
    );
  }
  return version;
}
