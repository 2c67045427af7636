import assert from 'node:assert/strict';
import { it } from 'node:test';
import { askMapping } from './ask-mapping.ts';
import { examplePath } from './examples.ts';
import { readMapping } from './read-mapping.ts';

/** Answers in turn, by the beginning of each question; nothing where none is given. */
function answering(answers: readonly (readonly [question: string, answer: string])[]) {
  const left = [...answers];
  return async (question: string): Promise<string> => {
    const index = left.findIndex(([begin]) => question.trim().startsWith(begin));
    return index < 0 ? '' : (left.splice(index, 1)[0]?.[1] ?? '');
  };
}

it('answers make the same mapping as a file', async () => {
  const { unknownMessage: _, ...reports } = readMapping(examplePath('webhook')).reports;
  assert.deepEqual(
    await askMapping(
      answering([
        ['The table of which a row is a message', ''], // asked again
        ['The table of which a row is a message', 'Message'],
        ['its column with the number', 'toNumber'],
        ['of type (text', 'varchar'],
        ['its column with the sender', 'from'],
        ['of type (uuid', 'uuid'],
        ['of type (uuid', 'text'],
        ['The table of which a row is a report', 'hooks.status_callbacks'],
        ['what names the message', 'payload -> MessageSid'],
        ['the column of the message', 'sid'],
        ['what the carrier said', 'payload->ErrorCode'],
        ['what else must be so', 'payload -> MessageStatus = failed'],
        ['How many senders', '2'],
      ]),
    ),
    { ...readMapping(examplePath('webhook')), reports },
  );
});

it('what is not answered is what most tables have', async () => {
  const mapping = await askMapping(
    answering([
      ['The table of which a row is a message', 'sms.messages'],
      ['its column with the number', 'recipient'],
      ['its column with the sender', 'profile_id'],
      ['The table of which a row is a report', 'sms.reports'],
      ['its partitions', 'sms.a, sms.b'],
      ['the codes', '21610, 63014'],
      ['The role', 'messaging'],
    ]),
  );
  assert.deepEqual(mapping, {
    schema: 'opt_out',
    threshold: 3,
    messages: {
      schema: 'sms',
      table: 'messages',
      id: { column: 'id', type: 'uuid' },
      number: { column: 'recipient', type: 'text' },
      sender: { column: 'profile_id', type: 'uuid' },
    },
    reports: {
      schema: 'sms',
      table: 'reports',
      partitions: ['sms.a', 'sms.b'],
      id: 'id',
      message: { column: 'message_id' },
      code: { column: 'error_code' },
      codes: [21610, 63014],
    },
    sendingRole: 'messaging',
  });
});
