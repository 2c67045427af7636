import { newCommand } from '../../db/cli/command.ts';
import { UserError } from '../../db/cli/errors.ts';
import { positiveNumber } from '../../db/cli/flags.ts';
import { designsNamed } from '../../db/designs.ts';
import { parseScale } from '../../seed/data-set/scale.ts';
import { requireServerUrl } from '../against/server-url.ts';
import { parseDuration, parseRate } from '../load/options/flag-values.ts';
import { requireRunName } from '../results/run-folder.ts';
import type { OtherServer, ReferenceOptions } from './parts.ts';

/** What the flags of `npm run reference` ask for. */
export interface ReferenceRequest {
  readonly options: Omit<ReferenceOptions, 'out'>;
  /** Remove an earlier one of that name first. */
  readonly again: boolean;
}

/**
 * Reads the flags and tries each as the parts will, so that a wrong one is refused before anything
 * is removed or run. Throws commander's error or a UserError of one line that names the bad value.
 */
export function readReferenceFlags(args: readonly string[]): ReferenceRequest {
  const flags = parse(args);
  const sizes = flags.sizes.split(',').map((size) => size.trim());
  requireAscending(sizes);
  designsNamed(flags.designs);
  requireRunName(flags.name);
  const { designs, name, rate, loadSeconds, against } = flags;
  return {
    options: { sizes, designs, name, rate, loadSeconds, against },
    again: flags.again ?? false,
  };
}

interface Flags {
  readonly sizes: string;
  readonly designs: string;
  readonly name: string;
  readonly rate: number;
  readonly loadSeconds: number;
  readonly against: readonly OtherServer[];
  readonly again?: boolean;
}

function parse(args: readonly string[]): Flags {
  return newCommand('reference')
    .description(
      'Make the reference: every design at every size, loads, the threshold; run again, it goes on where it stopped',
    )
    .option('--sizes <sizes>', 'ascending; the last is measured in full', '10k,100k,1M,10M,100M')
    .option('--designs <names|all>', 'designs to measure', 'all')
    .option('--name <name>', 'folder under reports/', 'reference')
    .option(
      '--rate <number>',
      'operations a second of the offered loads',
      alsoReadBy(parseRate),
      1_000,
    )
    .option(
      '--load-seconds <number>',
      'how long each load is offered',
      alsoReadBy(parseDuration),
      60,
    )
    .option(
      '--against <name=url>',
      'another server to compare the embedded one with, such as 17=postgres://…; may be given several times',
      otherServer,
      [],
    )
    .option('--again', 'remove an earlier one of that name first')
    .parse(args, { from: 'user' })
    .opts<Flags>();
}

/** Reads `name=url` and puts it behind those before it. */
function otherServer(text: string, before: readonly OtherServer[]): readonly OtherServer[] {
  const [, name, url] = /^([\w.-]+)=(.+)$/s.exec(text) ?? [];
  if (name === undefined || url === undefined) {
    throw new UserError('--against wants NAME=URL'); // not what it was given: that may hold a password
  }
  if (before.some((other) => other.name === name)) {
    throw new UserError(`--against names ${name} twice`);
  }
  requireServerUrl('--against', url);
  return [...before, { name, url }];
}

/** A parser for a number above 0 that a load must be able to read as well. */
function alsoReadBy(read: (text: string) => unknown): (text: string) => number {
  return (text) => {
    const value = positiveNumber(text);
    read(text);
    return value;
  };
}

function requireAscending(sizes: readonly string[]): void {
  const messages = sizes.map(parseScale);
  if (messages.every((size, index) => size > (messages[index - 1] ?? 0))) return;
  throw new UserError(`--sizes wants ascending sizes, such as 10k,100k,1M: ${sizes.join(',')}`);
}
