import { durabilityWarnings } from '../../environment/durability.ts';
import type { LoadResults } from '../../load/results/results.ts';
import {
  capabilityFacts,
  type Fact,
  hardwareFacts,
  processorTimeFacts,
} from '../environment-facts.ts';
import { tableHtml } from '../figure.ts';
import { formatBytes } from '../format.ts';
import { html } from '../html.ts';
import type { Section } from '../page.ts';

/** What the figures rest on. */
export function beliefSection(results: LoadResults): Section {
  const { machine, server, client, project } = results.environment;
  const limited = results.trials.filter(({ limit }) => limit.by === 'generator').length;
  const rows: Fact[] = [
    ['command', results.commandLine],
    ['server', `${server.version}, ${server.kind}`],
    ...(results.pooler === undefined
      ? []
      : [['through a pooler at', `${results.pooler}, statements unnamed`] as const]),
    ...capabilityFacts(server.capabilities ?? []),
    [
      'machine',
      `${machine.cpuModel}, ${machine.cpus} processors, ${formatBytes(machine.memoryBytes)}, ${machine.kernel}`,
    ],
    ...hardwareFacts(machine),
    [
      'load average before and after',
      `${machine.loadBefore.join(' ')} / ${machine.loadAfter.join(' ')}`,
    ],
    ...processorTimeFacts(machine),
    ['Node', client.node],
    ['commit', `${project.commit}${project.dirty ? ', with uncommitted changes' : ''}`],
    ['seed', String(results.drawSeed)],
    ...dataSetSeed(results),
    [
      'settings',
      server.changedSettings.map(({ name, value, unit }) => `${name}=${value}${unit}`).join(', '),
    ],
  ];
  const warnings = durabilityWarnings(results.environment);
  return {
    id: 'belief',
    question: 'Can I believe it?',
    mark: limited > 0 || warnings.length > 0 || !results.complete ? 'open' : 'plain',
    answer:
      limited > 0
        ? `In ${limited} of ${results.trials.length} loads the generator, and not the server, was the limit.`
        : `The generator was not the limit${results.complete ? '' : '; the run was interrupted'}.${server.kind === 'embedded' ? ' Generator and server shared one machine.' : ''}`,
    body: [
      ...warnings.map((warning) => html`<p class="note">${warning}</p>`),
      html`<p>Open loop: operations are due on a schedule that does not wait for answers, and latency counts from when each was due, so that a stall is seen by all who would have waited in it. Refusals are answers. Retries of 40001 and 40P01 and of broken connections are part of the latency. One machine, one disk, this data.</p>`,
      tableHtml({
        caption: 'Where and with what it ran',
        columns: [{ heading: 'what' }, { heading: 'value' }],
        rows,
      }),
    ],
  };
}

/** Older loads did not keep it, and an empty database has none. */
function dataSetSeed({ dataSetSeed: seed }: LoadResults): [string, string][] {
  return seed === undefined ? [] : [['seed of the data set', String(seed)]];
}
