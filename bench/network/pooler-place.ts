import { InvalidArgumentError } from 'commander';
import { UserError } from '../../db/cli/errors.ts';
import { readAddress, urlOf } from '../../db/connection/address.ts';
import { connect, connectAsIs } from '../../db/connection/connect.ts';
import { onlyRow } from '../../db/connection/only-row.ts';
import type { Design } from '../../db/designs.ts';
import { readSql } from '../../db/sql.ts';

/** Where a pooler is, and who logs in there if it calls that role otherwise. */
export interface PoolerPlace {
  readonly user?: string;
  readonly host: string;
  readonly port: number;
}

const sameDatabaseSql = readSql(new URL('./sql/database_identity.sql', import.meta.url));

/** Reads `host:port` or `user@host:port`; a host may be the folder of a socket, or IPv6 in brackets. */
export function parsePoolerPlace(text: string): PoolerPlace {
  const [, user, host = '', port = ''] =
    /^(?:(.+)@)?(\[[^\]]+\]|[^:@]+):(\d{1,5})$/.exec(text) ?? [];
  if (host === '' || Number(port) < 1 || Number(port) > 65_535) {
    throw new InvalidArgumentError(
      'not HOST:PORT or USER@HOST:PORT (the password is DATABASE_URL’s).',
    );
  }
  return {
    ...(user === undefined ? {} : { user }),
    host: host.replace(/^\[(.*)\]$/, '$1'),
    port: Number(port),
  };
}

/** The place as the flag says it. */
export function poolerText({ user, host, port }: PoolerPlace): string {
  const written = host.includes(':') ? `[${host}]` : host;
  return `${user === undefined ? '' : `${user}@`}${written}:${port}`;
}

/**
 * The pooler's URL: the server's in all but the place.
 *
 * @throws UserError where it leads to another database
 */
export async function poolerUrlOf(url: string, place: PoolerPlace): Promise<string> {
  const address = readAddress(url);
  // what a session asks for when it begins a pooler does not hand on; an address is the server's
  const { hostaddr, options, ...more } = address.more;
  const poolerUrl = urlOf({ ...address, ...place, more });
  const [direct, pooled] = [
    await identityBy(connect, url),
    await identityBy(connectAsIs, poolerUrl),
  ];
  if (direct !== pooled) {
    throw new UserError(
      `the pooler at ${poolerText(place)} leads to another database than DATABASE_URL names`,
    );
  }
  return poolerUrl;
}

async function identityBy(open: typeof connectAsIs, url: string): Promise<string> {
  const client = await open(url, 'optout-lab');
  try {
    return onlyRow(await client.query<{ identity: string }>(sameDatabaseSql)).identity;
  } finally {
    await client.end();
  }
}

/**
 * Refuses designs whose sessions take a role, which a pooler would give to others.
 *
 * @throws UserError that names them
 */
export function requireNoRole(designs: readonly Design[]): void {
  const bound = designs
    .filter(({ sessionSql }) => sessionSql !== undefined)
    .map(({ name }) => name);
  if (bound.length > 0) {
    throw new UserError(
      `${bound.join(', ')}: a session must take a role first, and --pooler shares sessions`,
    );
  }
}
