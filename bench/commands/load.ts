import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../../db/cli/command.ts';
import { CheckFailure, UserError } from '../../db/cli/errors.ts';
import { shownPath, writeTextFile } from '../../db/cli/output-path.ts';
import { tellSince } from '../../db/cli/tell-since.ts';
import { designOf } from '../../db/designs.ts';
import { openLab } from '../../db/lab.ts';
import { tellCapabilities } from '../../db/server/capabilities.ts';
import { citus } from '../../db/topologies/topology.ts';
import { secondOfLoad } from '../live/second-of-load.ts';
import { startLive } from '../live/start-live.ts';
import { dataInPlace } from '../load/choose-data-set.ts';
import { runFailovers } from '../load/failover/run-failovers.ts';
import { type FinishedLoad, toItsEnd } from '../load/finished-load.ts';
import type { Screen } from '../load/live.ts';
import { whatIsWrong } from '../load/missed-objectives.ts';
import { type LoadRequest, readLoadFlags } from '../load/options/flags.ts';
import { replayOptions } from '../load/options/replay.ts';
import type { Second } from '../load/options/trial-options.ts';
import { runLoad } from '../load/run-load.ts';
import {
  type MappedLoadOptions,
  namesMapping,
  readMappedLoadOptions,
} from '../mapped/load/options.ts';
import { runMappedLoad } from '../mapped/load/run-mapped-load.ts';
import { openMapped } from '../mapped/open.ts';
import { summaryText } from '../report/load/terminal-summary.ts';

await runCommand(async () => {
  const args = process.argv.slice(2);
  if (namesMapping(args)) return loadMapped(readMappedLoadOptions(args));
  const request = readLoadFlags(args);
  const { failovers } = request.options;
  const { results } =
    failovers === undefined
      ? await loadOnLab(request)
      : await runFailovers(
          { ...request.options, dataSet: undefined, failovers },
          screenOf(request),
          async (finished) => void (await show(finished, request)),
        );
  const wrong = whatIsWrong(results);
  if (wrong !== undefined) throw new CheckFailure(wrong);
});

async function loadOnLab(request: LoadRequest): Promise<FinishedLoad> {
  const { options: flags, messages, replace, allowNonempty, database, replay } = request;
  const options =
    replay === undefined ? flags : { ...flags, ...(await replayOptions(replay, flags.mix)) };
  await using lab = await openLab({ allowNonempty, database });
  const screen = screenOf(request);
  await tellCapabilities(lab, 'load', (line) => void screen.write(`${line}\n`));
  if (options.straight && lab.topology !== citus) {
    throw new UserError('--straight goes to the nodes of a Citus cluster, and this is one server');
  }
  if (options.soak && lab.topology === citus) {
    throw new UserError(
      '--soak looks at the sizes and the memory of one server: it cannot on Citus',
    );
  }
  const designs = options.designs.map((design) => designOf(lab.topology, design));
  const dataSet = await dataInPlace(lab, messages, options.seed, replace, screen);
  await using live = await startLive('load', `A load, live: ${options.mix.name}`, request.live);
  const shown = {
    ...screen,
    onSecond: (second: Second) => live?.send('figures', secondOfLoad(second)),
  };
  return await toItsEnd(
    (signal) => runLoad(lab, { ...options, designs, dataSet }, shown, signal),
    async (finished) => {
      const page = await show(finished, request);
      await live?.finish(readFileSync(page, 'utf8'));
    },
  );
}

async function loadMapped(options: MappedLoadOptions): Promise<void> {
  const { database } = options;
  await using lab = await openMapped(options.mapping, { database, allowNonempty: true });
  const { folder, results } = await runMappedLoad(lab, options, tellSince(performance.now()));
  const { mappedLoadMarkdown, mappedLoadText } = await import('../report/mapped-load-text.ts');
  writeTextFile(join(folder, 'summary.md'), mappedLoadMarkdown(results));
  process.stdout.write(`${mappedLoadText(results)}\nkept in ${shownPath(folder)}\n`);
  const wrong = results.checks.filter(({ ok }) => !ok);
  if (wrong.length > 0) {
    throw new CheckFailure(wrong.map(({ check, found }) => `${check}: ${found}`).join('; '));
  }
}

/** Where people read: standard output, unless a program reads that. */
function screenOf({ json }: LoadRequest): Screen {
  const stream = json === true ? process.stderr : process.stdout;
  return {
    write: (text) => stream.write(text),
    isTTY: stream.isTTY === true,
    columns: stream.columns,
  };
}

/** Returns the path of the page. */
async function show({ results, folder }: FinishedLoad, request: LoadRequest): Promise<string> {
  // not before they are needed: they bring the charts with them
  const { writeLoadPage } = await import('../report/load/load-page.ts');
  const { tellOfLoad } = await import('../report/programs/tell-programs.ts');
  const page = writeLoadPage(results, folder);
  screenOf(request).write(`\n${summaryText(results)}\n\n${shownPath(page)}\n`);
  tellOfLoad(results, request);
  return page;
}
