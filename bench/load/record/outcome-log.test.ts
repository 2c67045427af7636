import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { OutcomePage, OutcomeWriter, outcomes, rowsPerPage } from './outcome-log.ts';

const folder = mkdtempSync(join(tmpdir(), 'optout-lab-outcomes-'));
after(() => rmSync(folder, { recursive: true }));

describe('outcomes', () => {
  it('are read back as they were settled, in whatever order; what was never settled is unknown', () => {
    const path = join(folder, 'order');
    const writer = new OutcomeWriter(path);
    const rows = 2 * rowsPerPage + 10;
    const outcomeOf = (number: number) =>
      number % 7 === 0 ? outcomes.unknown : number % 3 === 0 ? outcomes.absent : outcomes.there;
    for (let number = rows - 1; number >= 0; number--) {
      if (outcomeOf(number) !== outcomes.unknown) writer.settle(number, outcomeOf(number));
    }
    writer.close();
    const pages = [0, 1, 2].map((page) => new OutcomePage(path, page));
    for (let number = 0; number < rows; number++) {
      const page = pages[Math.floor(number / rowsPerPage)];
      assert.equal(page?.outcomeOf(number % rowsPerPage), outcomeOf(number));
    }
  });

  it('take no memory once a page of them is settled', () => {
    const writer = new OutcomeWriter(join(folder, 'memory'));
    for (let number = 0; number < 10 * rowsPerPage; number++) writer.settle(number, outcomes.there);
    assert.equal(writer.openPages, 0);
    writer.settle(10 * rowsPerPage, outcomes.there);
    assert.equal(writer.openPages, 1);
    writer.close();
  });
});
