import type { LoadResults, LoadTrial } from '../../load/results/results.ts';
import { tableHtml, withoutZeros } from '../figure.ts';
import { formatCount } from '../format.ts';
import { html } from '../html.ts';
import type { Section } from '../page.ts';
import { trialName } from './words.ts';

/** Whether the databases held what was acknowledged. */
export function verifiedSection({ trials }: LoadResults): Section {
  const bad = trials.filter(({ verification }) => !verification.ok);
  const sum = (of: (trial: LoadTrial) => number): number =>
    trials.reduce((total, trial) => total + of(trial), 0);
  const messages = sum(({ verification }) => verification.messages.acknowledged);
  const without = trials.filter(({ check }) => check === 'off').length;
  const off =
    without === 0
      ? ''
      : without === trials.length
        ? ' The check was off while it ran: nothing was refused.'
        : ` In ${formatCount(without)} of ${formatCount(trials.length)} loads the check was off: there nothing was refused.`;
  const reports = sum(({ verification }) => verification.reports.acknowledged);
  return {
    id: 'verified',
    question: 'Is the database what was acknowledged?',
    mark: bad.length === 0 ? 'good' : 'bad',
    answer:
      bad.length === 0
        ? `All ${formatCount(messages)} acknowledged messages and ${formatCount(reports)} reports are there, no refused one is, and the opt-outs and blocks are what the reports imply.${off}`
        : `No: ${bad.flatMap(({ verification }) => verification.differences).join('; ')}.`,
    body: tableHtml(
      withoutZeros({
        caption: 'After each load, answers compared with rows',
        columns: [
          { heading: 'load' },
          ...[
            'messages there',
            'messages missing',
            'refused, absent',
            'there though refused',
            'reports there',
            'reports missing',
            'unknown',
            'numbers blocked',
            'wrong answers',
          ].map((heading) => ({ heading, numeric: true })),
        ],
        rows: inOrderOfRate(trials).map((trial) => {
          const { messages: m, reports: r, optOuts, wrongAnswers } = trial.verification;
          return [
            html`<span class="line">${trialName(trial)}</span>`,
            ...[
              m.acknowledged,
              m.missing,
              m.absent,
              m.unexpected,
              r.acknowledged,
              r.missing,
              m.unknown + r.unknown,
              optOuts.mustBeBlocked,
              wrongAnswers,
            ].map(formatCount),
          ];
        }),
      }),
    ),
  };
}

/** A ramp's loads by their rates; others stay in the order in which they ran. */
function inOrderOfRate(trials: readonly LoadTrial[]): readonly LoadTrial[] {
  const rateOf = ({ rate }: LoadTrial): number => (rate === 'max' ? Infinity : rate);
  // two closed loops are alike, though infinity less infinity is no number
  return [...trials].sort((a, b) => (rateOf(a) === rateOf(b) ? 0 : rateOf(a) - rateOf(b)));
}
