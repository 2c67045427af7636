import { UserError } from '../../db/cli/errors.ts';
import { readAddress } from '../../db/connection/address.ts';
import { readParameters } from '../../db/connection/parameters.ts';

/**
 * That the URL of another server may be used: it names one, and holds no password.
 *
 * @throws UserError naming the flag, never with the URL's password
 */
export function requireServerUrl(flag: string, url: string): void {
  try {
    readAddress(url);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(error.message.replaceAll('DATABASE_URL', flag));
  }
  if (readParameters(url)['password'] !== undefined) {
    throw new UserError(
      `a command line can be read by others: leave the password of ${flag} to a password file (PGPASSFILE)`,
    );
  }
}
