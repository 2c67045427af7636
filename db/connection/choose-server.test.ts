import assert from 'node:assert/strict';
import { lchownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { serverAccount } from '../server/account.ts';
import { findBinaries } from '../server/binaries.ts';
import { serverPaths } from '../server/paths.ts';
import { makeScratchClusters, type ScratchClusters } from '../server/scratch-clusters.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { readAddress, urlOf } from './address.ts';
import { chooseServer, hostsOf } from './choose-server.ts';

const nobody = 'postgres://u@127.0.0.1:1/db?sslmode=disable';

describe('of several servers', () => {
  let clusters: ScratchClusters;
  let standby: string;
  let primary: string;
  let database: TestDatabase;

  before(async () => {
    database = await createTestDatabase();
    primary = database.url;
    const account = serverAccount();
    clusters = makeScratchClusters(account, findBinaries(account, serverPaths(account).home), [
      'wal_level = replica',
      'hot_standby = on',
    ]);
    await clusters.initialise('standby');
    // what it has to replay was written with the right wal_level
    await clusters.start('standby');
    await clusters.stop('standby');
    const signal = join(clusters.dataOf('standby'), 'standby.signal');
    writeFileSync(signal, '');
    if (account.differs) lchownSync(signal, account.uid, account.gid);
    standby = await clusters.start('standby');
  });
  after(async () => {
    await clusters.remove();
    await database.drop();
  });

  it('the first that answers is chosen', async () => {
    const chosen = await chooseServer({ urls: [nobody, standby, primary], mustTakeWrites: false });
    assert.equal(chosen, standby);
  });

  it('the first that is no standby is chosen where one that takes writes is asked for', async () => {
    const chosen = await chooseServer({ urls: [nobody, standby, primary], mustTakeWrites: true });
    assert.equal(chosen, primary);
  });

  it('none is chosen behind one that answers by a refusal', async () => {
    const refusing = primary.replace(database.name, 'optout_lab_test_none');
    await assert.rejects(
      chooseServer({ urls: [refusing, primary], mustTakeWrites: false }),
      /^UserError: cannot connect to [^\n]* does not exist$/,
    );
  });

  it('each is named where none will do', async () => {
    await assert.rejects(
      chooseServer({ urls: [nobody, standby], mustTakeWrites: true }),
      /^UserError: [^\n]*nothing listens there; \/[^\n]*:5432 is a standby, and target_session_attrs/,
    );
    await assert.rejects(chooseServer({ urls: [standby], mustTakeWrites: true }), /is a standby/);
  });
});

describe('the hosts of a URL', () => {
  it('are the one that it names, as it names it', () => {
    const url = 'postgres://u:p@h:5433/db?sslmode=disable';
    assert.deepEqual(hostsOf(url), { urls: [url], mustTakeWrites: false });
  });

  it('are several, each with its port and all else, asked to take writes where that is said', () => {
    const { urls, mustTakeWrites } = hostsOf(
      'postgres://u:p@one:5433,two/db?sslmode=disable&target_session_attrs=read-write',
    );
    assert.equal(mustTakeWrites, true);
    const of = (host: string, port: number): string =>
      urlOf({ ...readAddress(`postgres://u:p@${host}:${port}/db?sslmode=disable`) });
    assert.deepEqual(urls, [of('one', 5433), of('two', 5432)]);
  });

  it('are folders of sockets too, which share a port', () => {
    const { urls } = hostsOf('postgres://u@localhost:5433/db?host=/a,/b');
    assert.deepEqual(
      urls.map((url) => [readAddress(url).host, readAddress(url).port]),
      [
        ['/a', 5433],
        ['/b', 5433],
      ],
    );
  });
});
