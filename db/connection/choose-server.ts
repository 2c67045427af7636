import pg from 'pg';
import { messageOf, UserError } from '../cli/errors.ts';
import { cannotConnectNow } from '../sqlstates.ts';
import { addressesOf, readAddress, urlOf } from './address.ts';
import { connect } from './connect.ts';
import { asksForWrites, type Candidates } from './environment.ts';
import { onlyRow } from './only-row.ts';
import { readParameters } from './parameters.ts';

/** The servers that a URL names, one or several, and what it asks of the one that is taken. */
export function hostsOf(url: string): Candidates {
  const parameters = readParameters(url);
  const addresses = addressesOf(parameters);
  return {
    urls: addresses.length === 1 ? [url] : addresses.map((address) => urlOf(address)),
    mustTakeWrites: asksForWrites(parameters),
  };
}

/**
 * The URL of the one server that the lab works with from now on: the first that answers and, where that
 * is asked for, is no standby (manual: "Specifying Multiple Hosts"). One that answers by refusing the
 * login ends the search, as it does in libpq.
 *
 * @throws UserError in one line where none can be used
 */
export async function chooseServer({ urls, mustTakeWrites }: Candidates): Promise<string> {
  const [only, ...others] = urls;
  if (only !== undefined && others.length === 0 && !mustTakeWrites) return only;
  const reasons: string[] = [];
  for (const url of urls) {
    try {
      const standby = await isStandby(url);
      if (!standby || !mustTakeWrites) return url;
      const { host, port } = readAddress(url);
      reasons.push(
        `${host}:${port} is a standby, and target_session_attrs asks for one that writes`,
      );
    } catch (error) {
      if (!(error instanceof UserError) || !hasNotAnswered(error.cause)) throw error;
      reasons.push(messageOf(error));
    }
  }
  throw new UserError(reasons.join('; '));
}

async function isStandby(url: string): Promise<boolean> {
  const client = await connect(url);
  try {
    const answer = await client.query<{ standby: boolean }>(
      'select pg_catalog.pg_is_in_recovery() as standby',
    );
    return onlyRow(answer).standby;
  } finally {
    await client.end();
  }
}

/** Whether a server was not reached, or does no more than start or stop. */
function hasNotAnswered(cause: unknown): boolean {
  if (cause instanceof pg.DatabaseError) return cause.code === cannotConnectNow;
  return cause !== undefined;
}
