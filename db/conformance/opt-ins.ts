import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { filtered, optedOut } from '../contract.ts';
import { itemAt } from '../item-at.ts';
import type { Behaviour } from './behaviour.ts';
import { expectAccepted, expectEqual, expectRefused } from './expect.ts';
import type { Fixture } from './fixture.ts';

const follows: Behaviour = {
  name: 'opting in to one profile takes its opt-out, and unblocks once too few are left',
  async run(fixture) {
    const app = await fixture.session();
    const { phone, profiles } = await optedOutOf(fixture, app, fixture.threshold + 1);
    const [one, two] = [itemAt(profiles, 0), itemAt(profiles, 1)];
    const send = (): Promise<string> => fixture.send(app, phone, one);
    expectEqual('opt-outs of a stranger', await fixture.optIn(phone, await fixture.profile()), 0);
    expectEqual('opt-outs of another number', await fixture.optIn(fixture.phone(), one), 0);
    await expectRefused('a message before', send());
    expectEqual('opt-outs that went first', await fixture.optIn(phone, one), 1);
    await expectRefused('a message while enough are left', send());
    expectEqual('opt-outs that went then', await fixture.optIn(phone, two), 1);
    await expectAccepted('a message after too few are left', send());
    expectEqual('opt-outs that went again', await fixture.optIn(phone, two), 0);
    await expectAccepted('a message after it was repeated', send());
  },
};

const everywhere: Behaviour = {
  name: 'opting in everywhere takes all opt-outs of a number, and unblocks it alone',
  async run(fixture) {
    const app = await fixture.session();
    const { phone, profiles } = await optedOutOf(fixture, app, fixture.threshold + 1);
    const other = fixture.phone();
    await fixture.block(app, other);
    expectEqual('opt-outs that went', await fixture.optIn(phone, null), profiles.length);
    for (const profile of profiles) {
      await expectAccepted('a message from a profile', fixture.send(app, phone, profile));
    }
    await expectRefused('another number', fixture.send(app, other, await fixture.profile()));
    expectEqual('opt-outs that went again', await fixture.optIn(phone, null), 0);
  },
};

const anew: Behaviour = {
  name: 'a 21610 that is stored after an opt-in counts anew, whatever its id, and can be opted in again',
  async run(fixture) {
    const app = await fixture.session();
    const { phone, messages, profiles } = await optedOutOf(fixture, app, fixture.threshold);
    const [profile, message] = [itemAt(profiles, 0), itemAt(messages, 0)];
    for (const id of [undefined, randomUUID(), oldId()]) {
      await fixture.optIn(phone, profile);
      await expectAccepted('a message after the opt-in', fixture.send(app, phone, profile));
      if (id === undefined) await fixture.report(app, message, 'failed', optedOut);
      else {
        await app.query(
          `insert into delivery_reports (id, message_id, event_type, error_code)
           values ($1, $2, 'failed', $3)`,
          [id, message, optedOut],
        );
        fixture.made({ reportIds: [id] });
      }
      await expectRefused('a message after the 21610', fixture.send(app, phone, profile));
    }
  },
};

const late: Behaviour = {
  name: 'a report that gets its 21610 after an opt-in counts, although it was stored before',
  async run(fixture) {
    const app = await fixture.session();
    const { phone, messages, profiles } = await optedOutOf(fixture, app, fixture.threshold);
    const profile = itemAt(profiles, 0);
    const message = itemAt(messages, 0);
    for (const [event, code] of [
      ['failed', null],
      ['failed', filtered],
      ['delivered', optedOut],
    ] as const) {
      const pending = await fixture.report(app, message, event, code);
      await fixture.optIn(phone, profile);
      await expectAccepted('a message before', fixture.send(app, phone, profile));
      await app.query(
        `update delivery_reports set event_type = 'failed', error_code = $2 where id = $1`,
        [pending, optedOut],
      );
      await expectRefused('a message afterwards', fixture.send(app, phone, profile));
    }
    const elsewhere = await fixture.send(app, fixture.phone(), profile);
    const strayed = await fixture.report(app, elsewhere, 'failed', optedOut);
    await fixture.optIn(phone, profile);
    await expectAccepted('a message before', fixture.send(app, phone, profile));
    await app.query('update delivery_reports set message_id = $2 where id = $1', [
      strayed,
      message,
    ]);
    await expectRefused('a message after it was pointed here', fixture.send(app, phone, profile));
  },
};

const covered: Behaviour = {
  name: 'a 21610 that an opt-in covers does not count when it is updated, moved to and fro, or deleted',
  async run(fixture) {
    const app = await fixture.session();
    const { phone, messages, profiles, reports } = await optedOutOf(
      fixture,
      app,
      fixture.threshold + 1,
    );
    const [message, report] = [itemAt(messages, 1), itemAt(reports, 1)];
    const profile = itemAt(profiles, 1);
    const random = randomUUID(); // tells no time: it is covered where it says nothing new
    await app.query(
      `insert into delivery_reports (id, message_id, event_type, error_code)
       values ($1, $2, 'failed', $3)`,
      [random, itemAt(messages, 0), optedOut],
    );
    fixture.made({ reportIds: [random] });
    await fixture.optIn(phone, profile);
    await fixture.optIn(phone, itemAt(profiles, 0));
    const expectFree = (what: string): Promise<string> =>
      expectAccepted(what, fixture.send(app, phone, profile));
    const move = (to: string): Promise<unknown> =>
      app.query('update outbound_messages set to_number = $2 where id = $1', [message, to]);
    await expectFree('after the opt-in');
    for (const id of [report, random]) {
      await app.query('update delivery_reports set error_code = $2 where id = $1', [id, optedOut]);
    }
    await expectFree('after the reports were updated');
    for (const id of [message, itemAt(messages, 0)]) {
      await app.query('update outbound_messages set body = $2 where id = $1', [id, 'edited']);
    }
    await expectFree('after their messages were edited');
    await move(fixture.phone());
    await move(phone);
    await expectFree('after its message was moved away and back');
    await app.query('delete from delivery_reports where id = $1', [report]);
    await expectFree('after it was deleted');
    await app.query('delete from outbound_messages where id = $1', [message]);
    await expectFree('after its message was deleted');
  },
};

const transactions: Behaviour = {
  name: 'an opt-in holds inside its transaction and after it, and not if it rolls back',
  async run(fixture) {
    const app = await fixture.session();
    const { phone, profiles } = await optedOutOf(fixture, app, fixture.threshold);
    const profile = itemAt(profiles, 0);
    const operator = await fixture.operator();
    for (const end of ['rollback', 'commit']) {
      await operator.query('begin');
      await fixture.optIn(phone, profile, operator);
      await expectRefused('another session, meanwhile', fixture.send(app, phone, profile));
      await operator.query(end);
      const afterwards = fixture.send(app, phone, profile);
      if (end === 'rollback') await expectRefused('a message after the rollback', afterwards);
      else await expectAccepted('a message after the commit', afterwards);
    }
  },
};

/** What opting in again must look like. */
export const optIns: readonly Behaviour[] = [
  follows,
  everywhere,
  anew,
  late,
  covered,
  transactions,
];

/** What some profiles sent to a number, and the 21610 that each was told: one message and one report each. */
interface OptedOut {
  readonly phone: string;
  readonly profiles: readonly string[];
  readonly messages: readonly string[];
  readonly reports: readonly string[];
}

async function optedOutOf(fixture: Fixture, app: pg.Client, count: number): Promise<OptedOut> {
  const phone = fixture.phone();
  const profiles = await fixture.profiles(count);
  const messages: string[] = [];
  for (const profile of profiles) messages.push(await fixture.send(app, phone, profile));
  const reports: string[] = [];
  for (const message of messages) {
    reports.push(await fixture.report(app, message, 'failed', optedOut));
  }
  return { phone, profiles, messages, reports };
}

/** A uuid of version 7 from the first second of 1970. */
function oldId(): string {
  return `00000000-0001-7${randomUUID().slice(15)}`;
}
