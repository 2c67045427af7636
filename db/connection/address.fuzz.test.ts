import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { fuzzed, readOrRefused, typedText } from '../testing/fuzz.ts';
import { readAddress, urlOf } from './address.ts';
import { complete } from './environment.ts';
import { dbmateUrl, libpqEnvironment, pgConfig } from './programs.ts';

const parameter = fc.tuple(
  fc.oneof(
    fc.constantFrom('host', 'port', 'user', 'dbname', 'password', 'sslmode', 'sslrootcert', 'ssl'),
    fc.constantFrom('options', 'hostaddr', 'service', 'target_session_attrs', 'sslnegotiation'),
    typedText(),
  ),
  fc.oneof(
    typedText(),
    fc.constantFrom('require', 'disable', 'verify-full', 'system', '5432', '/tmp'),
  ),
);
const encoded = fc
  .tuple(fc.boolean(), typedText())
  .map(([isEncoded, text]) => (isEncoded ? encodeURIComponent(text) : text));

/** Texts in the shape of a URL, with anything in any of its places. */
const url = fc.oneof(
  typedText(),
  fc
    .record({
      scheme: fc.constantFrom(
        'postgres://',
        'postgresql://',
        'postgres:',
        'http://',
        'POSTGRES://',
      ),
      login: fc.oneof(
        fc.constant(''),
        encoded.map((text) => `${text}@`),
      ),
      host: fc.oneof(encoded, fc.constantFrom('h', '[::1]', '[', 'a,b', '%2Ftmp', '')),
      port: fc.oneof(
        fc.constantFrom('', ':5432', ':0', ':65536', ':1,2'),
        encoded.map((text) => `:${text}`),
      ),
      path: fc.oneof(
        fc.constant(''),
        encoded.map((text) => `/${text}`),
      ),
      query: fc.array(parameter, { maxLength: 4 }),
    })
    .map(({ scheme, login, host, port, path, query }) => {
      const pairs = query.map(([name, value]) => `${name}=${value}`);
      return `${scheme}${login}${host}${port}${path}${pairs.length > 0 ? '?' : ''}${pairs.join('&')}`;
    }),
);

describe('any text as DATABASE_URL', () => {
  it('is read, or refused in one line, and what is read is what its own URL says', () => {
    fc.assert(
      fc.property(url, (text) => {
        const address = readOrRefused(() => readAddress(text));
        if (address === undefined) return;
        assert.deepEqual(readAddress(urlOf(address)), address);
        pgConfig(address, false);
        libpqEnvironment(address, {});
        new URL(dbmateUrl(address, {}));
      }),
      fuzzed(3_000),
    );
  });

  it('is completed by any environment, or refused in one line', () => {
    const names = [
      'PGHOST',
      'PGPORT',
      'PGUSER',
      'PGPASSWORD',
      'PGSSLMODE',
      'PGSERVICE',
      'PGOPTIONS',
    ];
    fc.assert(
      fc.property(
        fc.oneof(url, fc.constant('postgres://u@h/db')),
        fc.dictionary(fc.constantFrom(...names), typedText()),
        (text, environment) => {
          const whole = readOrRefused(() =>
            complete(text, {
              ...environment,
              PGPASSFILE: '/nonexistent',
              PGSERVICEFILE: '/nonexistent',
            }),
          );
          for (const url of whole?.urls ?? []) readAddress(url);
        },
      ),
      fuzzed(2_000),
    );
  });
});
