import { itemAt } from '../../db/item-at.ts';
import { benchBody } from '../database/reservation.ts';
import { prepared } from './prepared.ts';
import type { Scenario } from './scenario.ts';
import { insertCalls, singleRow } from './single-row.ts';
import { otherChecks, statements } from './statements.ts';

/*
 * The same check, made elsewhere than in a trigger: by the application, which asks before it sends, or
 * by the statement that sends. Contrasts, not designs: whoever sends without asking is not stopped, and
 * what is asked first may have changed until it is sent (docs/where-to-check.md).
 */

/** Round trips of the network between the application and the server: one machine, one data centre, two. */
const roundTripsMs = [0, 0.5, 2] as const;

const ways = ['trigger', 'statement', 'application'] as const;
type Way = (typeof ways)[number];

const titles: Readonly<Record<Way, string>> = {
  trigger: 'checked by the trigger',
  statement: 'checked by the statement that inserts',
  application: 'checked by the application, which asks first',
};

/** Every way over every network, not durable; each against the same insert without any check. */
export const contrasts: readonly Scenario[] = roundTripsMs.flatMap((roundTripMs) =>
  ways.map((way) => contrast(way, roundTripMs)),
);

function contrast(way: Way, roundTripMs: number): Scenario {
  const base = singleRow({
    name: `check-in-${way}-${roundTripMs}ms`,
    title: `one row, ${titles[way]}, ${roundTripMs} ms of network (not durable)`,
    durable: false,
    clients: 1,
    weight: 3,
    selected: 'on request',
    control: way === 'trigger' ? 'check off' : 'another check',
  });
  const delayed = { ...base, ...(roundTripMs === 0 ? {} : { roundTripMs }) };
  if (way === 'trigger') return delayed;
  return {
    ...delayed,
    statement:
      way === 'statement'
        ? otherChecks.insertUnlessBlocked.text
        : `${otherChecks.isBlocked.text};\n${statements.insertMessage.text}`,
    prepare: async (context) => {
      const phones = context.draw.unblocked(Math.min(context.calls, 1_024));
      if (context.arm === 'control') return insertCalls(context, phones);
      const client = itemAt(context.clients, 0);
      const profiles = context.draw.profiles(256);
      const ask = prepared(client, context.asSent(otherChecks.isBlocked));
      const send = prepared(
        client,
        context.asSent(
          way === 'statement' ? otherChecks.insertUnlessBlocked : statements.insertMessage,
        ),
      );
      let next = 0;
      const call = async (): Promise<void> => {
        next = (next + 1) % phones.length;
        const phone = itemAt(phones, next);
        if (way === 'application') await ask([phone]);
        await send([itemAt(profiles, next % profiles.length), phone, benchBody]);
      };
      return { calls: [call] };
    },
  };
}
