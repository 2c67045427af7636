// Follows a command: each event adds to what is drawn. When it is finished the page is fetched again, and is the report.
(() => {
  const place = document.getElementById('live-charts');
  const state = document.getElementById('live-state');
  const longestShown = 300; // seconds
  const shortestShown = 30;
  const charts = [];

  const svg = (name, attributes, ...children) => {
    const element = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };
  const count = (value) => Math.round(value).toLocaleString('en-US');
  const time = (ms) => {
    if (ms === undefined || ms === null) return '–';
    const [value, unit] = ms >= 1000 ? [ms / 1000, 's'] : ms >= 1 ? [ms, 'ms'] : [ms * 1000, 'µs'];
    return `${value.toLocaleString('en-US', { maximumSignificantDigits: 3 })} ${unit}`;
  };
  const text = (x, y, words, anchor = 'start', ink = 'currentColor') =>
    svg('text', { x, y, 'font-size': 12, fill: ink, 'text-anchor': anchor }, words);
  const rule = (x1, y1, x2, y2, stroke = 'var(--line)', width = 1) =>
    svg('line', { x1, y1, x2, y2, stroke, 'stroke-width': width });
  const line = (points, colour) =>
    svg('polyline', {
      points: points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' '),
      fill: 'none',
      stroke: `var(--${colour})`,
      'stroke-width': 2,
    });

  /** A chart: title, what is true now, signs, and a drawing of the width there is, made anew by `draw(width)`. */
  const chart = (title, signs, draw) => {
    const figure = document.createElement('figure');
    const caption = document.createElement('figcaption');
    const heading = document.createElement('h3');
    const now = document.createElement('p');
    const legend = document.createElement('ul');
    const drawing = svg('svg', { role: 'img', 'aria-label': title });
    heading.textContent = title;
    caption.append(heading, now);
    legend.className = 'legend';
    for (const [colour, name] of signs) {
      const sign = svg('svg', { width: 24, height: 12, 'aria-hidden': true });
      sign.append(rule(1, 6, 23, 6, `var(--${colour})`, 2.5));
      const item = document.createElement('li');
      item.append(sign, name);
      legend.append(item);
    }
    figure.append(caption, legend, drawing);
    place.append(figure);
    const update = () => {
      const width = Math.min(860, place.clientWidth);
      const { height, parts, words } = draw(width);
      now.textContent = words;
      drawing.setAttribute('viewBox', `0 0 ${width} ${height}`);
      drawing.setAttribute('width', width);
      drawing.setAttribute('height', height);
      drawing.replaceChildren(...parts);
    };
    charts.push(update);
  };
  const update = () => {
    for (const one of charts) one();
  };

  const followLoad = () => {
    const seconds = [];
    const left = 56;
    const shown = () => seconds.slice(-longestShown);
    const last = () => seconds.at(-1);
    const slot = (width) => (width - left - 10) / Math.max(shortestShown, shown().length);
    const middle = (width, index) => left + (index + 0.5) * slot(width);
    /** Seconds under a drawing: the first and the last that are shown. */
    const axis = (width, height) => {
      const own = shown();
      const apart = middle(width, own.length - 1) - middle(width, 0) > 60;
      const labels = apart ? [0, own.length - 1] : [0];
      return labels.map((index) =>
        text(
          middle(width, index),
          height - 4,
          `${own[index].second + 1} s`,
          index === 0 ? 'start' : 'middle',
          'var(--soft)',
        ),
      );
    };
    const lines = (width, height, series) => {
      const own = shown();
      const highest = Math.max(1, ...own.flatMap((one) => series.map(([, of]) => of(one))));
      const y = (value) => height - 26 - (value / highest) * (height - 40);
      return [
        ...[0, highest].flatMap((value) => [
          rule(left, y(value), width - 10, y(value)),
          text(left - 8, y(value) + 4, count(value), 'end'),
        ]),
        ...series.map(([colour, of]) =>
          line(
            own.map((one, index) => [middle(width, index), y(of(one))]),
            colour,
          ),
        ),
        ...axis(width, height),
      ];
    };
    const heat = (width, height) => {
      const own = shown();
      const all = own.flatMap(({ latencies }) => latencies);
      if (all.length === 0) return [];
      const low = Math.min(...all.map(([from]) => from));
      const high = Math.max(low * 2, ...all.map(([, to]) => to));
      const densest = Math.max(...all.map(([, , many]) => many));
      const y = (ms) => height - 26 - (Math.log(ms / low) / Math.log(high / low)) * (height - 40);
      const decades = [0.01, 0.1, 1, 10, 100, 1e3, 1e4, 1e5].filter((ms) => ms > low && ms < high);
      return [
        ...(decades.length > 0 ? decades : [low, high]).flatMap((ms) => [
          rule(left, y(ms), width - 10, y(ms)),
          text(left - 8, y(ms) + 4, time(ms), 'end'),
        ]),
        ...own.flatMap(({ latencies }, index) =>
          latencies.map(([from, to, many]) =>
            svg('rect', {
              x: left + index * slot(width),
              y: y(to),
              width: slot(width),
              height: Math.max(1, y(from) - y(to)),
              fill: 'var(--blue)',
              'fill-opacity': (0.15 + (0.85 * Math.log(many + 1)) / Math.log(densest + 1)).toFixed(
                2,
              ),
            }),
          ),
        ),
        line(
          own.flatMap(({ p99Ms }, index) =>
            p99Ms === undefined ? [] : [[middle(width, index), y(p99Ms)]],
          ),
          'vermillion',
        ),
        ...axis(width, height),
      ];
    };
    const sum = (waits) => Object.values(waits).reduce((whole, one) => whole + one, 0);
    const waiting = ({ waits }) => sum(waits) - (waits.CPU ?? 0);

    chart(
      'Answers a second',
      [
        ['blue', 'done'],
        ['orange', 'of them refused'],
      ],
      (width) => ({
        height: 160,
        parts: lines(width, 160, [
          ['blue', ({ done }) => done],
          ['orange', ({ refused }) => refused],
        ]),
        words: `${count(last().offered)} offered, ${count(last().done)} done, ${count(last().refused)} refused`,
      }),
    );
    chart('How many operations took how long', [['vermillion', 'p99']], (width) => ({
      height: 220,
      parts: heat(width, 220),
      words: `p50 ${time(last().p50Ms)}, p99 ${time(last().p99Ms)}; the stronger the colour, the more operations`,
    }));
    chart(
      'Sessions at work',
      [
        ['blue', 'all'],
        ['orange', 'those that wait'],
      ],
      (width) => {
        const { waits } = last();
        const [most] = Object.entries(waits)
          .filter(([what]) => what !== 'CPU')
          .sort(([, a], [, b]) => b - a);
        return {
          height: 160,
          parts: lines(width, 160, [
            ['blue', (one) => sum(one.waits)],
            ['orange', waiting],
          ]),
          words: `${count(sum(waits))} at work, ${count(waiting(last()))} of them waiting${most === undefined ? '' : `, most for ${most[0]}`}`,
        };
      },
    );
    return (second) => {
      seconds.push(second);
      update();
      state.textContent = `second ${second.second + 1}${second.errors > 0 ? `, ${count(second.errors)} errors` : ''}`;
    };
  };

  const followBench = () => {
    const figures = new Map();
    const draw = (width) => {
      const own = [...figures.values()];
      const rowHeight = 44; // a name, and under it its interval
      const height = own.length * rowHeight + 26;
      const known = own.filter(({ low }) => low !== undefined);
      const low = Math.min(0.98, ...known.map((one) => one.low));
      const high = Math.min(4, Math.max(1.1, ...known.map((one) => one.high)));
      const [left, right] = [6, 120];
      const x = (ratio) =>
        left + ((Math.min(high, ratio) - low) / (high - low)) * (width - left - right);
      const row = (one, index) => {
        const y = index * rowHeight + 16;
        const bar = y + 15;
        const name = text(0, y, `${one.design}: ${one.scenario}`);
        if (one.low === undefined)
          return [
            name,
            text(width, bar + 4, `${one.sessions} pairs of sessions`, 'end', 'var(--soft)'),
          ];
        const interval = rule(x(one.low), bar, x(one.high), bar, 'var(--blue)', 6);
        interval.setAttribute('stroke-opacity', 0.4);
        const half = (one.high - one.low) / 2;
        return [
          name,
          interval,
          svg('circle', { cx: x(one.ratio), cy: bar, r: 4, fill: 'var(--blue)' }),
          text(width, bar + 4, `${one.ratio.toFixed(3)} ± ${half.toFixed(3)}`, 'end'),
        ];
      };
      return {
        height,
        parts: [
          rule(x(1), 0, x(1), height - 20, 'currentColor'),
          text(x(1), height - 6, '1', 'middle'),
          ...own.flatMap(row),
        ],
        words: 'With the 95 % interval as it is now; 1 is a check that costs nothing.',
      };
    };
    return (figure) => {
      if (charts.length === 0) chart('Time with the check over time without it', [], draw);
      figures.set(`${figure.design} ${figure.scenario}`, figure);
      update();
      state.textContent = `${figure.design}: ${figure.scenario}, ${figure.sessions} pairs of sessions`;
    };
  };

  const follow = place.dataset.kind === 'load' ? followLoad() : followBench();
  let anything = false;
  new ResizeObserver(() => {
    if (anything) update();
  }).observe(place);
  const events = new EventSource('/events');
  events.addEventListener('figures', ({ data }) => {
    anything = true;
    follow(JSON.parse(data));
  });
  events.addEventListener('says', ({ data }) => {
    state.textContent = JSON.parse(data).words;
  });
  events.addEventListener('finished', () => {
    events.close();
    location.reload();
  });
  events.onerror = () => {
    state.textContent = 'the command has ended';
  };
})();
