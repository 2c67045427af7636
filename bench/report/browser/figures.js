// Values under the pointer and for the keyboard: every mark of a chart that has a title is told, by
// itself where the pointer is near, one after another by the arrow keys where the chart has the focus.
(() => {
  const nearest = 36; // pixels
  const tip = document.createElement('div');
  tip.className = 'tip';
  tip.setAttribute('role', 'status');
  tip.hidden = true;
  document.body.append(tip);
  let lit;

  const hide = () => {
    lit?.node.classList.remove('lit');
    lit = undefined;
    tip.hidden = true;
  };
  const middle = ({ node }) => {
    const { left, top, width, height } = node.getBoundingClientRect();
    return { x: left + width / 2, y: top + height / 2, left, top, width, height };
  };
  const show = (mark) => {
    if (mark === lit) return;
    hide();
    lit = mark;
    mark.node.classList.add('lit');
    tip.textContent = mark.text;
    tip.hidden = false;
    const at = middle(mark);
    const own = tip.getBoundingClientRect();
    const most = document.documentElement.clientWidth - own.width - 8;
    tip.style.left = `${Math.max(8, Math.min(most, at.x - own.width / 2))}px`;
    const above = at.top - own.height - 10;
    tip.style.top = `${above > 4 ? above : at.top + at.height + 10}px`;
  };
  const distance = (mark, x, y) => {
    const { left, top, width, height } = middle(mark);
    return Math.hypot(
      Math.max(left - x, 0, x - left - width),
      Math.max(top - y, 0, y - top - height),
    );
  };

  const prepare = (svg) => {
    const marks = [...svg.querySelectorAll('title')].map((title) => {
      const mark = { node: title.parentNode, text: title.textContent };
      mark.node.dataset.told = mark.text;
      title.remove(); // the browser's own would stand beside it
      return mark;
    });
    if (marks.length === 0) return;
    svg.tabIndex = 0;
    let chosen = -1;
    svg.addEventListener('pointermove', ({ clientX, clientY }) => {
      let best;
      let least = nearest;
      for (const mark of marks) {
        const far = distance(mark, clientX, clientY);
        if (far < least) [best, least] = [mark, far];
      }
      if (best === undefined) hide();
      else show(best);
    });
    svg.addEventListener('pointerleave', hide);
    svg.addEventListener('focus', () => {
      if (svg.matches(':focus-visible')) show(marks[Math.max(0, chosen)]);
    });
    svg.addEventListener('blur', hide);
    svg.addEventListener('keydown', (event) => {
      const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
      const target =
        step !== undefined ? chosen + step : { Home: 0, End: marks.length - 1 }[event.key];
      if (event.key === 'Escape') hide();
      if (target === undefined) return;
      event.preventDefault();
      chosen = Math.max(0, Math.min(marks.length - 1, target));
      show(marks[chosen]);
    });
  };
  document.addEventListener('made', ({ target }) => {
    for (const svg of target.querySelectorAll(':scope > svg')) prepare(svg);
  });
  addEventListener('scroll', hide, { passive: true });
})();
