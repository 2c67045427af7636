import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { projectDir } from '../../db/cli/project-dir.ts';
import { isInstalled } from '../../db/cli/working-dir.ts';
import type { Environment } from '../results/results.ts';
import { median } from '../stats/median.ts';

/** The machine that this program runs on. */
export function machineFacts(): Pick<
  Environment['machine'],
  'platform' | 'kernel' | 'cpuModel' | 'cpus' | 'memoryBytes'
> {
  return {
    platform: `${process.platform} ${process.arch}`,
    kernel: release(),
    cpuModel: cpus()[0]?.model.trim() ?? 'unknown',
    cpus: availableParallelism(),
    memoryBytes: totalmem(),
  };
}

/** 1, 5 and 15 minutes. */
export function loadAverage(): readonly number[] {
  return loadavg().map((load) => Math.round(load * 100) / 100);
}

/** Node, the packages that the figures depend on, and the clock. */
export function clientFacts(): Environment['client'] {
  return {
    node: process.versions.node,
    v8: process.versions.v8,
    packages: packageVersions(),
    clockResolutionNs: clockResolutionNs(),
  };
}

/** The commit of the checkout and whether its code has changes (reports are made by runs); `unknown` outside of git, and of an installed package. */
export function projectFacts(): Environment['project'] {
  if (isInstalled) return { commit: 'unknown', dirty: false };
  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', projectDir, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  try {
    return {
      commit: git('rev-parse', 'HEAD'),
      dirty: git('status', '--porcelain', '--untracked-files=no', '--', '.', ':!reports') !== '',
    };
  } catch {
    return { commit: 'unknown', dirty: false };
  }
}

function packageVersions(): Record<string, string> {
  const wanted = ['pg', 'pg-copy-streams', 'tinybench', 'hdr-histogram-js', 'tsx', 'dbmate'];
  return Object.fromEntries(
    wanted.flatMap((name) => {
      const version = installedVersion(name);
      return version === undefined ? [] : [[name, version]];
    }),
  );
}

/** Of the package that an import finds from here; its own package.json may not be among what it exports. */
function installedVersion(name: string): string | undefined {
  const from = createRequire(import.meta.url).resolve.paths(name) ?? [];
  const file = from
    .map((folder) => join(folder, name, 'package.json'))
    .find((path) => existsSync(path));
  if (file === undefined) return undefined;
  return (JSON.parse(readFileSync(file, 'utf8')) as { version?: string }).version;
}

function clockResolutionNs(): number {
  const steps: number[] = [];
  for (let reading = 0; reading < 1_000; reading++) {
    const before = process.hrtime.bigint();
    let after = process.hrtime.bigint();
    while (after === before) after = process.hrtime.bigint();
    steps.push(Number(after - before));
  }
  return median(steps);
}
