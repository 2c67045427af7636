import { UserError } from '../../../db/cli/errors.ts';
import type { Design } from '../../../db/designs.ts';
import type { Flags } from './flags.ts';

/**
 * Refuses what a soak does not heed, and designs for which a session must take a role first: it changes them.
 *
 * @throws UserError
 */
export function requireSoak(flags: Flags, designs: readonly Design[]): void {
  const unheeded = givenOf({
    '--duration': flags.duration !== undefined,
    '--ramp': flags.ramp !== undefined,
    '--check': flags.check !== 'on',
    '--compare-pgbench': flags.comparePgbench === true,
    '--failover': flags.failover !== undefined,
  });
  if (unheeded.length > 0) {
    throw new UserError(
      `--soak is a load of its own length, the check on: leave ${unheeded.join(', ')} out`,
    );
  }
  const [design] = designs;
  if (design === undefined || designs.length > 1 || design.sessionSql !== undefined) {
    throw new UserError(
      '--soak is for one design, and changes it meanwhile: name one with --design for which a session takes no role',
    );
  }
}

/**
 * Refuses what a failover does not heed: its servers and their rows are its own.
 *
 * @throws UserError
 */
export function requireFailover(flags: Flags, designs: readonly Design[]): void {
  if (flags.failover === undefined) {
    const alone = flags.failovers !== undefined ? '--failovers' : '--standby-delay';
    if (flags.failovers === undefined && flags.standbyDelay === undefined) return;
    throw new UserError(`${alone} needs --failover`);
  }
  const unheeded = givenOf({
    '--scale': flags.scale !== undefined,
    '--ramp': flags.ramp !== undefined,
    '--slo': flags.slo !== undefined,
    '--check': flags.check !== 'on',
    '--compare-pgbench': flags.comparePgbench === true,
    '--pooler': flags.pooler !== undefined,
    '--straight': flags.straight === true,
    '--keep': flags.keep === true,
    '--allow-nonempty': flags.allowNonempty === true,
  });
  if (unheeded.length > 0) {
    throw new UserError(
      `--failover has servers of its own, without a data set, and removes them: leave ${unheeded.join(', ')} out`,
    );
  }
  const [design] = designs;
  if (designs.length !== 1 || design?.keeps.includes('blocked_contacts') !== true) {
    throw new UserError(
      '--failover is for one design that keeps blocked_contacts: name it with --design',
    );
  }
}

function givenOf(flags: Readonly<Record<string, boolean>>): readonly string[] {
  return Object.keys(flags).filter((flag) => flags[flag]);
}
