import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { exampleNames, examplePath } from '../../../db/adopt/examples.ts';
import { quoteName } from '../../../db/adopt/quote.ts';
import { readMapping } from '../../../db/adopt/read-mapping.ts';
import { createStrangersDatabase, makeHistory } from '../../../db/adopt/testing.ts';
import { UserError } from '../../../db/cli/errors.ts';
import { connect } from '../../../db/connection/connect.ts';
import { onlyRow } from '../../../db/connection/only-row.ts';
import { createTestRole } from '../../../db/testing/test-role.ts';
import { createTestLab, seedQuietly, type TestLab } from '../../testing/lab.ts';
import type { Estimate, Shape } from '../shape.ts';
import { defaultSampleMessages, describeDatabase } from './describe-database.ts';

const whole = {
  mapping: undefined,
  sampleMessages: defaultSampleMessages,
  timeoutMs: 600_000,
} as const;
const exactly = (value: number): Estimate => ({ value, low: value, high: value });

describe('the shape of the lab’s own data set', () => {
  let lab: TestLab;
  let client: pg.Client;
  let shape: Shape;
  before(async () => {
    lab = await createTestLab();
    client = await lab.connect();
    await seedQuietly(lab, { messages: 20_000 });
    shape = await describeDatabase(client, whole);
  });
  after(async () => {
    await client.end();
    await lab.close();
  });

  it('is what follows from its tile', () => {
    const { messages, contacts, profiles, reports, numbers, sample } = shape;
    assert.equal(sample.share, 1);
    assert.deepEqual(messages.total, exactly(20_000));
    assert.deepEqual(messages.withoutProfile, exactly(0.01));
    assert.deepEqual(contacts.total, exactly(5_000));
    assert.deepEqual(contacts.messages.mean, exactly(4));
    assert.deepEqual(contacts.blocked, exactly(40 / 250));
    assert.deepEqual(
      contacts.optOuts.map(({ share }) => share),
      [90, 90, 30, 40].map((count) => exactly(count / 250)),
    );
    assert.equal(profiles.seen, 200);
    assert.deepEqual(reports.total, exactly(20 * 335));
    assert.deepEqual(reports.optedOut.perMessage, exactly(0.3));
    assert.deepEqual(reports.delivered.perMessage, exactly(0.028));
    assert.deepEqual(reports.otherError.perMessage, exactly(0.007));
    assert.deepEqual(reports.repeated, exactly(Number((28 / 298).toPrecision(4))));
    assert.deepEqual(reports.withoutProfile, exactly(Number((2 / 300).toPrecision(4))));
    assert.deepEqual(reports.doubled, { value: 0, low: 0, high: 0.002985 }); // 20 of 6,700
    assert.deepEqual(numbers, [{ format: 'E.164', length: 12, share: 1 }]);
  });

  it('has the times in its ids: an even rate all year, and reports after four seconds', () => {
    const { arrivals, reports } = shape;
    assert.ok(arrivals !== undefined);
    assert.equal(arrivals.days, 365);
    for (const share of arrivals.hours) assert.ok(Math.abs((share ?? 0) - 1 / 24) < 0.002);
    // 20,000 messages at even gaps of 26 minutes: two are never in the same minute
    assert.deepEqual([arrivals.crowding.second, arrivals.crowding.minute], [0, 0]);
    assert.ok(Math.abs(arrivals.crowding.hour - 1) < 0.6);
    assert.equal(arrivals.batchMessages, 1);
    const delay = reports.optedOut.delayMs?.mean.value ?? 0;
    assert.ok(Math.abs(delay / 4_000 - 1) < 0.13, `a delay of ${delay} ms`);
  });

  it('holds no number, id, name or text', async () => {
    const text = JSON.stringify(shape);
    const { rows } = await client.query<{ secret: string }>(
      `select to_number as secret from outbound_messages
       union select body from outbound_messages
       union select name from profiles
       union select id::text from profiles`,
    );
    assert.ok(rows.length > 5_000);
    for (const { secret } of rows) {
      assert.ok(!text.includes(secret.replace(/^\+/, '')), `it holds ${secret}`);
    }
  });

  it('is nearly the same of a sample, within its intervals', async () => {
    const sampled = await describeDatabase(client, { ...whole, sampleMessages: 3_000 });
    assert.equal(sampled.sample.share, 1 / 8);
    assert.ok(sampled.sample.contacts > 450 && sampled.sample.contacts < 800);
    const figures: readonly ((shape: Shape) => Estimate)[] = [
      ({ messages }) => messages.total,
      ({ messages }) => messages.withoutProfile,
      ({ contacts }) => contacts.total,
      ({ contacts }) => contacts.messages.mean,
      ({ contacts }) => contacts.blocked,
      ({ reports }) => reports.total,
      ({ reports }) => reports.optedOut.perMessage,
      ({ reports }) => reports.delivered.perMessage,
      ({ reports }) => reports.repeated,
    ];
    const missed = figures.filter((figure) => {
      const { low, high } = figure(sampled);
      const { value } = figure(shape);
      assert.ok(low < high);
      return value < low || value > high;
    });
    assert.ok(missed.length <= 1, `${missed.length} of ${figures.length} intervals miss`);
  });

  it('is made by a role that may only select, and refused to one that may not', async () => {
    const role = await createTestRole(lab.database, client);
    try {
      const reader = await connect(role.url);
      try {
        await assert.rejects(
          describeDatabase(reader, whole),
          (error) => error instanceof UserError && /permission denied/.test(error.message),
        );
        await client.query(`grant select on outbound_messages, delivery_reports to ${role.name}`);
        assert.deepEqual(await describeDatabase(reader, whole), shape);
        await assert.rejects(reader.query('delete from delivery_reports'), { code: '42501' });
      } finally {
        await reader.end();
      }
    } finally {
      await role.drop();
    }
  });

  it('is refused in one line after the time that the server may take, and the session goes on', async () => {
    await assert.rejects(
      describeDatabase(client, { ...whole, timeoutMs: 1 }),
      (error) => error instanceof UserError && /did not finish within 0.001 s/.test(error.message),
    );
    assert.deepEqual(await describeDatabase(client, whole), shape);
  });

  it('is read in a transaction that cannot write', async () => {
    const seen: string[] = [];
    const watched = Object.create(client, {
      query: {
        value: async (...args: Parameters<typeof client.query>) => {
          const answer = await client.query(...args);
          const { rows } = await client.query<{ mode: string }>(
            `select current_setting('transaction_read_only') as mode`,
          );
          seen.push(rows[0]?.mode ?? '');
          return answer;
        },
      },
    }) as pg.Client;
    await describeDatabase(watched, whole);
    // all between begin and rollback
    assert.deepEqual([...new Set(seen.slice(0, -2))], ['on']);
  });
});

describe('contacts too few to be told', () => {
  let lab: TestLab;
  let client: pg.Client;
  before(async () => {
    lab = await createTestLab();
    client = await lab.connect();
    await seedQuietly(lab, { messages: 10_000 });
  });
  after(async () => {
    await client.end();
    await lab.close();
  });

  /** Contacts that are like nobody else: how their number is written, and how long their text is. */
  const addOddOnes = async (from: number, to: number): Promise<Shape> => {
    await client.query(
      `insert into outbound_messages (to_number, body)
       select '00999' || lpad(i::text, 12, '0'), repeat('x', 1500)
       from generate_series($1::integer, $2::integer) as i`,
      [from, to],
    );
    return describeDatabase(client, whole);
  };
  const tellsOfThem = ({ numbers, bodies }: Shape): readonly boolean[] => [
    numbers.some(({ length }) => length === 17),
    (bodies?.bytes.quantiles ?? []).some(({ high }) => high > 800),
  ];

  it('do not show; one more, and they do', async () => {
    assert.deepEqual(tellsOfThem(await addOddOnes(1, 19)), [false, false]);
    const more = await addOddOnes(20, 20);
    assert.equal(tellsOfThem(more)[0], true);
    // the last quantile that 10,000 texts have is the fiftieth from the end
    assert.equal(tellsOfThem(await addOddOnes(21, 60))[1], true);
  });
});

describe('the shape of somebody else’s tables', () => {
  for (const name of exampleNames) {
    it(`is taken through a mapping, by a role that may only select: ${name}`, async () => {
      const database = await createStrangersDatabase(name);
      const client = await database.connect();
      const role = await createTestRole(database, client);
      const reader = await connect(role.url);
      try {
        await makeHistory(client, 6_000);
        const truth = onlyRow(
          await client.query<{ contacts: number; opt_outs: number; blocked: number }>(
            `select
               count(*)::integer as contacts,
               sum(o.senders)::integer as opt_outs,
               (count(*) filter (where o.senders >= 3))::integer as blocked
             from (select phone, count(*) as senders from traffic.opted_out group by phone) as o`,
          ),
        );
        const mapping = readMapping(examplePath(name));
        for (const { schema, table } of [mapping.messages, mapping.reports]) {
          await client.query(`grant usage on schema ${quoteName(schema)} to ${role.name}`);
          await client.query(
            `grant select on ${quoteName(schema)}.${quoteName(table)} to ${role.name}`,
          );
        }
        const shape = await describeDatabase(reader, { ...whole, mapping });
        assert.deepEqual(shape.contacts.total, exactly(701));
        assert.deepEqual(shape.messages.total, exactly(6_000));
        assert.deepEqual(shape.reports.optedOut.perMessage, exactly(0.3333));
        assert.equal(shape.contacts.blocked.value, Number((truth.blocked / 701).toPrecision(4)));
        assert.ok(truth.blocked > 100 && truth.contacts > truth.blocked);
      } finally {
        await reader.end();
        await role.drop();
        await client.end();
        await database.drop();
      }
    });
  }

  it('has the times of the columns that the mapping names', async () => {
    const database = await createStrangersDatabase('partitioned');
    const client = await database.connect();
    try {
      await makeHistory(client, 6_000);
      await client.query(
        "update sms.reports set received_at = m.sent_at + interval '90 s' from sms.messages as m where m.id = message_id",
      );
      const mapping = readMapping(examplePath('partitioned'));
      const timed = {
        ...mapping,
        messages: { ...mapping.messages, sentAt: 'sent_at' },
        reports: { ...mapping.reports, receivedAt: 'received_at' },
      };
      const shape = await describeDatabase(client, { ...whole, mapping: timed });
      assert.equal(shape.arrivals?.days, 90);
      const delay = shape.reports.optedOut.delayMs?.mean.value ?? 0;
      assert.ok(Math.abs(delay / 90_000 - 1) < 0.13, `a delay of ${delay} ms`);
      assert.equal((await describeDatabase(client, { ...whole, mapping })).arrivals, undefined);
    } finally {
      await client.end();
      await database.drop();
    }
  });

  it('is refused in one line where there are no such tables', async () => {
    const database = await createStrangersDatabase('webhook');
    const client = await database.connect();
    try {
      await assert.rejects(
        describeDatabase(client, whole),
        (error) =>
          error instanceof UserError &&
          /outbound_messages.*--mapping/.test(error.message) &&
          !error.message.includes('\n'),
      );
    } finally {
      await client.end();
      await database.drop();
    }
  });
});
