import { readdirSync, readFileSync } from 'node:fs';
import { messageOf, UserError } from '../../../db/cli/errors.ts';
import { nearest } from '../../../db/cli/nearest.ts';
import type { Draws } from '../../stats/random.ts';
import type { Delay, Mix } from '../results/trial-results.ts';
import { arrivalKinds } from './arrivals.ts';
import { numberKinds } from './number-kinds.ts';

export type { Delay, Mix };

const presetsFolder = new URL('./mixes/', import.meta.url);

/** The names of the presets. */
export function presetNames(): readonly string[] {
  return readdirSync(presetsFolder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length));
}

/**
 * Reads a mix: the name of a preset, or the path of a JSON file.
 *
 * @throws UserError that names the preset meant, or the field that is wrong.
 */
export function readMix(nameOrPath: string): Mix {
  const names = presetNames();
  if (names.includes(nameOrPath)) return read(new URL(`${nameOrPath}.json`, presetsFolder));
  if (!/[./\\]/.test(nameOrPath)) {
    throw new UserError(
      `no preset "${nameOrPath}"${nearest(nameOrPath, names)} (or the path of a mix file)`,
    );
  }
  return read(nameOrPath);
}

function read(file: string | URL): Mix {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UserError(`cannot read the mix file: ${messageOf(error)}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError(`the mix file ${String(file)} is not JSON: ${messageOf(error)}`);
  }
  return validateMix(value);
}

/** Checks what was read. Throws a UserError that names the first field that is wrong. */
export function validateMix(value: unknown): Mix {
  const mix = objectOf(value, 'a mix');
  rejectUnknown(mix, 'a mix', [...fields.keys(), 'delay', 'burst']);
  for (const [name, check] of fields) check(mix[name], name);
  if (mix['burst'] !== undefined) atLeast(1)(mix['burst'], 'burst');
  validateDelay(mix['delay']);
  const { deliveredShare, filteredShare, blockedShare, freshShare } = mix as unknown as Mix;
  if (deliveredShare + filteredShare > 1) {
    throw new UserError('mix: deliveredShare and filteredShare together exceed 1');
  }
  if (blockedShare + freshShare > 1) {
    throw new UserError('mix: blockedShare and freshShare together exceed 1');
  }
  return mix as unknown as Mix;
}

type FieldCheck = (value: unknown, name: string) => void;

const share: FieldCheck = (value, name) => {
  if (typeof value !== 'number' || !(value >= 0 && value <= 1)) wrong(name, 'a share from 0 to 1');
};
const atLeast =
  (least: number): FieldCheck =>
  (value, name) => {
    if (typeof value !== 'number' || !(value >= least) || !Number.isFinite(value)) {
      wrong(name, `a number, ${least} or more`);
    }
  };
const text: FieldCheck = (value, name) => {
  if (typeof value !== 'string' || value === '') wrong(name, 'a text');
};
const oneOf =
  (known: readonly string[]): FieldCheck =>
  (value, name) => {
    if (typeof value !== 'string' || !known.includes(value))
      wrong(name, `one of ${known.join(', ')}`);
  };

const fields = new Map<string, FieldCheck>([
  ['name', text],
  ['description', text],
  ['arrivals', oneOf(arrivalKinds)],
  ['numbers', oneOf(numberKinds)],
  ['blockedShare', share],
  ['freshShare', share],
  ['freshSendsPerNumber', atLeast(1)],
  ['freshNumbersAtOnce', atLeast(1)],
  ['optOutShare', share],
  ['deliveredShare', share],
  ['filteredShare', share],
  ['repeatShare', share],
]);

const delayFields: Readonly<Record<Delay['kind'], readonly string[]>> = {
  fixed: ['ms'],
  exponential: ['meanMs'],
  'log-normal': ['medianMs', 'p99Ms'],
  released: ['everyMs'],
};

function validateDelay(value: unknown): void {
  const delay = objectOf(value, 'delay');
  oneOf(Object.keys(delayFields))(delay['kind'], 'delay.kind');
  const needed = delayFields[delay['kind'] as Delay['kind']];
  rejectUnknown(delay, 'delay', ['kind', ...needed]);
  for (const name of needed) atLeast(name === 'ms' ? 0 : 1)(delay[name], `delay.${name}`);
  if (delay['kind'] === 'log-normal' && Number(delay['p99Ms']) < Number(delay['medianMs'])) {
    wrong('delay.p99Ms', 'no less than delay.medianMs');
  }
}

function objectOf(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UserError(`${what} must be a JSON object`);
  }
  return value as Record<string, unknown>;
}

function rejectUnknown(value: object, what: string, known: readonly string[]): void {
  const unknown = Object.keys(value).find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new UserError(`${what} has no field "${unknown}"${nearest(unknown, known)}`);
}

function wrong(name: string, wanted: string): never {
  throw new UserError(`mix: ${name} must be ${wanted}`);
}

/** Reports that one send brings on average, refusals of numbers blocked during the run left aside. */
export function reportsPerSend(mix: Mix): number {
  const fresh = mix.freshShare * mix.optOutShare;
  const others = (1 - mix.blockedShare - fresh) * (mix.deliveredShare + mix.filteredShare);
  return (fresh + others) * (1 + mix.repeatShare);
}

/** The normal distribution's 99th percentile. */
const normalP99 = 2.326;

/** When the report of a message acknowledged at `nowMs` comes. */
export function reportDueMs(delay: Delay, nowMs: number, draws: Draws): number {
  switch (delay.kind) {
    case 'fixed':
      return nowMs + delay.ms;
    case 'exponential':
      return nowMs + draws.exponential(delay.meanMs);
    case 'log-normal': {
      const sigma = Math.log(delay.p99Ms / delay.medianMs) / normalP99;
      return nowMs + delay.medianMs * Math.exp(sigma * draws.normal());
    }
    case 'released':
      return (Math.floor(nowMs / delay.everyMs) + 1) * delay.everyMs;
  }
}
