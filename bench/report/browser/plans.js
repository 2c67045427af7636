// The plan viewer: two designs side by side, each tree drawn by pev2 in a frame of its own, because
// pev2 keeps its state in location.hash and in module variables.
// The plans and the libraries are two script files, loaded when the reader comes near: a page from a
// disk may load scripts and nothing else. Each holds JSON, deflated, in base64.
var optoutPlans; // plans/plans.js
var optoutPlanViewer; // plan-viewer.js
(() => {
  const byId = (id) => document.getElementById(id);
  const viewer = byId('plan-viewer');
  if (viewer === null) return;
  const files = { ...byId('plan-script').dataset };
  let plans = [];
  let libraries;

  const load = (file) =>
    new Promise((resolve) => {
      const script = document.createElement('script');
      script.src = file;
      script.onload = () => resolve(true);
      script.onerror = () => resolve(false);
      document.body.append(script);
    });
  const unpacked = async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
    return new Response(stream).json();
  };
  const forElement = (text) => text.replaceAll('</script', '<\\/script');
  const forScript = (text) => text.replaceAll('<', '\\u003c');
  const element = (name, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };

  const frameSource = (tree) =>
    `<!doctype html>
<html lang="en" data-bs-theme="${document.documentElement.dataset.theme}"><head><meta charset="utf-8">
<style>${libraries.style}</style>
<style>html,body{height:100%;margin:0;font-size:14px}#app{height:100%;display:flex;flex-direction:column}</style>
</head><body><div id="app"></div>
<script>${forElement(libraries.vue)}</` +
    `script><script>${forElement(libraries.pev2)}</` +
    `script>
<script>
// a link to a fragment would leave a srcdoc frame for the page around it
addEventListener('click', (event) => {
  const link = event.target.closest?.('a[href^="#"]');
  if (link === null || link === undefined) return;
  event.preventDefault();
  location.hash = link.getAttribute('href');
}, true);
Vue.createApp(pev2.Plan, { planSource: ${forScript(JSON.stringify(tree.source))},
  planQuery: ${forScript(JSON.stringify(tree.query))} }).mount('#app');
</` +
    `script></body></html>`;

  const [statement, left, right] = ['plan-statement', 'plan-left', 'plan-right'].map(byId);
  const fillPickers = () => {
    const statements = new Map(plans.map((plan) => [plan.statement, plan.title]));
    const designs = [...new Set(plans.map((plan) => plan.design))];
    for (const [value, text] of statements) statement.append(new Option(text, value));
    for (const select of [left, right]) {
      for (const design of designs) select.append(new Option(design, design));
    }
    left.value = viewer.dataset.left ?? designs[0];
    right.value = viewer.dataset.right ?? designs[1] ?? designs[0];
  };

  const show = (side, design) => {
    const place = viewer.querySelector(`[data-side="${side}"]`);
    const plan = plans.find((each) => each.design === design && each.statement === statement.value);
    if (plan === undefined) {
      place.replaceChildren(
        element('h4', { textContent: design }),
        element('p', { textContent: 'No plan of this statement was kept for this design.' }),
      );
      return;
    }
    const frame = element('iframe', { title: `Plan tree of ${design}: ${plan.title}` });
    const tabs = element('div', { role: 'tablist' });
    tabs.setAttribute('aria-label', `Plans of ${design}`);
    const choose = (index) => {
      const tree = plan.trees[index];
      if (tree === undefined || libraries === undefined) return;
      [...tabs.children].forEach((tab, position) => {
        tab.setAttribute('aria-selected', String(position === index));
        tab.tabIndex = position === index ? 0 : -1;
      });
      frame.srcdoc = frameSource(tree);
    };
    plan.trees.forEach((tree, index) => {
      const tab = element('button', { type: 'button', role: 'tab', textContent: tree.label });
      tab.setAttribute('role', 'tab');
      tab.addEventListener('click', () => choose(index));
      tabs.append(tab);
    });
    tabs.setAttribute('role', 'tablist');
    tabs.addEventListener('keydown', (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (step === undefined) return;
      const all = [...tabs.children];
      const next = (all.indexOf(document.activeElement) + step + all.length) % all.length;
      all[next].focus();
      choose(next);
    });
    place.replaceChildren(
      element('h4', {}, element('span', { className: 'name', textContent: design })),
      element('p', { textContent: plan.summary }),
      ...(plan.note === '' ? [] : [element('p', { textContent: plan.note })]),
      ...(libraries === undefined
        ? [element('p', { textContent: `No trees: ${files.viewer} is not there.` })]
        : [tabs]),
      ...(plan.trees.length === 0 || libraries === undefined ? [] : [frame]),
      element('pre', { textContent: plan.text, tabIndex: 0 }),
    );
    choose(
      Math.max(
        0,
        plan.trees.findIndex((tree) => tree.ofCheck),
      ),
    );
  };

  const showBoth = () => {
    show('left', left.value);
    show('right', right.value);
  };
  statement.addEventListener('change', showBoth);
  left.addEventListener('change', () => show('left', left.value));
  right.addEventListener('change', () => show('right', right.value));

  viewer.hidden = false;
  let drawn = false;
  new IntersectionObserver(
    async (entries, observer) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      observer.disconnect();
      await Promise.all([load(files.plans), load(files.viewer)]);
      if (optoutPlans === undefined) {
        viewer.replaceChildren(
          element('p', { textContent: `The plans cannot be shown: ${files.plans} is not there.` }),
        );
        return;
      }
      plans = await unpacked(optoutPlans);
      if (optoutPlanViewer !== undefined) libraries = await unpacked(optoutPlanViewer);
      fillPickers();
      drawn = true;
      showBoth();
    },
    { rootMargin: '600px' },
  ).observe(viewer);
  document.documentElement.addEventListener('themechange', () => {
    if (drawn) showBoth();
  });
})();
