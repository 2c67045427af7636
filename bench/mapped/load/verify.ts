import type pg from 'pg';
import type { Mapping } from '../../../db/adopt/mapping.ts';
import { render } from '../../../db/adopt/render.ts';
import { valuesOf } from '../../../db/adopt/values.ts';
import { wordsOf } from '../../../db/adopt/words.ts';
import { onlyRow } from '../../../db/connection/only-row.ts';
import { readSql } from '../../../db/sql.ts';
import type { Offer } from './offer.ts';
import type { LoadCheck } from './results.ts';

const template = (name: string): string => readSql(new URL(`./sql/${name}.sql`, import.meta.url));

function query(name: string, mapping: Mapping): string {
  const words = wordsOf(mapping);
  return render(template(name), {
    ...valuesOf(mapping),
    'm.id': words.id('m'),
    'id type': words.idType,
    'plain sender type': words.senderType,
  });
}

/** How many messages a mapping's table holds. */
export async function countMessages(client: pg.Client, mapping: Mapping): Promise<number> {
  const counted = await client.query<{ messages: string }>(query('count_messages', mapping));
  return Number(onlyRow(counted).messages);
}

/**
 * Compares a mapping's tables with what was acknowledged.
 *
 * @param messagesBefore how many messages there were when the load began
 */
export async function verifyOffer(
  client: pg.Client,
  mapping: Mapping,
  offer: Offer,
  messagesBefore: number,
): Promise<readonly LoadCheck[]> {
  const { sent, reported, refusedPhones, blockedSince, passed } = offer;
  const faults = async (name: string, values: readonly (readonly string[])[]): Promise<number> =>
    onlyRow(await client.query<{ faults: number }>(query(name, mapping), [...values])).faults;
  const none = (check: string, many: number, of: string): LoadCheck => ({
    check,
    ok: many === 0,
    found: `${many} of ${of}`,
  });
  const added = (await countMessages(client, mapping)) - messagesBefore;
  return [
    none(
      'messages that were accepted and are not there as they were sent',
      await faults('missing_messages', [
        sent.map(({ id }) => id),
        sent.map(({ drawn }) => drawn.phone),
        sent.map(({ drawn }) => drawn.sender),
      ]),
      `${sent.length} accepted`,
    ),
    {
      check: 'rows more than before are the accepted messages, where nobody else sent',
      ok: added === sent.length,
      found: `${added} rows, ${sent.length} accepted`,
    },
    none(
      'opt-outs that were reported and are not recorded',
      await faults('missing_opt_outs', [
        reported.map(({ phone }) => phone),
        reported.map(({ sender }) => sender),
      ]),
      `${reported.length} reported`,
    ),
    none(
      'messages that passed after their number was known to be blocked',
      passed,
      `${sent.length} accepted`,
    ),
    none(
      'numbers that must be blocked and are not',
      await faults('not_blocked', [[...blockedSince.keys()]]),
      `${blockedSince.size} numbers`,
    ),
    none(
      'numbers that were refused and are not blocked',
      await faults('not_blocked', [[...refusedPhones]]),
      `${refusedPhones.size} refused`,
    ),
  ];
}
