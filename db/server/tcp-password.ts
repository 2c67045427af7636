import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';
import { codeOf, messageOf, UserError } from '../cli/errors.ts';

const role = 'postgres';
const iterations = 4096; // PostgreSQL's own default, scram_iterations

/** The password for TCP connections to the embedded server, made when it is first wanted. */
export function tcpPassword(home: string): string {
  const file = join(home, 'tcp-password');
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') {
      throw new UserError(`cannot read ${file}: ${messageOf(error)}`);
    }
  }
  const password = randomBytes(24).toString('base64url');
  writeFileSync(file, `${password}\n`, { mode: 0o600, flag: 'wx' });
  return password;
}

/** Gives the server the password's verifier; the password itself never reaches a statement or a log. */
export async function setTcpPassword(client: pg.Client, password: string): Promise<void> {
  await client.query(`alter role ${role} password '${scramVerifier(password)}'`);
}

/** What PostgreSQL stores of a password (RFC 5802, RFC 7677): letters, digits and `-$:+/=` only. */
export function scramVerifier(password: string, salt: Buffer = randomBytes(16)): string {
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const hmac = (text: string): Buffer => createHmac('sha256', salted).update(text).digest();
  const storedKey = createHash('sha256').update(hmac('Client Key')).digest('base64');
  const serverKey = hmac('Server Key').toString('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}
