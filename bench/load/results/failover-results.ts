// Failovers under load: a part of load.json (results.ts).

import {
  define,
  list,
  number,
  numberOrNull,
  type Of,
  object,
  oneOf,
  text,
  yesOrNo,
} from '../../../db/format/schema.ts';

/** How a standby follows: commits wait for it, or they do not. */
export const replicationKinds = ['sync', 'async'] as const;
export type ReplicationKind = (typeof replicationKinds)[number];

export const lostRowsSchema = define(
  'LostRows',
  object(
    {
      messages: list(text(), 'Ids of the messages.'),
      reports: list(
        object({ id: text(), event: text('delivered or failed.'), errorCode: numberOrNull() }),
      ),
      optOuts: list(object({ phone: text(), profileId: text() }), 'Opt-outs of the lost reports.'),
      blocks: list(
        text(),
        'Numbers of lost reports that were blocked on the primary, and were not on the standby when it was promoted.',
      ),
    },
    'What was acknowledged and is not there after a failover: the killed primary had it, the standby had not.',
  ),
);
export type LostRows = Of<typeof lostRowsSchema>;

export const failoverSchema = define(
  'Failover',
  object(
    {
      replication: oneOf(
        replicationKinds,
        'sync: a commit waits until the standby has it on its disk. async: it does not.',
      ),
      standbyDelayMs: number('How long what the primary writes takes to the standby; one way.'),
      killedS: number("When the primary was killed. Times count from the load's start."),
      promotedS: number('When the standby was promoted: it takes writes.'),
      refusedS: number(
        'When a client that kept trying had its first answer: a message to a number that was blocked before was refused.',
      ),
      acceptedS: number('When its next message, to another number, was accepted.'),
      answeredS: numberOrNull("The load's own first answer after; null where it had none."),
      unreplicated: object(
        { messages: number(), reports: number() },
        'Rows that the killed primary has and the promoted standby has not, acknowledged or not.',
      ),
      lost: lostRowsSchema,
      wronglyAccepted: number(
        'Messages that were accepted though enough opt-outs of their number were acknowledged: one of them, or the block, was lost.',
      ),
      ok: yesOrNo(
        'sync: nothing is lost and nothing was wrongly accepted. async: the loss is exactly what the killed primary had more.',
      ),
      differences: list(text(), 'Why not.'),
    },
    'One failover; its load is among the trials, in the same order.',
  ),
);
export type Failover = Of<typeof failoverSchema>;
