import { UserError } from '../../db/cli/errors.ts';
import { connect } from '../../db/connection/connect.ts';
import { onlyRow } from '../../db/connection/only-row.ts';
import { type Lab, openExternalServer, openLabBeside, openLabOn } from '../../db/lab.ts';
import { requireServerUrl } from './server-url.ts';

/** What the control's database is called beside that of the treatment. */
const suffix = '_against';

/** A second database on the lab's server, made where it is not there; it stays for the next time. */
export async function labBeside(lab: Lab): Promise<Lab> {
  const client = await lab.connect();
  let name: string;
  try {
    name = onlyRow(
      await client.query<{ name: string }>('select current_database() || $1 as name', [suffix]),
    ).name;
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
  return openLabBeside(lab, name);
}

/**
 * The database of another server.
 *
 * @throws UserError where it is the lab's own, or the URL names a password
 */
export async function labAt(
  lab: Lab,
  givenUrl: string,
  allowNonempty: boolean | undefined,
): Promise<Lab> {
  requireServerUrl('--against', givenUrl);
  const server = await openExternalServer(givenUrl);
  if ((await identityOf(server.url)) === (await identityOf(lab.url))) {
    throw new UserError('--against names the database that it would be compared with');
  }
  return openLabOn(server, { allowNonempty });
}

/** What tells a database from all others, on whatever way it is reached. */
async function identityOf(url: string): Promise<string> {
  const client = await connect(url);
  try {
    const answer = await client.query<{ identity: string }>(
      `select concat_ws(' ', pg_postmaster_start_time(), inet_server_port(), current_setting('port'),
         (select oid from pg_database where datname = current_database())) as identity`,
    );
    return onlyRow(answer).identity;
  } finally {
    await client.end();
  }
}
