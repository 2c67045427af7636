import type { DesignResult, Results } from '../../results/results.ts';
import { answersOf } from '../answers.ts';
import { escapeHtml } from '../html.ts';

/** One case of a JUnit file. */
export interface JunitCase {
  readonly name: string;
  readonly seconds?: number;
  /** Why it did not pass. */
  readonly failure?: string;
  /** Why it was not run, or said neither yes nor no. */
  readonly skipped?: string;
}

/** Cases that belong together. */
export interface JunitSuite {
  readonly name: string;
  readonly cases: readonly JunitCase[];
}

/** The behaviours of each design of a run, and the questions that can be answered with yes or no. */
export function runSuites(results: Results): readonly JunitSuite[] {
  return [
    ...results.designs
      .filter(({ behaviours, status }) => behaviours.length > 0 || status !== 'planned')
      .map(designSuite),
    {
      name: 'answers',
      cases: answersOf(results)
        .filter(({ mark }) => mark !== 'plain')
        .map(({ question, mark, answer }) => ({
          name: question,
          ...(mark === 'bad' ? { failure: answer } : mark === 'open' ? { skipped: answer } : {}),
        })),
    },
  ];
}

function designSuite({ name, behaviours, status, reason }: DesignResult): JunitSuite {
  const built: JunitCase = {
    name: 'can be built',
    ...(status === 'could not be built' || status === 'timed out'
      ? { failure: reason ?? status }
      : {}),
  };
  return {
    name,
    cases: [
      built,
      ...behaviours.map(({ name, outcome, reason = outcome, declared, durationMs }) => ({
        name,
        seconds: durationMs / 1_000,
        ...(outcome === 'passed'
          ? {}
          : outcome === 'not run' || declared === true
            ? { skipped: declared === true ? 'the design declares it' : reason }
            : { failure: reason }),
      })),
    ],
  };
}

/**
 * Suites as XML, in the form that CI systems read: testsuites, testsuite, testcase, failure, skipped
 * (the common part of what Jenkins, GitLab and GitHub's actions take for JUnit's).
 */
export function junitXml(suites: readonly JunitSuite[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites${counts(suites.flatMap(({ cases }) => cases))}>
${suites.map(suiteXml).join('')}</testsuites>
`;
}

function suiteXml({ name, cases }: JunitSuite): string {
  return `  <testsuite name="${attribute(name)}"${counts(cases)}>
${cases.map((one) => caseXml(name, one)).join('')}  </testsuite>
`;
}

function caseXml(suite: string, { name, seconds, failure, skipped }: JunitCase): string {
  const time = seconds === undefined ? '' : ` time="${seconds.toFixed(3)}"`;
  const outcome =
    failure !== undefined
      ? `<failure message="${attribute(failure)}"/>`
      : skipped !== undefined
        ? `<skipped message="${attribute(skipped)}"/>`
        : '';
  return `    <testcase classname="${attribute(suite)}" name="${attribute(name)}"${time}>${outcome}</testcase>\n`;
}

function counts(cases: readonly JunitCase[]): string {
  const failures = cases.filter(({ failure }) => failure !== undefined).length;
  const skipped = cases.filter((one) => one.failure === undefined && one.skipped !== undefined);
  return ` tests="${cases.length}" failures="${failures}" skipped="${skipped.length}"`;
}

/** A text in an attribute; XML has no word for most control characters. */
function attribute(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return escapeHtml(text.replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '')).replaceAll(
    /\s*\n\s*/g,
    '&#10;',
  );
}
