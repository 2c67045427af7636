/**
 * Every colour of a page and of a chart, as a CSS variable: on light, on dark and on paper.
 *
 * The colours of charts are Okabe and Ito's (2008), which colour-blind readers tell apart, each in a
 * shade that its background bears.
 */
const light = {
  paper: '#fcfcfa',
  card: '#ffffff',
  ink: '#1c1f23',
  soft: '#545b64',
  muted: '#767d87',
  faint: '#c3c8cf',
  line: '#e2e4e0',
  link: '#005a8f',
  blue: '#0072b2',
  vermillion: '#d55e00',
  green: '#008a64',
  purple: '#b5588f',
  orange: '#d98c00',
  sky: '#3d9fd6',
  good: '#00704f',
  bad: '#b54800',
  open: '#7a5c00',
  'good-tint': '#e9f5f0',
  'bad-tint': '#fdefe5',
  'open-tint': '#fbf4df',
} as const;

type Shades = Readonly<Record<keyof typeof light, string>>;

const dark: Shades = {
  paper: '#14171b',
  card: '#1b1f24',
  ink: '#e7e9ec',
  soft: '#adb4bd',
  muted: '#8b939d',
  faint: '#4a515a',
  line: '#2d333a',
  link: '#7cc4ee',
  blue: '#4da6e0',
  vermillion: '#f07f35',
  green: '#2bb98d',
  purple: '#dd94bd',
  orange: '#f0b13c',
  sky: '#8fd0f5',
  good: '#3cc79b',
  bad: '#ff9557',
  open: '#e8bf4f',
  'good-tint': '#16291f',
  'bad-tint': '#2f1f14',
  'open-tint': '#2a2412',
};

const printed: Shades = {
  ...light,
  paper: '#fff',
  card: '#fff',
  ink: '#000',
  soft: '#333',
  muted: '#555',
  faint: '#aaa',
  line: '#ccc',
  link: '#000',
  'good-tint': '#fff',
  'bad-tint': '#fff',
  'open-tint': '#fff',
};

/** The variables of a page: as the system wants, unless the reader chose (`data-theme`), black on white in print. */
export function pageShades(): string {
  return [
    rule(':root', 'light', light),
    `@media (prefers-color-scheme: dark) {\n${rule(':root', 'dark', dark)}}\n`,
    rule(':root[data-theme="light"]', 'light', light),
    rule(':root[data-theme="dark"]', 'dark', dark),
    `@media print {\n${rule(':root, :root[data-theme]', 'light', printed)}}\n`,
  ].join('');
}

/** The variables of a drawing that stands alone: an image follows the system and nothing else. */
export function imageShades(): string {
  return `${rule(':root', 'light', light)}@media (prefers-color-scheme: dark) {\n${rule(':root', 'dark', dark)}}\n`;
}

function rule(selector: string, scheme: 'light' | 'dark', shades: Shades): string {
  const variables = Object.entries(shades).map(([name, colour]) => `--${name}:${colour}`);
  return `${selector}{color-scheme:${scheme};${variables.join(';')}}\n`;
}
