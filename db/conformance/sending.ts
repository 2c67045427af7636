import { filtered, optedOut } from '../contract.ts';
import type { Behaviour } from './behaviour.ts';
import { expectAccepted, expectEqual, expectRefused } from './expect.ts';

const lives: Behaviour = {
  name: 'a message goes through before any opt-out, and after each while they are too few to block',
  async run(fixture) {
    const app = await fixture.session();
    const phone = fixture.phone();
    const profiles = await fixture.profiles(fixture.threshold - 1);
    for (const [reported, profile] of profiles.entries()) {
      const after = `a message after ${reported} 21610s`;
      const message = await expectAccepted(after, fixture.send(app, phone, profile));
      await fixture.report(app, message, 'failed', optedOut);
      await expectAccepted('the same profile after its 21610', fixture.send(app, phone, profile));
    }
    await expectAccepted(
      `a message after ${profiles.length} 21610s`,
      fixture.send(app, phone, await fixture.profile()),
    );
  },
};

const blocks: Behaviour = {
  name: 'after 21610s from as many distinct profiles as block, every insert is refused, from any profile',
  async run(fixture) {
    const app = await fixture.session();
    const phone = fixture.phone();
    const enough = await fixture.profiles(fixture.threshold);
    for (const profile of enough) {
      const message = await fixture.send(app, phone, profile);
      await fixture.report(app, message, 'failed', optedOut);
    }
    for (const profile of enough) {
      await expectRefused('a profile that was told 21610', fixture.send(app, phone, profile));
    }
    await expectRefused(
      'a profile that never wrote to it',
      fixture.send(app, phone, await fixture.profile()),
    );
    await expectRefused('a message without a profile', fixture.send(app, phone, null));
    const other = await fixture.session();
    await expectRefused('another session', fixture.send(other, phone, await fixture.profile()));
  },
};

const repeats: Behaviour = {
  name: 'a repeated profile, a 30007 and a delivered report do not count',
  async run(fixture) {
    const app = await fixture.session();
    const tooFew = await fixture.profiles(fixture.threshold - 1);
    const last = await fixture.profile();

    const repeated = fixture.phone();
    for (const profile of [...tooFew, ...tooFew]) {
      const message = await fixture.send(app, repeated, profile);
      await fixture.report(app, message, 'failed', optedOut);
      await fixture.report(app, message, 'failed', optedOut);
    }
    await expectAccepted('distinct profiles too few, repeated', fixture.send(app, repeated, last));

    const carrier = fixture.phone();
    for (const [profile, code] of [
      ...tooFew.map((profile) => [profile, optedOut] as const),
      [last, filtered] as const,
    ]) {
      await fixture.report(app, await fixture.send(app, carrier, profile), 'failed', code);
    }
    await expectAccepted('21610s too few, and one 30007', fixture.send(app, carrier, last));

    const delivered = fixture.phone();
    for (const profile of [...tooFew, last]) {
      const message = await fixture.send(app, delivered, profile);
      await fixture.report(app, message, 'delivered', null);
      await fixture.report(app, message, 'delivered', optedOut);
      await fixture.report(app, message, 'failed', null);
    }
    await expectAccepted('delivered reports only', fixture.send(app, delivered, last));
  },
};

const others: Behaviour = {
  name: 'other numbers are untouched, and messages already there stay',
  async run(fixture) {
    const app = await fixture.session();
    const [blocked, other] = [fixture.phone(), fixture.phone()];
    const before = await fixture.send(app, blocked, await fixture.profile());
    await fixture.block(app, blocked);
    await expectRefused('the blocked number', fixture.send(app, blocked, await fixture.profile()));
    await expectAccepted('another number', fixture.send(app, other, await fixture.profile()));
    // compared exactly: what differs in one byte is another number
    for (const alike of [`${blocked} `, ` ${blocked}`, blocked.slice(1), `${blocked}0`]) {
      const id = await expectAccepted(
        'a text that is not the blocked number',
        fixture.send(app, alike, await fixture.profile()),
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

const moves: Behaviour = {
  name: 'an update that moves a message to a blocked number is refused',
  async run(fixture) {
    const app = await fixture.session();
    const [blocked, free, alsoFree] = [fixture.phone(), fixture.phone(), fixture.phone()];
    await fixture.block(app, blocked);
    const message = await fixture.send(app, free, await fixture.profile());
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
export const sending: readonly Behaviour[] = [lives, blocks, repeats, others, moves];
