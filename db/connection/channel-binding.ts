import type pg from 'pg';
import { UserError } from '../cli/errors.ts';
import type { ServerAddress } from './address.ts';

/** What became of a login that must be bound to its TLS session. */
export interface ChannelBinding {
  /** Throws a UserError for a session that was opened without. */
  requireDone(): void;
}

const refusal = 'the server offers no channel binding, which the URL requires';

/**
 * Has a client insist on channel binding where the address does (channel_binding=require). pg alone takes
 * it where it is offered: a password would go to a server in the middle that asks for it in another way.
 *
 * @param client not connected yet
 */
export function bindingOf(
  client: pg.Client,
  { more: { channel_binding, password } }: ServerAddress,
): ChannelBinding | undefined {
  if (channel_binding !== 'require') return undefined;
  let offered = false;
  let done = false;
  const { connection } = client;
  // before pg's own listeners, which it adds when it connects
  connection.on('authenticationSASL', ({ mechanisms }: { mechanisms: readonly string[] }) => {
    offered = mechanisms.includes('SCRAM-SHA-256-PLUS');
  });
  connection.on('authenticationSASLFinal', () => {
    done = offered;
  });
  // pg asks for it before it answers in any way
  const give = (): string => {
    if (!offered) throw new UserError(refusal);
    if (password === undefined)
      throw new UserError('the server asks for a password, and the URL has none');
    return password;
  };
  Object.assign(client, { password: give });
  return {
    requireDone() {
      if (!done) throw new UserError(refusal);
    },
  };
}
