import type { Check } from './check.ts';
import { expectAccepted, expectRefused, expectSqlState } from './expect.ts';
import { filtered, optedOut } from './stage.ts';

const updated: Check = {
  name: 'a report first stored without its code counts when it is updated to 21610',
  async run(stage) {
    const app = await stage.session();
    const phone = stage.phone();
    const reports: string[] = [];
    for (const profile of await stage.profiles(3)) {
      const message = await stage.send(app, phone, profile);
      reports.push(await stage.report(app, message, 'failed', null));
    }
    await expectAccepted(
      'a message before the updates',
      stage.send(app, phone, await stage.profile()),
    );
    const update = (id: string | undefined, code: number): Promise<unknown> =>
      app.query('update delivery_reports set error_code = $2 where id = $1', [id, code]);
    await update(reports[0], optedOut);
    await update(reports[1], filtered);
    await update(reports[2], optedOut);
    await expectAccepted(
      'a message after two of three',
      stage.send(app, phone, await stage.profile()),
    );
    await update(reports[1], optedOut);
    await expectRefused('a message after the third', stage.send(app, phone, await stage.profile()));
  },
};

const withoutProfile: Check = {
  name: 'a report whose message has no profile counts for no profile',
  async run(stage) {
    const app = await stage.session();
    const phone = stage.phone();
    for (const profile of [null, ...(await stage.profiles(2)), null, null]) {
      const message = await stage.send(app, phone, profile);
      await expectAccepted('the report', stage.report(app, message, 'failed', optedOut));
    }
    const last = await stage.profile();
    const message = await expectAccepted(
      'two profiles and three without',
      stage.send(app, phone, last),
    );
    await stage.report(app, message, 'failed', optedOut);
    await expectRefused('after the third profile', stage.send(app, phone, last));
  },
};

const unknownMessage: Check = {
  name: 'a report for a message that does not exist is refused, and so is an unknown code',
  async run(stage) {
    const app = await stage.session();
    await expectSqlState(
      'a report for no message',
      '23503',
      stage.report(app, '00000000-0000-7000-8000-000000000000', 'failed', optedOut),
    );
    const message = await stage.send(app, stage.phone(), await stage.profile());
    await expectSqlState('an unknown code', '23514', stage.report(app, message, 'failed', 404));
  },
};

const deletes: Check = {
  name: 'deleting reports and messages does not unblock',
  async run(stage) {
    const app = await stage.session();
    const phone = stage.phone();
    const made: { message: string; report: string }[] = [];
    for (const profile of await stage.profiles(3)) {
      const message = await stage.send(app, phone, profile);
      made.push({ message, report: await stage.report(app, message, 'failed', optedOut) });
    }
    await expectRefused('before', stage.send(app, phone, await stage.profile()));
    for (const { report } of made)
      await app.query('delete from delivery_reports where id = $1', [report]);
    await expectRefused('without the reports', stage.send(app, phone, await stage.profile()));
    for (const { message } of made) {
      await app.query('delete from outbound_messages where id = $1', [message]);
    }
    await expectRefused('without the messages', stage.send(app, phone, await stage.profile()));
  },
};

const movedAfterwards: Check = {
  name: 'a message that gets another number or a profile after its 21610 counts for both',
  async run(stage) {
    const app = await stage.session();
    const [before, after] = [stage.phone(), stage.phone()];
    const messages: string[] = [];
    for (const profile of await stage.profiles(2)) {
      messages.push(await stage.send(app, before, profile));
    }
    const late = await stage.send(app, before, null);
    for (const message of [...messages, late]) {
      await stage.report(app, message, 'failed', optedOut);
    }
    const unreported = await stage.send(app, stage.phone(), await stage.profile());
    const update = (id: string, column: string, value: string): Promise<unknown> =>
      app.query(`update outbound_messages set ${column} = $2 where id = $1`, [id, value]);
    await expectAccepted('two profiles', stage.send(app, before, await stage.profile()));
    await update(late, 'profile_id', await stage.profile());
    await expectRefused('a third, given late', stage.send(app, before, await stage.profile()));

    for (const message of [unreported, ...messages]) await update(message, 'to_number', after);
    await expectAccepted('two moved', stage.send(app, after, await stage.profile()));
    await expectAccepted('the move of the third', update(late, 'to_number', after));
    await expectRefused('three moved', stage.send(app, after, await stage.profile()));
    await expectRefused('where they were', stage.send(app, before, await stage.profile()));
  },
};

/** What delivery reports must lead to, and what they must not. */
export const reports: readonly Check[] = [
  updated,
  withoutProfile,
  unknownMessage,
  deletes,
  movedAfterwards,
];
