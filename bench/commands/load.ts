import { runCommand } from '../../db/cli/command.ts';
import { CheckFailure, UserError } from '../../db/cli/errors.ts';
import { shownPath } from '../../db/cli/output-path.ts';
import { designOf } from '../../db/designs.ts';
import { openLab } from '../../db/lab.ts';
import { tellCapabilities } from '../../db/server/capabilities.ts';
import { citus } from '../../db/topologies/topology.ts';
import { dataInPlace } from '../load/choose-data-set.ts';
import { missedObjectives } from '../load/missed-objectives.ts';
import { readLoadFlags } from '../load/options/flags.ts';
import { runLoad } from '../load/run-load.ts';
import { summaryText } from '../report/load/terminal-summary.ts';

await runCommand(async () => {
  const { options, messages, replace, allowNonempty } = readLoadFlags(process.argv.slice(2));
  await using lab = await openLab({ allowNonempty });
  await tellCapabilities(lab, 'load', (line) => void process.stdout.write(`${line}\n`));
  if (options.straight && lab.topology !== citus) {
    throw new UserError('--straight goes to the nodes of a Citus cluster, and this is one server');
  }
  const designs = options.designs.map((design) => designOf(lab.topology, design));
  const dataSet = await dataInPlace(lab, messages, options.seed, replace);
  const { results } = await runLoad(
    lab,
    { ...options, designs, dataSet },
    process.stdout,
    async (finished) => {
      // not before it is needed: it brings the charts with it
      const { writeLoadPage } = await import('../report/load/load-page.ts');
      const page = shownPath(writeLoadPage(finished.results, finished.folder));
      process.stdout.write(`\n${summaryText(finished.results)}\n\n${page}\n`);
    },
  );
  const missed = missedObjectives(results);
  const wrong = results.trials.find(({ verification }) => !verification.ok);
  if (wrong !== undefined) {
    throw new CheckFailure(
      `the database is not what was acknowledged: ${wrong.verification.differences[0] ?? 'see load.json'}`,
    );
  }
  if (missed.length > 0) throw new CheckFailure(missed.join('; '));
});
