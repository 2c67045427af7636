import { strict as assert } from 'node:assert';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type pg from 'pg';
import { applyDesign } from '../designs.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { createTestRole, type TestRole } from '../testing/test-role.ts';
import { testedDesigns } from '../testing/tested-designs.ts';
import { waits } from '../testing/waits.ts';
import { expectStoppedByPolicy, isRefused, makeProfiles, recordsWhenReported } from './testing.ts';

/*
 * Designs that count the reports at every send: what they remember beside them, because no report tells it any
 * more or none tells that it came after an opt-in, and what they do not.
 */

/** Statements of somebody who knows one message and its report. */
const losses: Readonly<Record<string, string>> = {
  'the report is deleted': 'delete from delivery_reports where id = :report',
  'it gets another code': 'update delivery_reports set error_code = 30007 where id = :report',
  'it is of another type': `update delivery_reports set event_type = 'delivered' where id = :report`,
  'it is pointed at another message':
    'update delivery_reports set message_id = :another where id = :report',
  'the message gets another number':
    'update outbound_messages set to_number = :elsewhere where id = :message',
  'the message gets another profile':
    'update outbound_messages set profile_id = :other where id = :message',
  'the message loses its profile':
    'update outbound_messages set profile_id = null where id = :message',
  'both are deleted, the report first': `
    with report as (delete from delivery_reports where id = :report returning message_id)
    delete from outbound_messages where id in (select message_id from report)`,
  'both are deleted, the message first': `
    with message as (delete from outbound_messages where id = :message returning id)
    delete from delivery_reports where message_id in (select id from message)`,
  'the report is pointed at another message, and then its own deleted': `
    with report as (update delivery_reports set message_id = :another where id = :report returning id)
    delete from outbound_messages where id = :message and exists (select from report)`,
  'the message is moved and the report deleted': `
    with message as (update outbound_messages set to_number = :elsewhere where id = :message returning id)
    delete from delivery_reports where message_id in (select id from message)`,
};

const sent = `insert into outbound_messages (to_number, body) values (:phone, 'sent')`;

const timeless = 'gen_random_uuid()';

/** How an opt-out is told after an opt-in; the id of the report tells no time. */
const tellings: Readonly<Record<string, string>> = {
  'a new report': `insert into delivery_reports (id, message_id, event_type, error_code)
    values (${timeless}, :message, 'failed', 21610)`,
  'a report that gets its code':
    'update delivery_reports set error_code = 21610 where id = :coded and error_code = 30007',
  'a report that becomes a failure': `update delivery_reports set event_type = 'failed' where id = :delivered`,
  'a report that is pointed here':
    'update delivery_reports set message_id = :message where id = :elsewhere_told',
  'a message that is moved here':
    'update outbound_messages set to_number = :phone where id = :moving',
  'a message that becomes this profile’s': `update outbound_messages set profile_id = :profile where id = :anothers`,
};

for (const design of testedDesigns()) {
  if (recordsWhenReported(design)) continue;
  describe(`what is remembered, design ${design.name}`, () => {
    const [phone, elsewhere] = ['+12025550100', '+12025550101'];
    let database: TestDatabase;
    let owner: pg.Client;
    let plain: TestRole;
    let profiles: readonly string[];
    before(async () => {
      database = await createTestDatabase();
      owner = await database.connect();
      await applyDesign(database.url, owner, design);
      plain = await createTestRole(database, owner);
      profiles = await makeProfiles(owner, 4);
    });
    beforeEach(() => owner.query('begin'));
    afterEach(() => owner.query('rollback'));
    after(async () => {
      await plain.drop();
      await owner.end();
      await database.drop();
    });

    const one = async (text: string, values: readonly unknown[]): Promise<string> => {
      const { rows } = await owner.query<{ id: string }>(text, [...values]);
      return String(rows[0]?.id);
    };
    const message = (place: number | null = 0, to = phone): Promise<string> =>
      one(
        `insert into outbound_messages (profile_id, to_number, body) values ($1, $2, 'remembered') returning id`,
        [place === null ? null : profiles[place], to],
      );
    const reported = (
      of: string,
      { type = 'failed', code = 21610, id = 'uuidv7()' }: Partial<ReportKind> = {},
    ): Promise<string> =>
      one(
        `insert into delivery_reports (id, message_id, event_type, error_code)
         values (${id}, $1, $2, $3) returning id`,
        [of, type, code],
      );
    const messageOf = (report: string): Promise<string> =>
      one('select message_id as id from delivery_reports where id = $1', [report]);
    const told = async (place: number, to = phone): Promise<void> => {
      await reported(await message(place, to));
    };
    const optIn = async (place: number | null, to = phone): Promise<number> => {
      const text =
        place === null ? 'select opt_in_everywhere($1) as id' : 'select opt_in($1, $2) as id';
      return Number(await one(text, place === null ? [to] : [to, profiles[place]]));
    };
    const run = (text: string, named: Named): Promise<pg.QueryResult> =>
      owner.query(filled(text, named));
    /** `0` for the first profile, by number. */
    const remembered = async (to = phone): Promise<readonly number[]> => {
      const { rows } = await owner.query<{ profile_id: string }>(
        'select profile_id from unreported_opt_outs where phone = $1',
        [to],
      );
      return rows.map((row) => profiles.indexOf(row.profile_id)).sort();
    };

    for (const [loss, text] of Object.entries(losses)) {
      it(`the opt-out, where ${loss}`, async () => {
        for (const [kind, expected] of [
          [{}, [0]],
          [{ id: timeless }, [0]],
          [{ code: 30007 }, []],
          [{ type: 'delivered' }, []],
          ['covered', []],
          ['of no profile', []],
        ] as const) {
          await owner.query('savepoint one');
          const about = await message(kind === 'of no profile' ? null : 0);
          const report = await reported(about, typeof kind === 'string' ? {} : kind);
          if (kind === 'covered') await optIn(0);
          const another = await message(1, elsewhere);
          const { rowCount } = await run(text, {
            ...{ message: about, report, another, elsewhere, other: profiles[1] },
          });
          assert.equal(rowCount, 1);
          assert.deepEqual(await remembered(), expected, JSON.stringify(kind));
          assert.deepEqual(
            await remembered(elsewhere), // a report that goes after the move was told there as well
            loss.includes('is moved') && (kind === 'covered' || expected.length > 0) ? [0] : [],
          );
          const { rows } = await owner.query(
            `select from outbound_messages as m left join delivery_reports as r on r.message_id = m.id
             where m.id = $1 and m.to_number = $2 and m.profile_id is not distinct from $3
               and r.id = $4 and r.event_type = $5 and r.error_code = $6`,
            [
              ...[about, phone, kind === 'of no profile' ? null : profiles[0], report],
              typeof kind !== 'string' && 'type' in kind ? kind.type : 'failed',
              typeof kind !== 'string' && 'code' in kind ? kind.code : 21610,
            ],
          );
          const changesNothing =
            (kind === 'of no profile' && loss.includes('loses its profile')) ||
            (typeof kind !== 'string' && 'code' in kind && loss.includes('another code')) ||
            (typeof kind !== 'string' && 'type' in kind && loss.includes('another type'));
          assert.equal(rows.length, changesNothing ? 1 : 0, 'what was asked for was not done');
          await owner.query('rollback to savepoint one');
        }
      });
    }

    it('the opt-out, where another trigger gives the message its number', async () => {
      await owner.query(
        `create function e164() returns trigger language plpgsql as
         'begin new.to_number := ''+1'' || ltrim(new.to_number, ''+1''); return new; end'`,
      );
      const about = await message(0, '2025550100');
      await reported(about);
      await owner.query(
        'create trigger zz_e164 before update on outbound_messages for each row execute function e164()',
      );
      await owner.query('update outbound_messages set body = body where id = $1', [about]);
      assert.deepEqual(await remembered('2025550100'), [0]);
    });

    it('nothing that a report tells: stored, repeated, updated, or changed without a loss', async () => {
      const about = await message();
      const report = await reported(about);
      await reported(about);
      await owner.query('update delivery_reports set error_code = 21610 where id = $1', [report]);
      await owner.query(`update outbound_messages set body = 'edited' where id = $1`, [about]);
      const unreported = await message(1);
      await owner.query('update outbound_messages set to_number = $2 where id = $1', [
        ...[unreported, elsewhere],
      ]);
      assert.deepEqual(await remembered(), []);
    });

    for (const [telling, text] of Object.entries(tellings)) {
      it(`an opt-out that comes after an opt-in: ${telling}`, async () => {
        for (const [optedIn, expected] of [
          [0, [0]],
          [null, [0]],
          [1, []],
          ['another number', []],
        ] as const) {
          await owner.query('savepoint one');
          const id = { id: timeless };
          const about = await message();
          const coded = await reported(about, { ...id, code: 30007 });
          const delivered = await reported(about, { ...id, type: 'delivered' });
          const away = await message(0, elsewhere);
          const elsewhereTold = await reported(away, id);
          const moving = await message(0, elsewhere);
          await reported(moving, id);
          const again = await message(0, elsewhere);
          await reported(again, id);
          const anothers = await message(2);
          await reported(anothers, id);
          if (optedIn === 'another number') await optIn(null, '+12025550109');
          else await optIn(optedIn);
          await run(text, {
            ...{ message: about, coded, delivered, moving, anothers, phone },
            elsewhere_told: elsewhereTold,
            profile: profiles[0],
          });
          assert.deepEqual(
            (await remembered()).filter((place) => place !== 2),
            expected,
            `opted in: ${optedIn}`,
          );
          if (expected.length > 0) {
            // told once more, by a report and by a move, it is remembered once
            await reported(await message(), id);
            await run(tellings['a message that is moved here'] ?? '', { moving: again, phone });
            assert.deepEqual(
              (await remembered()).filter((place) => place !== 2),
              expected,
            );
          }
          await owner.query('rollback to savepoint one');
        }
      });
    }

    it('nothing that came before the opt-in, is of another kind, or has no profile', async () => {
      const about = await message();
      const report = await reported(about);
      const [older, other] = [await message(0, elsewhere), await message(0, elsewhere)];
      await reported(older);
      await reported(other, { id: timeless, code: 30007 });
      await reported(other, { id: timeless, type: 'delivered' });
      const anonymous = await message(null);
      await optIn(null);
      await owner.query('update delivery_reports set error_code = 21610 where id = $1', [report]);
      await owner.query('update outbound_messages set to_number = $1 where id in ($2, $3)', [
        ...[phone, older, other],
      ]);
      await reported(about, { type: 'delivered' });
      await reported(about, { code: 30007 });
      await reported(anonymous);
      assert.deepEqual(await remembered(), []);
    });

    it('no opt-out that an opt-in takes, and all others', async () => {
      const twice = await message();
      await reported(twice);
      const deleted = await reported(twice);
      await owner.query('delete from delivery_reports where id = $1', [deleted]); // remembered as well
      await message(3); // told nothing that counts
      await reported(await message(3), { type: 'delivered' });
      await reported(await message(3), { code: 30007 });
      await reported(await message(null));
      await told(1);
      await owner.query('update outbound_messages set to_number = $2 where profile_id = $1', [
        ...[profiles[1], elsewhere], // remembered here, and told there
      ]);
      await told(2);
      await told(0, elsewhere);
      await owner.query(
        'delete from delivery_reports where message_id in (select id from outbound_messages where to_number = $1)',
        [elsewhere],
      );
      await owner.query(
        `insert into opt_outs (phone, profile_id, ordinal)
         select phone, profile, place
         from unnest($1::text[]) as phone, unnest($2::uuid[]) with ordinality as p (profile, place)`,
        [
          [phone, elsewhere],
          [profiles[0], profiles[1]],
        ],
      );
      const laidOver = async (to: string): Promise<readonly number[]> => {
        const { rows } = await owner.query<{ profile_id: string }>(
          'select profile_id from opt_outs where phone = $1',
          [to],
        );
        return rows.map((row) => profiles.indexOf(row.profile_id)).sort();
      };

      await owner.query('savepoint every');
      assert.equal(await isRefused(owner, phone), true);
      await owner.query('rollback to savepoint every');
      assert.equal(await optIn(null), 3);
      assert.deepEqual(await remembered(), []);
      assert.deepEqual(await laidOver(phone), []);
      await owner.query('rollback to savepoint every');

      assert.equal(await optIn(0), 1);
      assert.deepEqual(await remembered(), [1]);
      assert.deepEqual(await laidOver(phone), [1]);
      assert.equal(await optIn(0), 0);
      assert.equal(await optIn(2), 1);
      assert.equal(await optIn(null), 1);
      assert.deepEqual(await remembered(), []);
      assert.equal(await optIn(null), 0);
      assert.deepEqual(await remembered(elsewhere), [0, 1]);
      assert.deepEqual(await laidOver(elsewhere), [0, 1]);
    });

    it('the opt-out of both numbers, where a report is deleted while its message is moved', async () => {
      const [mover, asker] = [await database.connect(), await database.connect()];
      try {
        const about = await message();
        const report = await reported(about);
        await owner.query('commit');
        await mover.query('begin');
        await mover.query('update outbound_messages set to_number = $2 where id = $1', [
          ...[about, elsewhere],
        ]);
        const deleted = owner.query('delete from delivery_reports where id = $1', [report]);
        await waits(asker, owner, deleted);
        await mover.query('commit');
        await deleted;
        assert.deepEqual(await remembered(), [0]);
        assert.deepEqual(await remembered(elsewhere), [0]);
      } finally {
        await mover.end();
        await asker.end();
        await owner.query('delete from outbound_messages');
        await owner.query('delete from unreported_opt_outs');
      }
    });

    it('the opt-out, whoever deletes the report or the message: the right to do that is enough', async () => {
      for (const table of ['delivery_reports', 'outbound_messages']) {
        await owner.query('savepoint one');
        const report = await reported(await message());
        await owner.query(
          `grant select, delete on delivery_reports, outbound_messages to ${plain.name}`,
        );
        await owner.query(`set local role ${plain.name}`);
        if (table === 'delivery_reports') {
          await owner.query('delete from delivery_reports where id = $1', [report]);
        } else {
          await run(losses['both are deleted, the message first'] ?? '', {
            message: await messageOf(report),
          });
        }
        await owner.query('reset role');
        assert.deepEqual(await remembered(), [0]);
        await owner.query('rollback to savepoint one');
      }
    });

    for (const [table, statements] of Object.entries({
      outbound_messages: [losses['the report is deleted'], tellings['a new report']],
      delivery_reports: [
        losses['the message gets another number'],
        losses['the message gets another profile'],
        losses['both are deleted, the message first'],
      ],
      opt_ins: [
        losses['the report is deleted'],
        losses['the message gets another number'],
        tellings['a new report'],
      ],
      unreported_opt_outs: ['select opt_in(:phone, :other)', 'select opt_in_everywhere(:phone)'],
    })) {
      it(`is derived from all of ${table}, or the statement fails`, async () => {
        const about = await message();
        const report = await reported(about);
        const named = { message: about, report, elsewhere, phone, other: profiles[1] };
        await expectStoppedByPolicy(
          owner,
          plain.name,
          table,
          [sent, ...statements].map((text) => filled(text ?? '', named)),
        );
      });
    }
  });
}

type Named = Readonly<Record<string, string | undefined>>;

/** A statement with texts in the place of its names: `:phone`. */
function filled(text: string, named: Named): string {
  return text.replace(/:(\w+)/g, (_, name: string) => {
    assert.ok(named[name] !== undefined, name);
    return `'${named[name]}'`;
  });
}

interface ReportKind {
  readonly type: string;
  readonly code: number;
  /** An expression. */
  readonly id: string;
}
