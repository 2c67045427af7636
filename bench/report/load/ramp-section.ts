import type { LoadResults, RampResult } from '../../load/results/results.ts';
import { formatCount, formatRatioInterval } from '../format.ts';
import { html } from '../html.ts';
import type { Section } from '../page.ts';
import { quantilesFigure, throughputFigure } from './ramp-figures.ts';
import { ceilingRatio, rampTrials } from './ramp-trials.ts';
import { sentence } from './words.ts';

/** The searches for the highest rate that keeps an objective: a section for each design, its check on and off together. */
export function rampSections(results: LoadResults): readonly Section[] {
  const designs = [...new Set(results.ramps.map(({ design }) => design))];
  return designs.map((design) => {
    const ramps = results.ramps.filter((ramp) => ramp.design === design);
    const tried = ramps.map((ramp) => ({ ramp, trials: rampTrials(ramp, results) }));
    const onlyOff = ramps.every(({ check }) => check === 'off');
    return {
      id: `ramp-${design}`,
      question: `How much can ${design} take${onlyOff ? ' with its check off' : ''}?`,
      mark: ramps.some(({ highestRate }) => highestRate === null) ? 'bad' : 'good',
      answer: answerText(ramps),
      body: [
        ramps.map(
          (ramp) =>
            html`<p>${ramps.length > 1 && `${ramp.check === 'off' ? 'The check off' : 'The check on'}: `}${
              ramps.length > 1 ? `${ramp.finding}.` : sentence(ramp.finding)
            }</p>`,
        ),
        throughputFigure(design, tried),
        ...tried.map(quantilesFigure),
      ],
    };
  });
}

/** What was found, and of two ramps whether the check makes a difference. */
function answerText(ramps: readonly RampResult[]): string {
  const [on, off] = [
    ramps.find(({ check }) => check !== 'off'),
    ramps.find(({ check }) => check === 'off'),
  ];
  if (on === undefined || off === undefined) return ramps.map(ceilingText).join(' ');
  const ratio = ceilingRatio(on, off);
  const both = `With the check on: ${ceilingText(on)} With it off: ${ceilingText(off)}`;
  if (ratio === undefined) return both;
  const told =
    ratio.low <= 1 && ratio.high >= 1 ? 'not told apart' : ratio.high < 1 ? 'less' : 'more';
  return `${both} That is ${formatRatioInterval(ratio)} of the rate, ${told}; the bounds are the rates between which each lies. One ran after the other, so a machine that drifted counts as a difference.`;
}

function ceilingText({ from, objective, highestRate, lowestMiss }: RampResult): string {
  if (highestRate === null) {
    return `not even ${formatCount(from)} operations a second kept ${objective}.`;
  }
  const missed =
    lowestMiss === null ? 'no higher one was tried' : `${formatCount(lowestMiss)} did not`;
  return `${formatCount(highestRate)} operations a second kept ${objective}, ${missed}.`;
}
