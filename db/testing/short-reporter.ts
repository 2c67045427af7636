import { relative } from 'node:path';
import type { TestEvent } from 'node:test/reporters';
import { buildVariable } from '../cli/command-file.ts';
import { formatSeconds } from '../cli/number-text.ts';
import { projectDir } from '../cli/project-dir.ts';

/** So many of the files that took longest are named: where time could be saved. */
const longestNamed = 8;

/** What of a file's own output is shown with its failures. */
const mostLines = 40;

/**
 * A reporter for Node's test runner that prints what failed, what a test has to say (`t.diagnostic`),
 * and at the end a count.
 */
// biome-ignore lint/style/noDefaultExport: Node's test runner takes a reporter by its default export
export default async function* shortReporter(
  events: AsyncIterable<TestEvent>,
): AsyncGenerator<string> {
  const startedMs = performance.now();
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const names: string[] = [];
  const output = new Map<string, string>();
  const seconds = new Map<string, number>();
  for await (const event of events) {
    switch (event.type) {
      case 'test:start':
        names.length = event.data.nesting;
        names.push(event.data.name);
        break;
      case 'test:stdout':
      case 'test:stderr': {
        const { file = '', message } = event.data;
        output.set(file, `${output.get(file) ?? ''}${message}`);
        break;
      }
      case 'test:pass':
        if (event.data.nesting === 0) {
          const file = sourceOf(event.data.file ?? '');
          seconds.set(file, (seconds.get(file) ?? 0) + event.data.details.duration_ms / 1_000);
        }
        if (event.data.details.type === 'suite') break;
        if (event.data.skip !== undefined) counts.skipped++;
        else counts.passed++;
        break;
      case 'test:fail': {
        const { data } = event;
        const { error } = data.details;
        if ((error as { failureType?: string }).failureType === 'subtestsFailed') break;
        counts.failed++;
        const file = data.file ?? '';
        const path = [sourceOf(file), ...names.slice(0, data.nesting), data.name].join(' › ');
        yield `✖ ${path}\n${indent(textOf(error.cause ?? error))}\n`;
        const printed = output.get(file)?.trimEnd().split('\n').slice(-mostLines).join('\n');
        if (printed) yield `${indent(`it printed:\n${printed}`)}\n`;
        output.delete(file);
        break;
      }
      case 'test:diagnostic':
        // the runner's own totals stand at the end, with neither file nor line
        if (event.data.file !== undefined) yield `${event.data.message}\n`;
        break;
    }
  }
  const { passed, failed, skipped } = counts;
  if (seconds.size > longestNamed) yield `longest: ${longestOf(seconds)}\n`;
  yield `in ${formatSeconds((performance.now() - startedMs) / 1_000)}\n`;
  yield `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`;
}

/** The files that took longest, others beside them at work. */
function longestOf(seconds: ReadonlyMap<string, number>): string {
  return [...seconds]
    .sort(([, a], [, b]) => b - a)
    .slice(0, longestNamed)
    .map(([file, took]) => `${file} ${took.toFixed(0)} s`)
    .join(', ');
}

/** A test's file as it is written, not as it was built. */
function sourceOf(file: string): string {
  const build = process.env[buildVariable];
  return build !== undefined && file.startsWith(build)
    ? relative(build, file).replace(/\.js$/, '.ts')
    : relative(projectDir, file);
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '    ');
}
