import { join } from 'node:path';
import { writeTextFile } from '../../../db/cli/output-path.ts';
import { itemAt } from '../../../db/item-at.ts';
import type { LoadResults, LoadTrial } from '../../load/results/results.ts';
import { pageHtml } from '../page.ts';
import { listInFolderAbove } from '../runs-page.ts';
import { beliefSection } from './belief-section.ts';
import { designsSection } from './designs-section.ts';
import { failoverSection } from './failover-section.ts';
import { pgbenchSection } from './pgbench-section.ts';
import { rampSections } from './ramp-section.ts';
import { rampTrials } from './ramp-trials.ts';
import { soakSection } from './soak-section.ts';
import { trialSection } from './trial-section.ts';
import { verifiedSection } from './verified-section.ts';

/** Writes the page of a load run beside its load.json, and lists it in the folder above; returns the page's path. */
export function writeLoadPage(results: LoadResults, folder: string): string {
  const path = join(folder, 'index.html');
  writeTextFile(path, loadPageHtml(results));
  listInFolderAbove(folder);
  return path;
}

/** The page of a load run, from its results alone. */
export function loadPageHtml(results: LoadResults): string {
  const { failovers } = results;
  const sections = [
    failovers === undefined ? verifiedSection(results) : failoverSection(failovers, results),
  ];
  sections.push(...rampSections(results));
  if (results.pgbench !== undefined) sections.push(pgbenchSection(results.pgbench));
  const shown = trialsShown(results);
  if (results.ramps.length === 0 && shown.length > 1) sections.push(designsSection(shown));
  for (const [index, trial] of shown.entries()) {
    if (trial.soak !== undefined) sections.push(soakSection(trial, trial.soak));
    sections.push(
      trialSection(trial, index, failovers === undefined ? 'here' : 'told of all together'),
    );
  }
  sections.push(beliefSection(results));
  const at = results.startedAt.slice(0, 16).replace('T', ' ');
  const names = [...new Set(results.trials.map(({ mix }) => mix.name))].join(', ');
  return pageHtml({
    title: `${kindOf(results)}: ${names}`,
    subtitle: `${at} UTC · scale ${results.scale} · ${itemAt(results.environment.server.version.split(' on '), 0)}`,
    sections,
    links: [
      { href: '../index.html', text: '← above' },
      { href: 'load.json', text: 'load.json' },
    ],
  });
}

/** Of a ramp, the loads on both sides of the answer, with the check on where both were tried; of failovers the first; of a comparison, none; else all. */
function trialsShown(results: LoadResults): readonly LoadTrial[] {
  if (results.failovers !== undefined) return results.trials.slice(0, 1);
  if (results.pgbench !== undefined) return [];
  if (results.ramps.length === 0) return results.trials;
  const hasOn = (name: string): boolean =>
    results.ramps.some(({ design, check }) => design === name && check !== 'off');
  return results.ramps
    .filter(({ design, check }) => check !== 'off' || !hasOn(design))
    .flatMap((ramp) =>
      rampTrials(ramp, results)
        .filter(({ rate }) => rate === ramp.highestRate || rate === ramp.lowestMiss)
        .map(({ trial, kept, reason }) => ({
          ...trial,
          objective: { text: ramp.objective, kept, reason },
        })),
    );
}

/** What kind of load it was, as its page is called. */
function kindOf({ failovers, ramps, pgbench, trials }: LoadResults): string {
  if (failovers !== undefined) return 'Failover under load';
  if (ramps.length > 0) return 'Ramp';
  if (pgbench !== undefined) return 'Closed loop beside pgbench';
  return trials.some(({ soak }) => soak !== undefined) ? 'Soak' : 'Load';
}
