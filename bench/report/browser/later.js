// What is not on the first screen stands in the page as text, in a noscript, until that screen is there.
// Then it is made one piece after another, so that a click in between is answered; all at once for paper.
// Of the two drawings of a chart only the one that is shown is made.
(() => {
  const narrow = matchMedia('(max-width: 600px)');
  const waiting = () => [...document.querySelectorAll('noscript.later')];
  const isShown = (one) => one.closest(narrow.matches ? '.wide' : '.narrow') === null;
  const make = (one) => {
    const place = one.parentElement;
    one.outerHTML = one.textContent;
    place.dispatchEvent(new Event('made', { bubbles: true }));
  };

  let atWork = false;
  const makeShown = () => {
    const next = waiting().find(isShown);
    atWork = next !== undefined;
    if (next === undefined) return;
    make(next);
    setTimeout(makeShown);
  };
  const begin = () => {
    if (!atWork) makeShown();
  };

  // the page's first figure belongs to its first screen
  waiting().filter(isShown).slice(0, 1).forEach(make);
  addEventListener('load', () => requestAnimationFrame(() => setTimeout(begin)));
  narrow.addEventListener('change', begin);
  addEventListener('beforeprint', () => waiting().forEach(make));
})();
