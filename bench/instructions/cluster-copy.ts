import { type BigIntStats, constants } from 'node:fs';
import { copyFile, lchown, lstat, mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Account } from '../../db/server/account.ts';

/**
 * A copy of a stopped cluster that can be made like it again: only the files that have changed since, on
 * either side, are copied. Every count begins from the same bytes.
 */
export class ClusterCopy {
  readonly data: string;
  readonly #account: Account;
  /** What each file and its copy were when they were last the same. */
  readonly #same = new Map<string, { readonly original: string; readonly copy: string }>();

  constructor(data: string, account: Account) {
    this.data = data;
    this.#account = account;
  }

  /** Makes the copy like the original, or the copy itself where there is none yet. */
  async restore(original: string): Promise<void> {
    const wanted = await entriesOf(original);
    const found = await entriesOf(this.data);
    for (const [path] of found) {
      if (wanted.has(path)) continue;
      await rm(join(this.data, path), { recursive: true, force: true });
      this.#same.delete(path);
    }
    for (const [path, stats] of wanted) {
      const own = join(this.data, path);
      const before = found.get(path);
      if (stats.isDirectory()) {
        if (before === undefined) await this.#make(own, Number(stats.mode & 0o777n));
        continue;
      }
      const same = this.#same.get(path);
      const isSame =
        before !== undefined &&
        same?.original === signature(stats) &&
        same.copy === signature(before);
      if (isSame) continue;
      await copyFile(join(original, path), own, constants.COPYFILE_FICLONE);
      if (this.#account.differs) await lchown(own, this.#account.uid, this.#account.gid);
      const copy = signature(await lstat(own, { bigint: true }));
      this.#same.set(path, { original: signature(stats), copy });
    }
  }

  async #make(folder: string, mode: number): Promise<void> {
    await mkdir(folder, { mode, recursive: folder === this.data });
    if (!this.#account.differs) return;
    const { uid, gid } = this.#account;
    await lchown(folder, uid, gid);
    if (folder === this.data) await lchown(dirname(folder), uid, gid);
  }
}

/** What changes when a file is written. */
function signature({ size, mtimeNs, ctimeNs, ino }: BigIntStats): string {
  return `${size} ${mtimeNs} ${ctimeNs} ${ino}`;
}

/** Everything in a folder, itself included as '', the folders before what they hold. */
async function entriesOf(folder: string): Promise<ReadonlyMap<string, BigIntStats>> {
  const entries = new Map<string, BigIntStats>();
  const add = async (path: string): Promise<void> => {
    const stats = await lstat(join(folder, path), { bigint: true }).catch(() => undefined);
    if (stats === undefined) return;
    entries.set(path, stats);
    if (!stats.isDirectory()) return;
    for (const name of (await readdir(join(folder, path))).sort()) await add(join(path, name));
  };
  await add('');
  return entries;
}
