import { strict as assert } from 'node:assert';
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type pg from 'pg';
import { codeOf } from '../cli/errors.ts';
import type { Fixture } from '../conformance/fixture.ts';
import { onlyRow } from '../connection/only-row.ts';
import { filtered, optedOut, refusal } from '../contract.ts';
import { itemAt } from '../item-at.ts';
import { Model, type ModelMessage, type ModelReport } from './model.ts';
import { type ReportingWay, reportingWays, type SendingWay, sendingWays } from './ways.ts';

/** One operation; what it is on is counted among what is there. */
export type Operation = { readonly session: number } & (
  | {
      readonly kind: 'send';
      readonly way: SendingWay;
      readonly phones: readonly number[];
      readonly profile: number | undefined;
    }
  | {
      readonly kind: 'report';
      readonly way: ReportingWay;
      readonly message: number;
      readonly event: ModelReport['event'];
      readonly code: number | undefined;
      readonly isTimed: boolean;
    }
  | { readonly kind: 'change'; readonly report: number; readonly to: ReportChange }
  | { readonly kind: 'move'; readonly message: number; readonly to: Partial<ModelMessage> }
  | { readonly kind: 'delete report' | 'delete message'; readonly which: number }
  | { readonly kind: 'opt in'; readonly phone: number; readonly profile: number | undefined }
  | { readonly kind: 'threshold'; readonly to: number }
);

type ReportChange =
  | { readonly column: 'error_code'; readonly value: number | undefined }
  | { readonly column: 'event_type'; readonly value: ModelReport['event'] }
  | { readonly column: 'message_id'; readonly value: number };

const counts = { sessions: 3, phones: 4, profiles: 6 } as const;

/** Operations in any order. Messages and reports are named by any number: of as many as are there. */
export function operations(ways: readonly SendingWay[]): fc.Arbitrary<readonly Operation[]> {
  const session = fc.nat(counts.sessions - 1);
  // one number more than the others, so that it is blocked now and then
  const phone = fc.oneof(
    { weight: 2, arbitrary: fc.constant(0) },
    { weight: 3, arbitrary: fc.nat(counts.phones - 1) },
  );
  const profile = fc.option(fc.nat(counts.profiles - 1), { nil: undefined, freq: 8 });
  const code = fc.oneof(
    { weight: 5, arbitrary: fc.constant(optedOut) },
    { weight: 1, arbitrary: fc.constant(filtered) },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
  const event = fc.oneof(
    { weight: 5, arbitrary: fc.constant('failed' as const) },
    { weight: 1, arbitrary: fc.constant('delivered' as const) },
  );
  const which = fc.nat(1_000);
  const one: fc.Arbitrary<Operation> = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        session,
        kind: fc.constant('send' as const),
        way: fc.constantFrom(...ways),
        phones: fc.array(phone, { minLength: 1, maxLength: 3 }),
        profile,
      }),
    },
    {
      weight: 8,
      arbitrary: fc.record({
        session,
        kind: fc.constant('report' as const),
        way: fc.constantFrom(...(Object.keys(reportingWays) as ReportingWay[])),
        message: which,
        event,
        code,
        isTimed: fc.oneof(
          { weight: 4, arbitrary: fc.constant(true) },
          { weight: 1, arbitrary: fc.constant(false) },
        ),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        session,
        kind: fc.constant('change' as const),
        report: which,
        to: fc.oneof(
          fc.record({ column: fc.constant('error_code' as const), value: code }),
          fc.record({ column: fc.constant('event_type' as const), value: event }),
          fc.record({ column: fc.constant('message_id' as const), value: which }),
        ),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        session,
        kind: fc.constant('move' as const),
        message: which,
        to: fc.oneof(
          phone.map((value) => ({ phone: value })),
          fc.nat(counts.profiles - 1).map((value) => ({ profile: value })),
        ),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        session,
        kind: fc.constantFrom('delete report' as const, 'delete message' as const),
        which,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        session,
        kind: fc.constant('opt in' as const),
        phone,
        profile: fc.option(fc.nat(counts.profiles - 1), { nil: undefined, freq: 3 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        session,
        kind: fc.constant('threshold' as const),
        to: fc.integer({ min: 1, max: 5 }),
      }),
    },
  );
  return fc.array(one, { minLength: 20, maxLength: 60, size: 'max' });
}

/**
 * Does the operations one after another, each in its session, and holds the database to the model: each is
 * refused if and only if the model refuses it, and at the end every number is blocked from as many profiles
 * on as the model counts.
 *
 * @param owner who may change the threshold, and whatever the application may not
 * @returns how many were tried, operations on nothing left out
 */
export async function holdToModel(
  owner: pg.Client,
  fixture: Fixture,
  steps: readonly Operation[],
): Promise<number> {
  const model = new Model(fixture.threshold, optedOut);
  const sessions: pg.Client[] = [];
  for (let i = 0; i < counts.sessions; i++) sessions.push(await fixture.session());
  const phones = Array.from({ length: counts.phones }, () => fixture.phone());
  const profiles = await fixture.profiles(counts.profiles);
  const ids = new Map<number, string>();
  const idAt = (place: number): string => {
    const id = ids.get(place);
    if (id === undefined) throw new Error(`nothing is at ${place}`);
    return id;
  };
  const profileAt = (profile: number | undefined): string | null =>
    profile === undefined ? null : itemAt(profiles, profile);
  const nth = (places: Iterable<number>, which: number): number | undefined => {
    const all = [...places];
    return all[which % Math.max(1, all.length)];
  };
  let tried = 0;

  const send = async (
    client: pg.Client,
    way: SendingWay,
    to: readonly number[],
    profile: number | undefined,
  ): Promise<void> => {
    const messages = to.map((phone) => ({
      id: randomUUID(),
      profile: profileAt(profile),
      phone: itemAt(phones, phone),
    }));
    fixture.made({ messageIds: messages.map(({ id }) => id) });
    const places = model.send(to, profile);
    await expectOutcome(sendingWays[way](client, messages), places !== undefined);
    for (const [index, place] of (places ?? []).entries()) {
      ids.set(place, itemAt(messages, index).id);
    }
  };

  const doOne = async (step: Operation): Promise<boolean> => {
    const client = itemAt(sessions, step.session);
    switch (step.kind) {
      case 'send':
        await send(client, step.way, step.phones, step.profile);
        return true;
      case 'report': {
        const message = nth(model.messages.keys(), step.message);
        if (message === undefined) return false;
        const { event, code, isTimed } = step;
        const id = isTimed ? await timedId(client) : randomUUID();
        fixture.made({ reportIds: [id] });
        ids.set(model.report({ message, event, code, isTimed }), id);
        const report = { id, message: idAt(message), event, code: code ?? null };
        await expectOutcome(reportingWays[step.way](client, report), true);
        return true;
      }
      case 'change': {
        const report = nth(model.reports.keys(), step.report);
        if (report === undefined) return false;
        const { column, value } = step.to;
        const set = (to: string | number | null): Promise<unknown> =>
          client.query(`update delivery_reports set ${column} = $2 where id = $1`, [
            idAt(report),
            to,
          ]);
        if (column === 'message_id') {
          const message = nth(model.messages.keys(), value);
          if (message === undefined) return false;
          model.change(report, { message });
          await expectOutcome(set(idAt(message)), true);
        } else {
          model.change(report, column === 'error_code' ? { code: value } : { event: value });
          await expectOutcome(set(value ?? null), true);
        }
        return true;
      }
      case 'move': {
        const message = nth(model.messages.keys(), step.message);
        if (message === undefined) return false;
        const { phone, profile } = step.to;
        const allowed = model.move(message, step.to);
        const [column, value] =
          phone === undefined
            ? ['profile_id', profileAt(profile)]
            : ['to_number', itemAt(phones, phone)];
        await expectOutcome(
          client.query(`update outbound_messages set ${column} = $2 where id = $1`, [
            idAt(message),
            value,
          ]),
          allowed,
        );
        return true;
      }
      case 'delete report': {
        const report = nth(model.reports.keys(), step.which);
        if (report === undefined) return false;
        model.reports.delete(report);
        await client.query('delete from delivery_reports where id = $1', [idAt(report)]);
        return true;
      }
      case 'delete message': {
        const reported = new Set([...model.reports.values()].map(({ message }) => message));
        const free = [...model.messages.keys()].filter((message) => !reported.has(message));
        const message = nth(free, step.which);
        if (message === undefined) return false;
        model.messages.delete(message);
        await client.query('delete from outbound_messages where id = $1', [idAt(message)]);
        return true;
      }
      case 'opt in': {
        const phone = itemAt(phones, step.phone);
        const taken = await fixture.optIn(phone, profileAt(step.profile));
        assert.equal(taken, model.optIn(step.phone, step.profile), 'opt-outs that went');
        return true;
      }
      case 'threshold':
        model.threshold = step.to;
        await setThreshold(owner, step.to);
        return true;
    }
  };

  /** That each number is sent to or refused as the model says; nothing is kept. */
  const expectSends = async (): Promise<void> => {
    for (const [place, phone] of phones.entries()) {
      const client = itemAt(sessions, place % counts.sessions);
      await client.query('begin');
      const probe = client.query(
        `insert into outbound_messages (profile_id, to_number, body) values ($1, $2, 'probe')`,
        [profiles[0], phone],
      );
      await expectOutcome(probe, !model.isBlocked(place));
      await client.query('rollback');
    }
  };

  for (const [index, step] of steps.entries()) {
    try {
      if (await doOne(step)) tried++;
    } catch (error) {
      throw new Error(`operation ${index}, ${JSON.stringify(step)}`, { cause: error });
    }
  }
  // as it is, and then under one threshold after another: so each number's opt-outs are counted as well
  await expectSends();
  for (let threshold = counts.profiles; threshold > 0; threshold--) {
    model.threshold = threshold;
    await setThreshold(owner, threshold);
    await expectSends();
  }
  return tried;
}

/** How many profiles block from now on. */
export async function setThreshold(owner: pg.Client, threshold: number): Promise<void> {
  await owner.query('select * from set_opt_out_block_threshold($1)', [threshold]);
}

/** An id of version 7, by the server's clock: an opt-in's moment is told by the same. */
async function timedId(client: pg.Client): Promise<string> {
  return onlyRow(await client.query<{ id: string }>('select uuidv7() as id')).id;
}

/** That a statement is accepted, or refused as the model says. */
async function expectOutcome(statement: Promise<unknown>, isAccepted: boolean): Promise<void> {
  const code = await statement.then(
    () => undefined,
    (error: unknown) => {
      if (codeOf(error) !== refusal.sqlState) throw error;
      return refusal.sqlState;
    },
  );
  assert.equal(code, isAccepted ? undefined : refusal.sqlState);
}
