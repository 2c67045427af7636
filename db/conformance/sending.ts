import { filtered, optedOut } from '../contract.ts';
import type { Check } from './behaviour.ts';
import { expectAccepted, expectEqual, expectRefused } from './expect.ts';

const lives: Check = {
  name: 'a message goes through before any opt-out, after one, and after two from two profiles',
  async run(stage) {
    const app = await stage.session();
    const phone = stage.phone();
    const [first, second, third] = await threeProfiles(stage.profiles(3));
    const toFirst = await expectAccepted('a first message', stage.send(app, phone, first));
    await stage.report(app, toFirst, 'failed', optedOut);
    const toSecond = await expectAccepted(
      'a message after one 21610',
      stage.send(app, phone, second),
    );
    await expectAccepted('the same profile after its 21610', stage.send(app, phone, first));
    await stage.report(app, toSecond, 'failed', optedOut);
    await expectAccepted('a message after two 21610s', stage.send(app, phone, third));
  },
};

const blocks: Check = {
  name: 'after 21610s from three distinct profiles every insert is refused, from any profile',
  async run(stage) {
    const app = await stage.session();
    const phone = stage.phone();
    const three = await stage.profiles(3);
    for (const profile of three) {
      const message = await stage.send(app, phone, profile);
      await stage.report(app, message, 'failed', optedOut);
    }
    for (const profile of three) {
      await expectRefused('a profile that was told 21610', stage.send(app, phone, profile));
    }
    await expectRefused(
      'a profile that never wrote to it',
      stage.send(app, phone, await stage.profile()),
    );
    await expectRefused('a message without a profile', stage.send(app, phone, null));
    const other = await stage.session();
    await expectRefused('another session', stage.send(other, phone, await stage.profile()));
  },
};

const repeats: Check = {
  name: 'a repeated profile, a 30007 and a delivered report do not count',
  async run(stage) {
    const app = await stage.session();
    const [first, second, third] = await threeProfiles(stage.profiles(3));

    const repeated = stage.phone();
    for (const profile of [first, second, first, second]) {
      const message = await stage.send(app, repeated, profile);
      await stage.report(app, message, 'failed', optedOut);
      await stage.report(app, message, 'failed', optedOut);
    }
    await expectAccepted('two distinct profiles, repeated', stage.send(app, repeated, third));

    const carrier = stage.phone();
    for (const [profile, code] of [
      [first, optedOut],
      [second, optedOut],
      [third, filtered],
    ] as const) {
      await stage.report(app, await stage.send(app, carrier, profile), 'failed', code);
    }
    await expectAccepted('two 21610s and one 30007', stage.send(app, carrier, third));

    const delivered = stage.phone();
    for (const profile of [first, second, third]) {
      const message = await stage.send(app, delivered, profile);
      await stage.report(app, message, 'delivered', null);
      await stage.report(app, message, 'delivered', optedOut);
      await stage.report(app, message, 'failed', null);
    }
    await expectAccepted('delivered reports only', stage.send(app, delivered, first));
  },
};

const others: Check = {
  name: 'other numbers are untouched, and messages already there stay',
  async run(stage) {
    const app = await stage.session();
    const [blocked, other] = [stage.phone(), stage.phone()];
    const before = await stage.send(app, blocked, await stage.profile());
    await stage.block(app, blocked);
    await expectRefused('the blocked number', stage.send(app, blocked, await stage.profile()));
    await expectAccepted('another number', stage.send(app, other, await stage.profile()));
    // compared exactly: what differs in one byte is another number
    for (const alike of [`${blocked} `, ` ${blocked}`, blocked.slice(1), `${blocked}0`]) {
      const id = await expectAccepted(
        'a text that is not the blocked number',
        stage.send(app, alike, await stage.profile()),
      );
      await app.query('update outbound_messages set body = $2 where id = $1', [id, 'edited']);
    }
    const { rows } = await app.query('select to_number from outbound_messages where id = $1', [
      before,
    ]);
    expectEqual('the message from before', rows, [{ to_number: blocked }]);
    const edited = await app.query(
      'update outbound_messages set body = $2, to_number = to_number where id = $1',
      [before, 'edited'],
    );
    expectEqual('an edit of the message from before', edited.rowCount, 1);
  },
};

const moves: Check = {
  name: 'an update that moves a message to a blocked number is refused',
  async run(stage) {
    const app = await stage.session();
    const [blocked, free, alsoFree] = [stage.phone(), stage.phone(), stage.phone()];
    await stage.block(app, blocked);
    const message = await stage.send(app, free, await stage.profile());
    const move = (to: string): Promise<unknown> =>
      app.query('update outbound_messages set to_number = $2 where id = $1', [message, to]);
    await expectRefused('a move to the blocked number', move(blocked));
    await expectAccepted('a move to a free number', move(alsoFree));
    const { rows } = await app.query('select to_number from outbound_messages where id = $1', [
      message,
    ]);
    expectEqual('where the message is', rows, [{ to_number: alsoFree }]);
  },
};

/** What sending must look like before and after a block. */
export const sending: readonly Check[] = [lives, blocks, repeats, others, moves];

async function threeProfiles(made: Promise<readonly string[]>): Promise<[string, string, string]> {
  const [first, second, third] = await made;
  if (first === undefined || second === undefined || third === undefined) {
    throw new Error('three profiles were asked for');
  }
  return [first, second, third];
}
