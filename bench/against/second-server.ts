import { basename } from 'node:path';
import { messageOf, UserError } from '../../db/cli/errors.ts';
import { nearest } from '../../db/cli/nearest.ts';
import { type Lab, openLabOn } from '../../db/lab.ts';
import { serverAccount } from '../../db/server/account.ts';
import { findBinaries } from '../../db/server/binaries.ts';
import { serverPaths } from '../../db/server/paths.ts';
import { makeScratchClusters } from '../../db/server/scratch-clusters.ts';
import type { FileSetting } from './settings-file.ts';

/** The cluster's name in its folder. */
const clusterName = 'control';

/** Settings of a file. */
export interface SettingsOfFile {
  readonly file: string;
  readonly settings: readonly FileSetting[];
}

/**
 * A second embedded server, of the same build, with the lab's settings and after them those of a file. Its
 * cluster is a scratch one: it goes with the lab, after Ctrl-C, and by the next command after a kill.
 *
 * @throws UserError for a setting that the server does not know, or does not start with
 */
export async function labWithSettings(
  beside: Pick<Lab, 'connect'>,
  { file, settings }: SettingsOfFile,
): Promise<Lab> {
  await requireKnown(beside, file, settings);
  const account = serverAccount();
  const clusters = makeScratchClusters(
    account,
    findBinaries(account, serverPaths(account).home),
    settings.map(({ name, value }) => `${name} = ${value}`),
  );
  let url: string;
  try {
    await clusters.initialise(clusterName);
    url = await clusters.start(clusterName);
  } catch (error) {
    await clusters.remove();
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`with the settings of ${basename(file)} ${messageOf(error)}`);
  }
  const { folder: home, socketDir } = clusters;
  const paths = { home, data: clusters.dataOf(clusterName), log: '', socketDir };
  const close = (): Promise<void> => clusters.remove();
  return openLabOn({ kind: 'embedded', url, startedHere: true, paths, close });
}

/** A name with a dot may be an extension's, which the server need not know before it is loaded. */
async function requireKnown(
  beside: Pick<Lab, 'connect'>,
  file: string,
  settings: readonly FileSetting[],
): Promise<void> {
  const client = await beside.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      'select lower(name) as name from pg_settings order by 1',
    );
    const known = rows.map(({ name }) => name);
    for (const { line, name } of settings) {
      if (name.includes('.') || known.includes(name)) continue;
      const near = nearest(name, known);
      throw new UserError(
        `${file}, line ${line}: the server has no setting "${name}"${near.endsWith('?') ? near : ''}`,
      );
    }
  } finally {
    await client.end();
  }
}
