import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { UserError } from '../../../db/cli/errors.ts';
import { createTestLab, seedQuietly } from '../../testing/lab.ts';
import { describeDatabase } from '../database/describe-database.ts';
import type { Shape } from '../shape.ts';
import { writeExport } from '../testing/write-export.ts';
import { describeFiles } from './describe-files.ts';
import { type ExportFormat, knownFormats } from './export-format.ts';

const folder = mkdtempSync(join(tmpdir(), 'optout-lab-export-'));
after(() => rmSync(folder, { recursive: true }));
const file = (name: string, content: string | Buffer): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

const twilio =
  'From,To,Body,Status,SentDate,ApiVersion,NumSegments,ErrorCode,AccountSid,Sid,Direction,Price,PriceUnit';
const line = (contact: number, code = ''): string =>
  `+18005550100,+1202555${1_000 + contact},Hello,${code === '' ? 'delivered' : 'failed'},2026-11-03T12:00:00Z,2010-04-01,1,${code},AC0,SM${contact},outbound-api,,USD`;
const lines = (count: number): string[] => Array.from({ length: count }, (_, n) => line(n));

async function described(
  files: readonly string[],
  format?: ExportFormat,
): Promise<{ readonly shape: Shape; readonly said: readonly string[] }> {
  const said: string[] = [];
  const shape = await describeFiles(files, {
    format,
    sampleMessages: 100_000,
    say: (text) => said.push(text),
  });
  return { shape, said };
}

const refused =
  (says: RegExp) =>
  (error: unknown): boolean =>
    error instanceof UserError && says.test(error.message) && !error.message.includes('\n');

describe('an export', () => {
  it('is described by its known header, wherever its columns stand', async () => {
    const { shape, said } = await described([
      file(
        'twilio.csv',
        [twilio, ...lines(75), ...lines(25).map((_, n) => line(n, '21610'))].join('\n'),
      ),
    ]);
    assert.deepEqual(shape.source, {
      kind: 'files',
      format: 'twilio',
      lines: 100,
      incoming: 0,
      badLines: 0,
    });
    assert.deepEqual(said, []);
    assert.equal(shape.contacts.total.value, 75);
    assert.equal(shape.reports.optedOut.perMessage.value, 0.25);
    assert.equal(shape.reports.delivered.perMessage.value, 0.75);
    assert.equal(shape.arrivals?.hours[12], 1);
    const turned = file(
      'turned.csv',
      [
        '\ufeff"Error Code";to;from;status;sent_date;body;direction',
        ...lines(40).map(
          (_, n) => `21610;0049170${n + 1_000};x;failed;2026-11-03 12:00:00;"a;b";outbound`,
        ),
      ].join('\r\n'),
    );
    const other = await described([turned], { ...(knownFormats['twilio'] as ExportFormat) });
    assert.equal(other.shape.reports.optedOut.perMessage.value, 1);
    assert.deepEqual(other.shape.numbers, [{ format: 'digits', length: 11, share: 1 }]);
    assert.equal(other.shape.bodies?.bytes.mean.value, 3);
  });

  for (const [name, header, row] of [
    [
      'telnyx',
      'id,direction,cli,cld,profile_id,status,errors,sent_at',
      (n: number) =>
        `a${n},outbound,+1800,+1202555${1_000 + n},p1,delivery_failed,"[{""code"":""40300""}]",2026-11-03T12:00:00.123+00:00`,
    ],
    [
      'bandwidth',
      'messageId,sourceTn,destinationTn,messageStatus,messageDirection,errorCode,receiveTime',
      (n: number) =>
        `m${n},+1800,+1202555${1_000 + n},FAILED,OUTBOUND,4775,2020-04-07T14:03:07.000Z`,
    ],
    [
      'plivo',
      'message_uuid,from_number,to_number,message_state,message_direction,message_time,error_code',
      (n: number) =>
        `u${n},+1800,1202555${1_000 + n},failed,outbound,2026-11-03 12:00:00+00:00,200`,
    ],
  ] as const) {
    it(`of ${name} is known by the names of its fields`, async () => {
      const rows = Array.from({ length: 30 }, (_, n) => row(n));
      const { shape } = await described([file(`${name}.csv`, [header, ...rows].join('\n'))]);
      assert.equal(shape.source.kind === 'files' && shape.source.format, name);
      assert.equal(shape.reports.optedOut.perMessage.value, 1);
      assert.equal(shape.arrivals?.days, 1);
    });
  }

  it('may be compressed, and in several files', async () => {
    const half = (from: number): Buffer =>
      gzipSync([twilio, ...lines(60).slice(from, from + 30)].join('\n'));
    const { shape } = await described([file('a.csv.gz', half(0)), file('b.csv.gz', half(30))]);
    assert.equal(shape.contacts.total.value, 60);
  });

  it('with bad lines is described without them: they are counted and named, not shown', async () => {
    const bad = [
      'too,few,fields',
      line(901).replace('2026-11-03T12:00:00Z', 'yesterday-secret'),
      line(902).replace(/\+1202555\d+/, 'nobody'),
    ];
    const all = [twilio, ...lines(100), ...bad, ...lines(100).map((_, n) => line(n))];
    const { shape, said } = await described([file('bad.csv', all.join('\n'))]);
    assert.equal(shape.source.kind === 'files' && shape.source.badLines, 3);
    assert.deepEqual(said, [
      'bad.csv: 3 of 203 lines could not be read and were left out (lines 102, 103, 104)',
    ]);
    assert.equal(shape.messages.total.value, 200);
  });

  it('names no more than ten bad lines', async () => {
    const all = [twilio, ...lines(400), ...Array.from({ length: 15 }, () => 'x')];
    const { said } = await described([file('worse.csv', all.join('\n'))]);
    assert.match(said[0] ?? '', /15 of 415 .*\(lines 402, .*, 411, …\)$/);
  });

  it('says nothing of messages that came in', async () => {
    const path = join(folder, 'made.csv');
    await writeExport(4_000, path);
    const { shape } = await described([path]);
    assert.equal(shape.source.kind === 'files' && shape.source.incoming, 40);
    assert.equal(shape.messages.total.value, 3_960);
    assert.equal(
      shape.bodies?.bytes.mean.value,
      Buffer.byteLength('Doors open at 7, Café "Zum Löwen".'),
    );
  });

  for (const [what, content, says] of [
    ['of unknown columns', 'a,b,c\n1,2,3\n', /no header of a known export .*--columns/],
    ['that is empty', '', /is empty/],
    ['of few contacts', [twilio, ...lines(19)].join('\n'), /fewer than 20 contacts/],
    [
      'mostly of bad lines',
      [twilio, ...lines(30), ...lines(30).map(() => 'x,y')].join('\n'),
      /30 of 60 lines cannot be read/,
    ],
  ] as const) {
    it(`is refused in one line: ${what}`, async () => {
      await assert.rejects(described([file('refused.csv', content)]), refused(says));
    });
  }

  it('is refused where it was cut, and where it is not there', async () => {
    const whole = gzipSync([twilio, ...lines(500)].join('\n'));
    const cut = file('cut.csv.gz', whole.subarray(0, whole.length - 20));
    await assert.rejects(described([cut]), refused(/cannot read .*cut\.csv\.gz to its end/));
    await assert.rejects(described([join(folder, 'none.csv')]), refused(/ENOENT|no such file/));
  });

  it('is refused where it lacks a column that was named', async () => {
    const format = { number: 'To', code: 'Fault', codes: [1] };
    await assert.rejects(
      described([file('lacks.csv', [twilio, ...lines(30)].join('\n'))], format),
      refused(/has no column "Fault"/),
    );
  });

  it('of what a database holds has the shape that the database has', async () => {
    await using lab = await createTestLab();
    const client = await lab.connect();
    try {
      await seedQuietly(lab, { messages: 10_000 });
      const whole = { mapping: undefined, sampleMessages: 100_000, timeoutMs: 600_000 };
      const wanted = await describeDatabase(client, whole);
      const { rows } = await client.query<Record<string, string | null>>(
        `select
           m.to_number as "To",
           m.profile_id as "From",
           coalesce(r.event_type, 'sent') as "Status",
           r.error_code as "ErrorCode",
           to_char(to_timestamp(('x' || translate(left(m.id::text, 13), '-', ''))::bit(48)::bigint / 1000.0) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "SentDate",
           'outbound' as "Direction",
           m.body as "Body"
         from outbound_messages as m
         left join delivery_reports as r on r.message_id = m.id`,
      );
      const header = Object.keys(rows[0] ?? {});
      const quoted = (value: string | null): string =>
        `"${String(value ?? '').replaceAll('"', '""')}"`;
      const text = [
        header.join(','),
        ...rows.map((row) => header.map((name) => quoted(row[name] ?? null)).join(',')),
      ].join('\n');
      const { shape } = await described([file('lab.csv', text)]);
      const compared = ({
        messages,
        contacts,
        profiles,
        numbers,
        bodies,
        arrivals,
        reports,
      }: Shape) => ({
        messages,
        contacts,
        profiles,
        numbers,
        bodies,
        arrivals,
        reports: [
          reports.repeated,
          reports.withoutProfile,
          reports.optedOut.perMessage,
          reports.delivered.perMessage,
          reports.otherError.perMessage,
        ],
      });
      assert.deepEqual(compared(shape), compared(wanted));
    } finally {
      await client.end();
    }
  });
});

describe('the source of a shape of files', () => {
  it('holds no name of a file and nothing of a line', async () => {
    const { shape } = await described([
      file('customer-list.csv', [twilio, ...lines(40)].join('\n')),
    ]);
    const text = JSON.stringify(shape);
    assert.doesNotMatch(text, /customer|2025551|18005550100|Hello/);
    assert.match(readFileSync(join(folder, 'customer-list.csv'), 'utf8'), /Hello/);
  });
});
