import type { Scenario } from './scenario.ts';
import { insertCalls } from './single-row.ts';
import { statements } from './statements.ts';

/** As an application sends: a share of the attempts goes to blocked numbers, and a refusal is an answer. */
export const mixed: Scenario = {
  name: 'mixed',
  title: 'one row a transaction, a share of them to blocked numbers (not durable)',
  kind: 'send',
  rowsPerStatement: 1,
  clients: 1,
  durable: false,
  control: 'check off',
  statement: statements.insertMessage.text,
  weight: 3,
  selected: 'on request',
  widthFactor: 1,
  async prepare(context) {
    const phones = context.draw.unblocked(1_024);
    const blocked = context.draw.blocked(Math.round(phones.length * context.blockedShare));
    for (const phone of blocked) phones[Math.floor(context.draw.random() * phones.length)] = phone;
    return insertCalls(context, phones, 'an answer');
  },
};
