import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UserError } from '../../cli/errors.ts';
import { allBehaviours } from '../../conformance/run-behaviours.ts';
import { designNamed, designOf, listDesigns } from '../../designs.ts';
import { citus, oneServer } from '../topology.ts';

/* What can be said of a cluster's designs without a cluster. */

describe('the designs of a cluster', () => {
  const designs = listDesigns(citus.designs);

  it('are the default and the statement trigger, each known by that name on one server', () => {
    assert.deepEqual(
      designs.map(({ name }) => name),
      ['blocked_contacts', 'statement_trigger'],
    );
    for (const design of designs) {
      assert.notEqual(design.folder.href, designNamed(design.name).folder.href);
      assert.equal(designOf(citus, design).folder.href, design.folder.href);
      assert.equal(designOf(oneServer, design).folder.href, designNamed(design.name).folder.href);
    }
  });

  it('declare what Citus cannot have by the names of behaviours, and why', () => {
    const names = allBehaviours.map(({ name }) => name);
    for (const { cannot, because } of designs) {
      assert.deepEqual(
        cannot.filter((name) => !names.includes(name)),
        [],
      );
      assert.match(because ?? '', /0A000/);
    }
  });

  it('switch the check, and forget numbers, by statements of their own', () => {
    for (const { checkOnSql, checkOffSql, forgetSql } of designs) {
      assert.match(checkOnSql, /set local citus\.enable_unsafe_triggers = on/);
      assert.match(checkOffSql, /set local citus\.enable_unsafe_triggers = on/);
      assert.match(forgetSql, /forget_opt_outs/);
    }
  });

  it('are all that there are: any other says in one line that it is not available, and why', () => {
    for (const design of listDesigns().filter(({ name }) =>
      designs.every((one) => one.name !== name),
    )) {
      assert.throws(
        () => designOf(citus, design),
        (error) =>
          error instanceof UserError &&
          error.message.startsWith(`${design.name} is not available here: on Citus `) &&
          !error.message.includes('\n'),
      );
    }
  });
});
