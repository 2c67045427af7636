import { execFileSync, spawnSync } from 'node:child_process';
import { UserError } from '../cli/errors.ts';

/** The operating system account that the server runs as. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
  readonly name: string;
  /** True where it is another one than ours: we are root, and PostgreSQL refuses to run as root. */
  readonly differs: boolean;
}

/** Our own account; as root that of `postgres`, or of `nobody` where there is none. */
export function serverAccount(): Account {
  const uid = process.getuid?.() ?? -1;
  const gid = process.getgid?.() ?? -1;
  if (uid !== 0) return { uid, gid, name: `uid ${uid}`, differs: false };
  for (const name of ['postgres', 'nobody']) {
    const [accountUid, accountGid] = [idOf(name, '-u'), idOf(name, '-g')];
    if (accountUid !== undefined && accountGid !== undefined) {
      return { uid: accountUid, gid: accountGid, name, differs: true };
    }
  }
  throw new UserError(
    'PostgreSQL does not run as root, and there is no account "postgres" or "nobody" to run it as: ' +
      'run this as an ordinary user, or set DATABASE_URL',
  );
}

/** What a process of that account gets as spawn options: never root, and a folder it can enter. */
export function runAs(account: Account): { uid?: number; gid?: number; cwd: string } {
  return account.differs ? { uid: account.uid, gid: account.gid, cwd: '/' } : { cwd: '/' };
}

/** Whether the account may do `test`'s operation (`-r`, `-w`, `-x`) on a path, asked as that account. */
export function may(account: Account, operation: '-r' | '-w' | '-x', path: string): boolean {
  const asked = spawnSync('/bin/sh', ['-c', 'test "$0" "$1"', operation, path], {
    ...runAs(account),
    stdio: 'ignore',
  });
  return asked.status === 0;
}

function idOf(name: string, flag: '-u' | '-g'): number | undefined {
  try {
    const printed = execFileSync('id', [flag, name], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return Number.parseInt(printed, 10);
  } catch {
    return undefined;
  }
}
