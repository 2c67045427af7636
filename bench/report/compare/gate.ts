import { InvalidArgumentError } from 'commander';
import { formatChange } from '../format.ts';
import { type Comparison, slowerThan } from './compare-runs.ts';
import { type NamedFigure, requireKind } from './figure-kinds.ts';

/** More than this share worse is too much: of the time, or of a named kind of figure. */
export interface Limit {
  readonly kind: 'time' | (string & {});
  readonly share: number;
}

/** What a comparison must hold. */
export interface Gate {
  readonly limits: readonly Limit[];
  /** Scenarios that must have been judged. */
  readonly required: readonly string[];
}

/** `5%`, or `instructions=1%`. */
export function parseLimit(text: string): Limit {
  const match = /^(?:([\w-]+)=)?(\d+(?:\.\d+)?) ?%?$/.exec(text.trim());
  if (match === null) {
    throw new InvalidArgumentError(
      'Say a percentage, like 5%, or a kind and one, like instructions=1%.',
    );
  }
  const [, kind = 'time', percent] = match;
  if (kind !== 'time') requireKind(kind);
  return { kind, share: Number(percent) / 100 };
}

/**
 * Why a comparison does not pass, one sentence each; none where it passes. What was not measured does not
 * pass: a figure that the earlier run had and the later one has not, and a comparison that judged nothing.
 *
 * @param figuresOfKind the figures of a named kind in the earlier run and in the later one
 */
export function gateFailures(
  comparison: Comparison,
  gate: Gate,
  figuresOfKind: (kind: string) => readonly [readonly NamedFigure[], readonly NamedFigure[]],
): readonly string[] {
  if (gate.limits.length === 0 && gate.required.length === 0) return [];
  const { reasons } = comparison.comparability;
  if (reasons.length > 0) return [`nothing could be judged: ${reasons.join('; ')}`];
  return [
    ...gate.limits.flatMap((limit) =>
      limit.kind === 'time'
        ? timeFailures(comparison, limit.share)
        : kindFailures(limit, ...figuresOfKind(limit.kind)),
    ),
    ...requireFailures(comparison, gate.required),
  ];
}

function timeFailures(comparison: Comparison, share: number): readonly string[] {
  const slower = slowerThan(comparison, share);
  const [worst] = slower;
  return [
    ...(worst === undefined
      ? []
      : [
          `${slower.length} slower by more than ${percentText(share)} with the whole interval, the most ${worst.design}, ${worst.title}: ${formatChange(worst.ratio)}`,
        ]),
    ...missingFailures(comparison.missing),
    ...(comparison.changes.some(({ judged }) => judged)
      ? []
      : ['nothing could be judged: the runs have no figure in common that can be']),
  ];
}

function kindFailures(
  { kind, share }: Limit,
  before: readonly NamedFigure[],
  after: readonly NamedFigure[],
): readonly string[] {
  const find = ({ design, scenario }: NamedFigure): NamedFigure | undefined =>
    after.find((figure) => figure.design === design && figure.scenario === scenario);
  const more = before
    .flatMap((figure) => {
      const later = find(figure);
      return later === undefined ? [] : [{ ...figure, ratio: later.value / figure.value }];
    })
    .filter(({ ratio }) => ratio > 1 + share)
    .sort((a, b) => b.ratio - a.ratio);
  const [worst] = more;
  return [
    ...(worst === undefined
      ? []
      : [
          `${more.length} with more than ${percentText(share)} more ${kind}, the most ${worst.design}, ${worst.scenario}: ${percentText(worst.ratio - 1)} more`,
        ]),
    ...missingFailures(
      before
        .filter((figure) => find(figure) === undefined)
        .map(({ design, scenario }) => `${design}, ${scenario} (${kind})`),
    ),
  ];
}

function requireFailures({ changes }: Comparison, required: readonly string[]): readonly string[] {
  return required
    .filter((scenario) => !changes.some((one) => one.judged && one.scenario === scenario))
    .map((scenario) => `${scenario} was not judged`);
}

function missingFailures(missing: readonly string[]): readonly string[] {
  const named = 3;
  return missing.length === 0
    ? []
    : [
        `the later run lacks ${missing.length} of the earlier one's figures: ${missing.slice(0, named).join('; ')}${missing.length > named ? ' …' : ''}`,
      ];
}

function percentText(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}
