import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Results } from '../results/results.ts';
import { isPartOfRun } from '../results/run-folder.ts';
import { serverName } from './environment-facts.ts';
import { dateText, formatCount } from './format.ts';
import { html } from './html.ts';
import { loadsSection } from './load/listed-loads.ts';
import { pageHtml } from './page.ts';
import { planViewerExtra, type ViewedPlan, viewedPlans } from './plan-viewer.ts';
import { believeSection } from './sections/believe.ts';
import { correctSection } from './sections/correct.ts';
import { costSection } from './sections/cost.ts';
import { elsewhereSection } from './sections/elsewhere.ts';
import { instantSection } from './sections/instant.ts';
import { instructionsSection } from './sections/instructions.ts';
import { openingHtml } from './sections/opening.ts';
import { whySection } from './sections/why.ts';
import { winnerSection } from './sections/winner.ts';

/** The page of a run: the questions in the order in which a reader asks them. */
export function runPage(
  results: Results,
  runFolder: string,
  plans: readonly ViewedPlan[] = viewedPlans(results, runFolder),
): string {
  const { machine } = results.environment;
  return pageHtml({
    title: `What the opt-out check costs at ${formatCount(results.dataSet.messages)} messages`,
    subtitle: html`Run <b>${results.runId}</b>, ${dateText(results.startedAt)}, ${serverName(results)}, ${machine.cpuModel} (${machine.cpus} visible)`,
    links: [
      ...linkAbove(runFolder),
      { href: 'results.json', text: 'results.json' },
      { href: 'results.csv', text: 'results.csv' },
      { href: 'summary.md', text: 'summary.md' },
    ],
    opening: openingHtml(results),
    sections: [
      correctSection(results),
      instantSection(results),
      costSection(results),
      winnerSection(results),
      ...elsewhereSection(results),
      whySection(results, plans),
      ...instructionsSection(results),
      ...loadsSection(runFolder),
      believeSection(results),
    ],
    ...(plans.length > 0 ? { extra: planViewerExtra(runFolder) } : {}),
  });
}

/**
 * The way back to the page in the folder above: the run that this one is a part of, or the list of
 * all runs. A reference, known by its parts.json, is committed without the list: it has no way back.
 */
function linkAbove(runFolder: string): readonly { href: string; text: string }[] {
  if (existsSync(join(runFolder, 'parts.json'))) return [];
  return [{ href: '../index.html', text: isPartOfRun(runFolder) ? '← above' : '← all runs' }];
}
