import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createDataSet, defaultDataSet } from '../data-set/data-set.ts';
import { presetShapes, readShape } from './read-shape.ts';
import { wantedShape } from './wanted-shape.ts';

const messages = 100_000;

describe('a preset shape', () => {
  const dataSetOf = (name: string) => {
    const said: string[] = [];
    const { dataSet: shape } = wantedShape(name, messages, (line) => said.push(line));
    assert.deepEqual(said, [], 'a data set can follow all of it');
    return createDataSet({ ...defaultDataSet, messages, shape });
  };

  for (const name of presetShapes) {
    it(`${name} adds up: its shares of contacts are of all contacts, its reports of its opt-outs`, () => {
      const { contacts, messages: all, reports } = readShape(name);
      const sum = contacts.profiles.reduce((total, { share }) => total + share.value, 0);
      assert.ok(Math.abs(sum - 1) < 1e-9, `profiles: ${sum}`);
      const mean = all.total.value / contacts.total.value;
      assert.ok(Math.abs(mean - contacts.messages.mean.value) < 1e-9, `messages: ${mean}`);
      const optOuts = contacts.optOuts.reduce(
        (total, { count, share }) => total + count * share.value,
        0,
      );
      const first = reports.optedOut.perMessage.value * (1 - reports.repeated.value) * mean;
      assert.ok(
        Math.abs(first / optOuts - 1) < 1e-3,
        `${first} first reports, ${optOuts} opt-outs`,
      );
      dataSetOf(name);
    });
  }

  it('few-numbers has a hundred messages a contact, and many profiles', () => {
    const { contactCount, rowCounts } = dataSetOf('few-numbers');
    assert.equal(Math.round(messages / contactCount), 100);
    assert.equal(rowCounts.profiles, 20_000);
  });

  it('nobody-blocked blocks nobody, and has opt-outs', () => {
    const { rowCounts } = dataSetOf('nobody-blocked');
    assert.equal(rowCounts.blocked_contacts, 0);
    assert.ok(rowCounts.opt_outs > 0.2 * (messages / 4));
  });

  it('third-blocked blocks a third of its contacts', () => {
    const { rowCounts, contactCount } = dataSetOf('third-blocked');
    assert.equal(Math.round((100 * rowCounts.blocked_contacts) / contactCount), 33);
  });
});
