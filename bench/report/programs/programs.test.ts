import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parseHTML } from 'linkedom';
import { projectDir } from '../../../db/cli/project-dir.ts';
import type { Results } from '../../results/results.ts';
import { syntheticResults } from '../testing/synthetic-results.ts';
import { junitXml, runSuites } from './junit.ts';
import { runJson } from './run-json.ts';

const results = syntheticResults();

it('a run as JSON is what its schema says, with every design and the figures of the report', () => {
  const schema = JSON.parse(
    readFileSync(join(projectDir, 'bench/report/programs/run.schema.json'), 'utf8'),
  );
  const validate = new Ajv2020({ discriminator: true }).compile(schema);
  const json = runJson(results);
  assert.ok(validate(JSON.parse(JSON.stringify(json))), JSON.stringify(validate.errors));
  assert.ok(!validate({ ...json, more: 1 }), 'an unknown member passes');
  assert.deepEqual(
    json.designs.map(({ name }) => name),
    results.designs.map(({ name }) => name),
  );
  const [design] = results.designs;
  const scenario = design?.scenarios.find(({ paired }) => paired !== undefined);
  const figure = json.designs[0]?.figures.find((one) => one.scenario === scenario?.name);
  assert.equal(figure?.ratio?.value, scenario?.paired?.ratio);
  assert.equal(figure?.addedNsPerRow?.high, scenario?.paired?.differenceHighNsPerRow);
});

describe('a JUnit file', () => {
  const cases = (xml: string) => [
    ...parseHTML(xml.replace(/^<\?xml.*\n/, '')).document.querySelectorAll('testcase'),
  ];
  const withBehaviour = (change: object): Results => ({
    ...results,
    designs: results.designs.map((design, index) =>
      index > 0
        ? design
        : {
            ...design,
            behaviours: design.behaviours.map((one, place) =>
              place > 0 ? one : { ...one, ...change },
            ),
          },
    ),
  });

  it('has a case for each behaviour of each design, and fails none of a good run', () => {
    const designs = results.designs.filter(({ status }) => status === 'timed');
    const xml = junitXml(runSuites({ ...results, designs }));
    const behaviours = designs.flatMap((design) => design.behaviours);
    const names = cases(xml).map((one) => one.getAttribute('name'));
    for (const { name } of behaviours) assert.ok(names.includes(name), name);
    assert.ok(cases(xml).length > behaviours.length);
    assert.match(xml, /<testsuites tests="\d+" failures="0"/);
  });

  it('fails a behaviour that was not shown, unless the design declares it', () => {
    const reason = 'got <nothing> & "more"\nthan one line';
    const xml = junitXml(runSuites(withBehaviour({ outcome: 'failed', reason })));
    const messages = cases(xml).flatMap(
      (one) => one.querySelector('failure')?.getAttribute('message') ?? [],
    );
    assert.ok(
      messages.some((message) => message.startsWith('got <nothing> & "more"')),
      xml,
    );
    const declared = junitXml(
      runSuites(withBehaviour({ outcome: 'failed', reason, declared: true })),
    );
    assert.ok(!declared.includes('got &lt;nothing'));
    assert.match(declared, /<skipped message="the design declares it"\/>/);
  });

  it('holds no character that XML does not know', () => {
    const reason = 'a bell \u0007 and a null \u0000';
    const xml = junitXml(runSuites(withBehaviour({ outcome: 'failed', reason })));
    assert.ok(xml.includes('a bell  and a null '));
  });
});
