import type { Environment } from '../results/environment.ts';

/** What two servers are called beside each other: the shortest that tells them apart. */
export function serverTitles(
  treatment: Pick<Environment, 'server'>,
  control: Pick<Environment, 'server'>,
): { readonly treatment: string; readonly control: string } {
  for (const titleOf of [byMajor, byMinor]) {
    const titles = { treatment: titleOf(treatment), control: titleOf(control) };
    if (titles.treatment !== titles.control) return titles;
  }
  return { treatment: 'this server', control: 'the other server' };
}

function byMajor({ server }: Pick<Environment, 'server'>): string {
  return `PostgreSQL ${Math.floor(server.versionNumber / 10_000)}`;
}

/** With how the compiler optimised it, where the server says: two builds of a version differ by that first. */
function byMinor({ server }: Pick<Environment, 'server'>): string {
  const minor = `PostgreSQL ${Math.floor(server.versionNumber / 10_000)}.${server.versionNumber % 10_000}`;
  const optimised = server.pgConfig['CFLAGS']?.match(/(?<=^| )-O\S*/g)?.at(-1);
  return optimised === undefined ? minor : `${minor} (${optimised})`;
}
