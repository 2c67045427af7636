import type { Results } from '../../results/results.ts';
import { tableHtml } from '../figure.ts';
import { formatNsInterval, inWords } from '../format.ts';
import type { Section } from '../page.ts';
import {
  anyScenario,
  differenceOf,
  leadDesign,
  pairedOf,
  scenarioNames,
  scenarioOf,
  whyNoFigure,
} from '../questions.ts';

/** Where a check can be made, and what is missed there (docs/where-to-check.md, tested by `npm test -- contrasts`). */
const places = {
  trigger: {
    name: 'the trigger',
    misses: 'What is blocked after the statement’s snapshot was taken, as every way does.',
  },
  statement: {
    name: 'the statement, where not exists',
    misses:
      'Every statement without that clause: COPY, another program, somebody at psql; and a message that is moved to a blocked number. It says nothing: no row is inserted, and no error is raised.',
  },
  application: {
    name: 'the application, which asks first',
    misses: 'All of that, and what is blocked between its question and its insert.',
  },
} as const;

type Place = keyof typeof places;

/** Where a scenario has the check made, if it is one of those that compare places. */
export function contrastOf(scenario: string): Place | undefined {
  const place = /^check-in-(\w+)-/.exec(scenario)?.[1];
  return place !== undefined && Object.hasOwn(places, place) ? (place as Place) : undefined;
}

/** The same check in the statement and in the application, over networks; nothing where a run has none of it. */
export function elsewhereSection(results: Results): readonly Section[] {
  const lead = leadDesign(results);
  const scenarios = scenarioNames(results).flatMap((name) => {
    const [place, scenario] = [contrastOf(name), anyScenario(results, name)];
    return place === undefined || scenario === undefined
      ? []
      : [{ name, place, roundTripMs: scenario.roundTripMs ?? 0 }];
  });
  if (lead === undefined || scenarios.length === 0) return [];
  const networks = [...new Set(scenarios.map(({ roundTripMs }) => roundTripMs))].sort(
    (a, b) => a - b,
  );
  const cell = (place: string, network: number): string => {
    const found = scenarios.find((one) => one.place === place && one.roundTripMs === network);
    if (found === undefined) return '–';
    const scenario = pairedOf(lead, found.name);
    return scenario === undefined
      ? whyNoFigure(scenarioOf(lead, found.name))
      : formatNsInterval(differenceOf(scenario.paired));
  };
  // the longest network over which all ways have a figure
  const farthest = networks
    .filter((network) =>
      scenarios
        .filter((one) => one.roundTripMs === network)
        .every(({ name }) => pairedOf(lead, name) !== undefined),
    )
    .slice(-1)
    .map(
      (network) =>
        `Over ${network === 0 ? 'no network' : `a round trip of ${network} ms`}: ${inWords(
          scenarios
            .filter((one) => one.roundTripMs === network)
            .map(({ place }) => `${places[place].name} adds ${cell(place, network)}`),
        )}.`,
    );
  return [
    {
      id: 'elsewhere',
      question: 'And checked elsewhere?',
      mark: 'plain',
      answer: ['Only the trigger stops senders that do not ask.', ...farthest].join(' '),
      body: tableHtml({
        caption:
          'What each adds to a row, one client, commit not durable, over the same insert without any check (95 % interval), by the round trip of the network; and what it misses',
        columns: [
          { heading: 'Who checks' },
          ...networks.map((ms) => ({
            heading: ms === 0 ? 'No network' : `${ms} ms`,
            numeric: true,
          })),
          { heading: 'What it misses' },
        ],
        rows: Object.entries(places)
          .filter(([place]) => scenarios.some((one) => one.place === place))
          .map(([place, { name, misses }]) => [
            name,
            ...networks.map((network) => cell(place, network)),
            misses,
          ]),
      }),
    },
  ];
}
