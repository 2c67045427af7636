import { existsSync, readFileSync } from 'node:fs';
import type { Cluster } from './cluster.ts';
import { pidFile, type ServerPaths } from './paths.ts';

/**
 * One line on why a server did not start, from what this attempt added to its log.
 *
 * @param lastWords what pg_ctl said last, for a log that says nothing
 * @param logStart bytes of the log that were there before
 */
export function explainFailedStart(
  { paths, scratch }: Cluster,
  tcpPort: number | undefined,
  lastWords: string,
  logStart: number,
): string {
  const written = existsSync(paths.log) ? readFileSync(paths.log).subarray(logStart) : '';
  const log = written.toString().split('\n');
  const fatal = log.filter((line) => /(FATAL|PANIC):/.test(line)).at(-1) ?? '';
  const reason = fatal.replace(/^.*?(FATAL|PANIC):\s*/, '');
  if (tcpPort !== undefined && log.some((line) => line.includes('Address already in use'))) {
    return `port ${tcpPort} is in use by another program: stop it, or choose another --tcp-port`;
  }
  const refusal = listenRefusal(log);
  if (tcpPort !== undefined && refusal !== undefined) {
    return `cannot listen on 127.0.0.1:${tcpPort}: ${refusal}`;
  }
  if (/lock file ".*\.s\.PGSQL/.test(reason)) {
    return `another server uses the socket in ${paths.socketDir}: stop it, or remove that folder if none runs`;
  }
  if (/lock file "postmaster\.pid" already exists/.test(reason)) {
    return stalePidFile(paths);
  }
  const said = badSetting(reason, log) ?? (reason === '' ? lastWords : reason);
  // a scratch cluster's log goes with it
  return `PostgreSQL did not start: ${said}${scratch === undefined ? ` (log: ${paths.log})` : ''}`;
}

/** Why the system did not let the server listen for TCP, if that is what its log tells. */
function listenRefusal(log: readonly string[]): string | undefined {
  return log
    .map((line) => /could not (?:create|bind|listen on) .*IPv4.*: ([^:]+)$/.exec(line)?.[1])
    .find((reason) => reason !== undefined)
    ?.toLowerCase();
}

/** Which setting it is that the configuration has an error in, where that is why. */
function badSetting(reason: string, log: readonly string[]): string | undefined {
  if (!/^configuration file .* contains errors/.test(reason)) return undefined;
  return log
    .map((line) => /LOG:\s*(.*(?:parameter|syntax error).*)$/.exec(line)?.[1])
    .find((said) => said !== undefined)
    ?.replace(/ in file ".*$/, '');
}

/** The error for a pid file that names a living process which does not answer as PostgreSQL. */
export function stalePidFile(paths: ServerPaths): string {
  return (
    `${pidFile(paths)} names a process that does not answer as this server: ` +
    'if no PostgreSQL runs on that folder, remove the file'
  );
}
