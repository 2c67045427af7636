import type { Results } from '../results/results.ts';
import type { SectionAnswer } from './page.ts';
import { believeAnswer } from './sections/believe.ts';
import { correctAnswer } from './sections/correct.ts';
import { costAnswer } from './sections/cost.ts';
import { instantAnswer } from './sections/instant.ts';
import { whyAnswer } from './sections/why.ts';
import { winnerAnswer } from './sections/winner.ts';

/** The questions and answers of a run, the same in the page, the terminal and Markdown. */
export function answersOf(results: Results): readonly SectionAnswer[] {
  return [
    correctAnswer(results),
    instantAnswer(results),
    costAnswer(results),
    winnerAnswer(results),
    whyAnswer(results),
    believeAnswer(results),
  ];
}
