// Follows a command: each event adds to what is drawn. When it is finished the page is fetched again, and is the report.
(() => {
  const place = document.getElementById('live-charts');
  const state = document.getElementById('live-state');
  const width = 860;
  const svg = (name, attributes, ...children) => {
    const element = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };
  const ms = (value) =>
    value === undefined || value === null
      ? '–'
      : `${value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)} ms`;

  /** A chart with a title above it, drawn anew by `draw(group, seconds)`. */
  const chart = (title, height) => {
    const figure = document.createElement('figure');
    const caption = document.createElement('figcaption');
    const drawing = svg('svg', {
      viewBox: `0 0 ${width} ${height}`,
      role: 'img',
      'aria-label': title,
      style: 'width: 100%; height: auto',
    });
    caption.textContent = title;
    figure.append(caption, drawing);
    place.append(figure);
    return { caption, drawing, height };
  };
  const line = (points, colour) =>
    svg('polyline', {
      points: points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' '),
      fill: 'none',
      stroke: `var(--${colour})`,
      'stroke-width': 2,
    });
  const text = (x, y, words, anchor = 'start') =>
    svg(
      'text',
      { x, y, 'font-size': 12, fill: 'currentColor', 'text-anchor': anchor },
      document.createTextNode(words),
    );

  const followLoad = () => {
    const seconds = [];
    const rate = chart('Answers a second', 160);
    const heat = chart('Latency: how many operations took how long', 220);
    const waits = chart('Sessions at work, by what they wait for', 160);
    const left = 60;
    const most = 120;
    const shown = () => seconds.slice(-most);
    const x = (index) => left + ((index + 0.5) * (width - left - 10)) / most;
    const lines = (target, series) => {
      const own = shown();
      const highest = Math.max(1, ...own.flatMap((one) => series.map(([, of]) => of(one))));
      const y = (value) => target.height - 20 - (value / highest) * (target.height - 40);
      target.drawing.replaceChildren(
        text(left - 8, y(highest) + 4, String(Math.round(highest)), 'end'),
        text(left - 8, y(0) + 4, '0', 'end'),
        ...series.map(([colour, of]) =>
          line(
            own.map((one, index) => [x(index), y(of(one))]),
            colour,
          ),
        ),
      );
    };
    const drawHeat = () => {
      const own = shown();
      const all = own.flatMap(({ latencies }) => latencies);
      if (all.length === 0) return;
      const low = Math.min(...all.map(([from]) => from));
      const high = Math.max(...all.map(([, to]) => to));
      const densest = Math.max(...all.map(([, , count]) => count));
      const y = (value) =>
        heat.height - 20 - (Math.log(value / low) / Math.log(high / low || 2)) * (heat.height - 40);
      heat.drawing.replaceChildren(
        text(left - 8, y(high) + 10, ms(high), 'end'),
        text(left - 8, y(low), ms(low), 'end'),
        ...own.flatMap(({ latencies }, index) =>
          latencies.map(([from, to, count]) =>
            svg('rect', {
              x: x(index) - (width - left) / most / 2,
              y: y(to),
              width: (width - left) / most,
              height: Math.max(1, y(from) - y(to)),
              fill: 'var(--blue)',
              'fill-opacity': (0.15 + 0.85 * (Math.log(count + 1) / Math.log(densest + 1))).toFixed(
                2,
              ),
            }),
          ),
        ),
        line(
          own.flatMap(({ p99Ms }, index) => (p99Ms === undefined ? [] : [[x(index), y(p99Ms)]])),
          'vermillion',
        ),
      );
    };
    const atWork = (second) => Object.values(second.waits).reduce((sum, one) => sum + one, 0);
    return (second) => {
      seconds.push(second);
      rate.caption.textContent = `Answers a second: ${second.done} done (blue), ${second.refused} of them refused (orange), ${second.offered} offered`;
      heat.caption.textContent = `Latency: how many operations took how long; p99 ${ms(second.p99Ms)} (red), p50 ${ms(second.p50Ms)}`;
      const top = Object.entries(second.waits).sort(([, a], [, b]) => b - a)[0];
      waits.caption.textContent = `Sessions at work (blue), waiting for no processor (orange)${top === undefined ? '' : `; most: ${top[0]}`}`;
      lines(rate, [
        ['blue', ({ done }) => done],
        ['orange', ({ refused }) => refused],
      ]);
      drawHeat();
      lines(waits, [
        ['blue', atWork],
        ['orange', (one) => atWork(one) - (one.waits.CPU ?? 0)],
      ]);
      state.textContent = `second ${second.second + 1}${second.errors > 0 ? `, ${second.errors} errors` : ''}`;
    };
  };

  const followBench = () => {
    const figures = new Map();
    const table = chart(
      'Time with the check over time without it, with the 95 % interval as it is now',
      30,
    );
    return (figure) => {
      figures.set(`${figure.design} ${figure.scenario}`, figure);
      const own = [...figures.values()];
      const rowHeight = 22;
      const height = own.length * rowHeight + 40;
      table.drawing.setAttribute('viewBox', `0 0 ${width} ${height}`);
      const known = own.filter(({ low }) => low !== undefined);
      const low = Math.min(0.98, ...known.map((one) => one.low));
      const high = Math.min(4, Math.max(1.1, ...known.map((one) => one.high)));
      const left = 330;
      const x = (ratio) =>
        left + ((Math.min(high, ratio) - low) / (high - low)) * (width - left - 130);
      table.drawing.replaceChildren(
        svg('line', { x1: x(1), x2: x(1), y1: 0, y2: height - 30, stroke: 'currentColor' }),
        text(x(1), height - 14, '1', 'middle'),
        ...own.flatMap((one, index) => {
          const y = index * rowHeight + 16;
          const name = text(0, y, `${one.design}: ${one.scenario}`);
          if (one.low === undefined)
            return [name, text(width, y, `${one.sessions} pairs of sessions`, 'end')];
          return [
            name,
            svg('line', {
              x1: x(one.low),
              x2: x(one.high),
              y1: y - 4,
              y2: y - 4,
              stroke: 'var(--blue)',
              'stroke-width': 6,
              'stroke-opacity': 0.4,
            }),
            svg('circle', { cx: x(one.ratio), cy: y - 4, r: 4, fill: 'var(--blue)' }),
            text(
              width,
              y,
              `${one.ratio.toFixed(3)} ± ${((one.high - one.low) / 2).toFixed(3)}`,
              'end',
            ),
          ];
        }),
      );
      state.textContent = `${figure.design}: ${figure.scenario}, ${figure.sessions} pairs of sessions`;
    };
  };

  const follow = place.dataset.kind === 'load' ? followLoad() : followBench();
  const events = new EventSource('/events');
  events.addEventListener('figures', ({ data }) => follow(JSON.parse(data)));
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
