import { UserError } from '../cli/errors.ts';
import { chooseServer } from './choose-server.ts';
import { complete } from './environment.ts';
import { readParameters } from './parameters.ts';

/**
 * The database that a flag names by its URL, or DATABASE_URL where the flag stands alone. A command line
 * can be read by everybody on the machine: no password may be in it.
 *
 * @param given the flag's value; true without one
 * @throws UserError for no URL, one with a password, or a server that does not answer
 */
export async function urlOfFlag(given: string | true): Promise<string> {
  const url = given === true ? process.env['DATABASE_URL'] : given;
  if (url === undefined || url === '') {
    throw new UserError('name a database: its URL, or DATABASE_URL in the environment');
  }
  if (given !== true && readParameters(url)['password'] !== undefined) {
    throw new UserError(
      'a command line can be read by others: put a URL with a password into DATABASE_URL, and name none here',
    );
  }
  return chooseServer(complete(url));
}
