// Runs before the first paint: the reader's choice wins over the system's, and is remembered where
// the browser allows a page from a disk to remember anything.
(() => {
  const root = document.documentElement;
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const recall = () => {
    try {
      return localStorage.getItem('optout-lab-theme');
    } catch {
      return null;
    }
  };
  const apply = (theme) => {
    root.dataset.theme = theme;
    root.dispatchEvent(new CustomEvent('themechange', { detail: theme }));
  };
  let chosen = recall();
  apply(chosen ?? (dark.matches ? 'dark' : 'light'));
  dark.addEventListener('change', () => {
    if (chosen === null) apply(dark.matches ? 'dark' : 'light');
  });
  addEventListener('DOMContentLoaded', () => {
    document.getElementById('theme')?.addEventListener('click', () => {
      chosen = root.dataset.theme === 'dark' ? 'light' : 'dark';
      try {
        localStorage.setItem('optout-lab-theme', chosen);
      } catch {
        // a browser that keeps nothing for pages from a disk still switches
      }
      apply(chosen);
    });
  });
})();
