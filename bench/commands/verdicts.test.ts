import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { parseHTML } from 'linkedom';
import { itemAt } from '../../db/item-at.ts';
import { createPlainOwner, type PlainOwner } from '../../db/testing/plain-owner.ts';
import { runCommandFile } from '../../db/testing/run-command-file.ts';
import { createTestDatabase, type TestDatabase } from '../../db/testing/test-database.ts';
import { readResults } from '../results/read-results.ts';
import type { Results } from '../results/results.ts';

/*
 * Short runs, and what they say at their end: in the terminal, in summary.md and on the page. A figure may
 * come out as it likes; the three say the same of it, and nothing of what the run did not see.
 */

/** An answer as one of the three says it. */
interface Said {
  readonly mark: 'good' | 'bad' | 'open' | 'plain';
  readonly question: string;
  readonly answer: string;
}

/** What a run left, and what it said. */
interface Outcome {
  readonly results: Results;
  readonly terminal: readonly Said[];
  readonly summary: readonly Said[];
  readonly page: readonly Said[];
  /** All words of the three, for what must not be among them. */
  readonly words: string;
}

const signs = { '✓': 'good', '✗': 'bad', '?': 'open', '→': 'plain' } as const;
const emoji = { '✅': 'good', '❌': 'bad', '❔': 'open', '➡️': 'plain' } as const;
const oneSpace = (text: string): string => text.replace(/\s+/g, ' ').trim();

const markOf = (sign: string): Said['mark'] => {
  const mark = Object.entries({ ...signs, ...emoji }).find(([one]) => one === sign)?.[1];
  assert.ok(mark !== undefined, `no mark: ${sign}`);
  return mark;
};

/** `✓ Is it instant? Yes: …`, wrapped, up to the table. */
function saidInTerminal(stdout: string): readonly Said[] {
  const [head = ''] = stdout.split('\n  time with the check over');
  return head
    .split(/\n(?=[✓✗?→] )/)
    .map((text) => oneSpace(text))
    .filter((text) => /^[✓✗?→] /.test(text))
    .map((text) => {
      const [, sign = '', question = '', answer = ''] = /^(\S+) (.*?\?) (.*)$/.exec(text) ?? [];
      return { mark: markOf(sign), question, answer };
    });
}

function saidInSummary(markdown: string): readonly Said[] {
  return [...markdown.matchAll(/^- (\S+) \*\*(.*?)\*\* (.*)$/gm)].map(
    ([, sign = '', question = '', answer = '']) => ({
      mark: markOf(sign),
      question,
      answer: oneSpace(answer),
    }),
  );
}

function saidOnPage(page: string): readonly Said[] {
  const { document } = parseHTML(page);
  return [...document.querySelectorAll('main > section')].flatMap((section) => {
    const lead = section.querySelector('p.lead');
    const sign = lead?.querySelector('.mark > [aria-hidden]')?.textContent ?? '';
    for (const mark of lead?.querySelectorAll('.mark') ?? []) mark.remove();
    for (const link of section.querySelectorAll('h2 a')) link.remove();
    const question = oneSpace(section.querySelector('h2')?.textContent ?? '');
    return [{ mark: markOf(sign), question, answer: oneSpace(lead?.textContent ?? '') }];
  });
}

describe('what a run says at its end', () => {
  const out = mkdtempSync(join(tmpdir(), 'optout-lab-verdicts-'));
  let database: TestDatabase;
  let owner: PlainOwner;
  before(async () => {
    database = await createTestDatabase({ migrated: false });
    owner = await createPlainOwner();
  });
  after(async () => {
    await database.drop();
    await owner.drop();
    rmSync(out, { recursive: true });
  });

  /** A bench of one design over so many messages that a table of them is a big one. */
  async function bench(url: string, design: string, run: string): Promise<Outcome> {
    const { exitCode, stdout, stderr } = await runCommandFile(
      'bench/commands/bench.ts',
      [
        ...['--scale=12000', `--designs=${design}`, '--scenarios=insert-not-durable'],
        ...['--max-seconds=10', '--no-instructions', `--out=${out}`, `--run=${run}`],
      ],
      { env: { DATABASE_URL: url } },
    );
    assert.equal(exitCode, 0, stderr);
    const file = (name: string): string => readFileSync(join(out, run, name), 'utf8');
    const [markdown, page] = [file('summary.md'), file('index.html')];
    const text = parseHTML(page).document.querySelector('main')?.textContent ?? '';
    return {
      results: readResults(join(out, run)),
      terminal: saidInTerminal(stdout),
      summary: saidInSummary(markdown),
      page: saidOnPage(page),
      words: oneSpace([stdout, markdown, text].join('\n')),
    };
  }

  const answerTo = (question: string, said: readonly Said[]): Said => {
    const found = said.find((one) => one.question === question);
    assert.ok(found !== undefined, `no answer to ${question}`);
    return found;
  };

  /** Holds the three to each other, and the mark to the figure. */
  function assertSame({ results, terminal, summary, page }: Outcome): void {
    assert.equal(terminal.length, 6);
    assert.deepEqual(summary, terminal);
    for (const said of terminal) assert.deepEqual(answerTo(said.question, page), said);
    const { mark, answer } = answerTo('Is it instant?', terminal);
    const { paired } = itemAt(itemAt(results.designs, 0).scenarios, 0);
    const tail = paired?.p99DifferenceNs;
    const wanted =
      paired === undefined || tail === undefined
        ? 'open'
        : tail.low > 1e6
          ? 'bad'
          : tail.high < 1e6 && paired.pairs >= 10_000
            ? 'good'
            : 'open';
    const begins = { good: /^Yes: /, bad: /^No: /, open: /^Not resolved: / }[wanted];
    assert.equal(mark, wanted);
    assert.match(answer, begins);
    // no durable row was timed: of one nothing is said but what is worked out from what was told apart
    const cost = answerTo('What does it cost?', terminal).answer;
    const [first = '', workedOut] = cost.split(/\. (?=A durable row)/);
    assert.doesNotMatch(first, /(?<!not )durable/);
    if (/not told from nothing|not resolved/.test(first)) assert.equal(workedOut, undefined);
  }

  it('of a superuser’s server: the plans of triggers were seen, and are told', async () => {
    const outcome = await bench(database.url, 'blocked_contacts', 'superuser');
    assertSame(outcome);
    const { results, terminal, words } = outcome;
    assert.equal(
      answerTo('Why?', terminal).answer,
      'blocked_contacts finds its rows through an index: no plan reads a big table from end to end.',
    );
    const buffers = itemAt(results.designs, 0).serverSide?.buffersPerCheck;
    assert.ok(buffers !== undefined);
    assert.match(
      answerTo('Is it instant?', terminal).answer,
      new RegExp(`inside the server and touches ${buffers} buffers?`),
    );
    assert.doesNotMatch(words, /explained by itself, (reads|touches)|not seen \(/);
    assert.equal(itemAt(itemAt(results.designs, 0).scenarios, 0).method, 'trigger modes');
  });

  it('of a plain owner’s: what ran in triggers was not seen, and nothing is claimed of it', async () => {
    const outcome = await bench(owner.role.url, 'blocked_contacts', 'owner');
    assertSame(outcome);
    const { results, terminal, words } = outcome;
    assert.match(
      answerTo('Why?', terminal).answer,
      /^What ran inside triggers was not seen \(.*auto_explain.*\)\. The lookup of blocked_contacts, explained by itself, reads no big table from end to end\.$/,
    );
    const { serverSide, scenarios } = itemAt(results.designs, 0);
    assert.equal(serverSide?.buffersPerCheck, undefined);
    assert.ok(serverSide?.lookupBuffers !== undefined);
    assert.doesNotMatch(words, /finds its rows through an index|no plan reads a big table/);
    for (const [, before] of words.matchAll(/(.{0,40})\btouches \d+ buffers?/g)) {
      assert.match(before ?? '', /its lookup, explained by itself, $/);
    }
    assert.match(words, /touches \d+ buffers?/);
    assert.equal(itemAt(scenarios, 0).method, 'twin tables');
  });

  it('of a design that scans: it is told that it does, and is not called instant', async () => {
    const outcome = await bench(database.url, 'reports_join', 'scan');
    assertSame(outcome);
    const { terminal, words, page } = outcome;
    assert.match(
      answerTo('Why?', terminal).answer,
      /^reports_join reads a big table from end to end \(.*outbound_messages.*\); no design does without\.$/,
    );
    assert.doesNotMatch(words, /finds its rows through an index|no plan reads a big table/);
    assert.notEqual(answerTo('Is it instant?', page).mark, 'good');
    assert.match(words, /▲ [\d,]+/);
  });
});
