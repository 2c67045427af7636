import { filtered, optedOut } from '../contract.ts';
import type { Behaviour } from './behaviour.ts';
import { expectAccepted, expectRefused, expectSqlState } from './expect.ts';

const updated: Behaviour = {
  name: 'a report first stored without its code counts when it is updated to 21610',
  async run(fixture) {
    const app = await fixture.session();
    const phone = fixture.phone();
    const reports: string[] = [];
    for (const profile of await fixture.profiles(fixture.threshold)) {
      const message = await fixture.send(app, phone, profile);
      reports.push(await fixture.report(app, message, 'failed', null));
    }
    await expectAccepted(
      'a message before the updates',
      fixture.send(app, phone, await fixture.profile()),
    );
    const update = (id: string | undefined, code: number): Promise<unknown> =>
      app.query('update delivery_reports set error_code = $2 where id = $1', [id, code]);
    const [one, ...others] = reports;
    await update(one, filtered);
    for (const other of others) await update(other, optedOut);
    await expectAccepted(
      'a message after all but one',
      fixture.send(app, phone, await fixture.profile()),
    );
    await update(one, optedOut);
    await expectRefused(
      'a message after the last',
      fixture.send(app, phone, await fixture.profile()),
    );
  },
};

const completed: Behaviour = {
  name: 'a report with 21610 counts when it becomes a failed one, and for the message that it is pointed at',
  async run(fixture) {
    const app = await fixture.session();
    const [one, other] = [fixture.phone(), fixture.phone()];
    const change = (report: string, column: string, value: string): Promise<unknown> =>
      app.query(`update delivery_reports set ${column} = $2 where id = $1`, [report, value]);
    const delivered: string[] = [];
    const strayed: { readonly report: string; readonly message: string }[] = [];
    for (const profile of await fixture.profiles(fixture.threshold)) {
      const message = await fixture.send(app, one, profile);
      delivered.push(await fixture.report(app, message, 'delivered', optedOut));
      const elsewhere = await fixture.send(app, fixture.phone(), profile);
      strayed.push({
        report: await fixture.report(app, elsewhere, 'failed', optedOut),
        message: await fixture.send(app, other, profile),
      });
    }
    for (const [index, report] of delivered.entries()) {
      await expectAccepted(
        `a message while ${delivered.length - index} reports say that it was delivered`,
        fixture.send(app, one, await fixture.profile()),
      );
      await change(report, 'event_type', 'failed');
    }
    await expectRefused('all failed', fixture.send(app, one, await fixture.profile()));
    for (const [index, { report, message }] of strayed.entries()) {
      await expectAccepted(
        `a message while ${strayed.length - index} reports are another number's`,
        fixture.send(app, other, await fixture.profile()),
      );
      await change(report, 'message_id', message);
    }
    await expectRefused('all pointed at it', fixture.send(app, other, await fixture.profile()));
  },
};

const withoutProfile: Behaviour = {
  name: 'a report whose message has no profile counts for no profile',
  async run(fixture) {
    const app = await fixture.session();
    const phone = fixture.phone();
    for (const profile of [null, ...(await fixture.profiles(fixture.threshold - 1)), null, null]) {
      const message = await fixture.send(app, phone, profile);
      await expectAccepted('the report', fixture.report(app, message, 'failed', optedOut));
    }
    const last = await fixture.profile();
    const message = await expectAccepted(
      'one profile too few, and three without',
      fixture.send(app, phone, last),
    );
    await fixture.report(app, message, 'failed', optedOut);
    await expectRefused('after the last profile', fixture.send(app, phone, last));
  },
};

const unknownMessage: Behaviour = {
  name: 'a report for a message that does not exist is refused, and so is an unknown code or event',
  async run(fixture) {
    const app = await fixture.session();
    await expectSqlState(
      'a report for no message',
      '23503',
      fixture.report(app, '00000000-0000-7000-8000-000000000000', 'failed', optedOut),
    );
    const message = await fixture.send(app, fixture.phone(), await fixture.profile());
    await expectSqlState('an unknown code', '23514', fixture.report(app, message, 'failed', 404));
    await expectSqlState('an unknown event', '23514', fixture.report(app, message, 'read', null));
  },
};

const deletes: Behaviour = {
  name: 'deleting reports and messages does not unblock',
  async run(fixture) {
    const app = await fixture.session();
    const phone = fixture.phone();
    const made: { message: string; report: string }[] = [];
    for (const profile of await fixture.profiles(fixture.threshold)) {
      const message = await fixture.send(app, phone, profile);
      made.push({ message, report: await fixture.report(app, message, 'failed', optedOut) });
    }
    await expectRefused('before', fixture.send(app, phone, await fixture.profile()));
    for (const { report } of made)
      await app.query('delete from delivery_reports where id = $1', [report]);
    await expectRefused('without the reports', fixture.send(app, phone, await fixture.profile()));
    for (const { message } of made) {
      await app.query('delete from outbound_messages where id = $1', [message]);
    }
    await expectRefused('without the messages', fixture.send(app, phone, await fixture.profile()));
  },
};

const profileAfterwards: Behaviour = {
  name: 'a message that gets a profile after its 21610 counts for it',
  async run(fixture) {
    const app = await fixture.session();
    const phone = fixture.phone();
    const messages: string[] = [];
    for (const profile of [...(await fixture.profiles(fixture.threshold - 1)), null]) {
      messages.push(await fixture.send(app, phone, profile));
    }
    for (const message of messages) await fixture.report(app, message, 'failed', optedOut);
    await expectAccepted('one too few', fixture.send(app, phone, await fixture.profile()));
    await app.query('update outbound_messages set profile_id = $2 where id = $1', [
      messages.at(-1),
      await fixture.profile(),
    ]);
    await expectRefused('the last, given late', fixture.send(app, phone, await fixture.profile()));
  },
};

const movedAfterwards: Behaviour = {
  name: 'a message that gets another number after its 21610 counts for both',
  async run(fixture) {
    const app = await fixture.session();
    const [before, after] = [fixture.phone(), fixture.phone()];
    const messages: string[] = [];
    for (const profile of await fixture.profiles(fixture.threshold)) {
      messages.push(await fixture.send(app, before, profile));
    }
    for (const message of messages) await fixture.report(app, message, 'failed', optedOut);
    const unreported = await fixture.send(app, fixture.phone(), await fixture.profile());
    const move = (id: string | undefined): Promise<unknown> =>
      app.query('update outbound_messages set to_number = $2 where id = $1', [id, after]);
    for (const message of [unreported, ...messages.slice(1)]) await move(message);
    await expectAccepted('all but one moved', fixture.send(app, after, await fixture.profile()));
    await expectAccepted('the move of the last', move(messages[0]));
    await expectRefused('all moved', fixture.send(app, after, await fixture.profile()));
    await expectRefused('where they were', fixture.send(app, before, await fixture.profile()));
  },
};

/** What delivery reports must lead to, and what they must not. */
export const reports: readonly Behaviour[] = [
  updated,
  completed,
  withoutProfile,
  unknownMessage,
  deletes,
  profileAfterwards,
  movedAfterwards,
];
