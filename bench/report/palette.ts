/**
 * The colours of charts, as CSS variables that shades.ts defines. Never the only sign: lines also
 * differ in dash and symbol, and carry their name.
 */
export const colours = {
  blue: 'var(--blue)',
  vermillion: 'var(--vermillion)',
  green: 'var(--green)',
  purple: 'var(--purple)',
  orange: 'var(--orange)',
  sky: 'var(--sky)',
  ink: 'currentColor',
  paper: 'var(--paper)',
  card: 'var(--card)',
  soft: 'var(--soft)',
  muted: 'var(--muted)',
  faint: 'var(--faint)',
} as const;

/** With the check and without it, everywhere in the report. */
export const armColours = { treatment: colours.blue, control: colours.orange } as const;

/** The look of one line among many. */
export interface LineStyle {
  readonly colour: string;
  readonly dash: string;
  readonly symbol: 'circle' | 'square' | 'triangle' | 'diamond' | 'star' | 'times';
  readonly width: number;
}

const focusStyles: readonly LineStyle[] = [
  { colour: colours.blue, dash: '', symbol: 'circle', width: 2.5 },
  { colour: colours.green, dash: '', symbol: 'square', width: 2 },
  { colour: colours.vermillion, dash: '', symbol: 'triangle', width: 2 },
  { colour: colours.purple, dash: '6 3', symbol: 'diamond', width: 2 },
  { colour: colours.orange, dash: '2 3', symbol: 'star', width: 2 },
  { colour: colours.sky, dash: '8 3 2 3', symbol: 'times', width: 2 },
];

const background: LineStyle = { colour: colours.faint, dash: '', symbol: 'circle', width: 1 };

/** How many lines a chart can bring to the front. */
export const focusLimit = focusStyles.length;

/** Gives the named ones a look of their own, in this order, and all others the background's. */
export function lineStyles(focus: readonly string[]): (name: string) => LineStyle {
  return (name) => focusStyles[focus.indexOf(name)] ?? background;
}

/** A prediction, beside what was measured. */
export const modelStyle: LineStyle = {
  colour: colours.ink,
  dash: '7 4',
  symbol: 'times',
  width: 1.5,
};
