import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { newCommand, runCommand } from '../../db/cli/command.ts';
import { CheckFailure } from '../../db/cli/errors.ts';
import { projectDir } from '../../db/cli/project-dir.ts';

await runCommand(async () => {
  newCommand('check:links')
    .description('Check that what the .md files link to inside the project is there')
    .parse();
  const files = markdownFiles();
  const faults = files.flatMap(faultsOf);
  for (const fault of faults) process.stdout.write(`${fault}\n`);
  if (faults.length > 0) throw new CheckFailure(`${faults.length} links lead nowhere`);
  process.stdout.write(`${files.length} documents, every link leads somewhere\n`);
});

/** Those that are committed or will be; of the reports only the reference is. */
function markdownFiles(): readonly string[] {
  const { stdout, status } = spawnSync(
    'git',
    ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'],
    { cwd: projectDir, encoding: 'utf8' },
  );
  if (status !== 0) throw new CheckFailure('git does not list the files: is this a checkout?');
  return stdout.split('\n').filter((file) => file !== '' && existsSync(join(projectDir, file)));
}

function faultsOf(file: string): readonly string[] {
  const text = withoutCode(readFileSync(join(projectDir, file), 'utf8'));
  return [...text.matchAll(/\]\(<?([^)>\s]+)>?\)/g)].flatMap(([, target = '']) => {
    if (/^[a-z]+:/i.test(target)) return [];
    const [path = '', anchor] = target.split('#');
    const place = path === '' ? file : relative('.', join(dirname(file), decodeURI(path)));
    if (!existsSync(join(projectDir, place))) return [`${file}: ${target} is not there`];
    if (anchor === undefined || !place.endsWith('.md')) return [];
    return headingsOf(place).includes(anchor) ? [] : [`${file}: ${target} has no such heading`];
  });
}

/** The addresses of a document's headings, as GitHub makes them. */
function headingsOf(file: string): readonly string[] {
  const text = withoutCode(readFileSync(join(projectDir, file), 'utf8'));
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );
}

function withoutCode(text: string): string {
  return text.replaceAll(/^```[\s\S]*?^```/gm, '');
}
