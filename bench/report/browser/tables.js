// Tables that are sorted by their headings, and filtered by the form that names them. What a reader chose
// stands in the address, so that it can be sent.
(() => {
  const cellAt = (row, index) => row.cells[index];
  const compare = (a, b) => {
    const [x, y] = [Number(a), Number(b)];
    return Number.isNaN(x) || Number.isNaN(y) ? a.localeCompare(b) : x - y;
  };

  const sort = (table, index, down) => {
    const headings = [...table.tHead.rows[0].cells];
    headings.forEach((heading, position) => {
      if (position === index) heading.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      else heading.removeAttribute('aria-sort');
    });
    const body = table.tBodies[0];
    const known = (row) => cellAt(row, index).dataset.value;
    const rows = [...body.rows].sort((a, b) => {
      const [x, y] = [known(a), known(b)];
      if (x === undefined || y === undefined)
        return Number(x === undefined) - Number(y === undefined);
      return (down ? -1 : 1) * compare(x, y);
    });
    body.append(...rows);
  };

  const indexOf = (table, key) =>
    [...table.tHead.rows[0].cells].findIndex((heading) => heading.dataset.key === key);

  let prepared = false;
  const prepare = () => {
    if (prepared) return;
    prepared = true;
    for (const table of document.querySelectorAll('table.sortable')) {
      [...table.tHead.rows[0].cells].forEach((heading, index) => {
        heading.querySelector('button').addEventListener('click', () => {
          sort(table, index, heading.getAttribute('aria-sort') === 'ascending');
          table.dispatchEvent(new Event('sorted'));
        });
      });
    }

    for (const form of document.querySelectorAll('form.filters')) {
      const table = document.getElementById(form.dataset.table);
      const body = table.tBodies[0];
      const status = form.querySelector('[role=status]');
      form.hidden = false;

      const apply = () => {
        const asked = [...new FormData(form)].filter(
          ([name, value]) => name !== 'column' && value !== '',
        );
        let shown = 0;
        for (const row of body.rows) {
          const passes = asked.every(([key, wanted]) => {
            const own = cellAt(row, indexOf(table, key)).dataset.value;
            if (own === undefined) return false;
            return wanted === 'yes' ? own === 'yes' : Number(own) <= Number(wanted);
          });
          row.hidden = !passes;
          if (passes) shown++;
          const name = row.cells[0].dataset.value;
          for (const mark of document.querySelectorAll('#scatter [data-told]')) {
            if (mark.dataset.told.split(':')[0] === name) mark.classList.toggle('dim', !passes);
          }
        }
        status.textContent = `${shown} of ${body.rows.length} shown`;
        const chosen = new Set(new FormData(form).getAll('column'));
        for (const row of table.rows) {
          [...row.cells].forEach((cell, index) => {
            const { key } = table.tHead.rows[0].cells[index].dataset;
            if (index > 0) cell.hidden = !chosen.has(key);
          });
        }
      };

      /** The choices as an address; those that nobody made are left out. */
      const keep = () => {
        const state = new URLSearchParams();
        for (const input of form.elements) {
          if (input.name === 'column') {
            if (input.checked !== input.defaultChecked)
              state.append(input.checked ? 'show' : 'hide', input.value);
          } else if (
            input.type === 'checkbox' ? input.checked : input.value !== '' && input.name !== ''
          ) {
            state.set(input.name, input.value);
          }
        }
        for (const heading of table.tHead.rows[0].cells) {
          const order = heading.getAttribute('aria-sort');
          if (order !== null)
            state.set('sort', `${order === 'descending' ? '-' : ''}${heading.dataset.key}`);
        }
        history.replaceState(null, '', `#${table.id}?${state}`);
      };

      const recall = () => {
        const [id, query] = location.hash.slice(1).split('?');
        if (id !== table.id || query === undefined) return;
        form.reset();
        for (const [key, value] of new URLSearchParams(query)) {
          if (key === 'show' || key === 'hide') {
            const box = [...form.elements].find(
              (one) => one.name === 'column' && one.value === value,
            );
            if (box !== undefined) box.checked = key === 'show';
          } else if (key === 'sort') {
            const index = indexOf(table, value.replace(/^-/, ''));
            if (index >= 0) sort(table, index, value.startsWith('-'));
          } else {
            const input = form.elements[key];
            if (input?.type === 'checkbox') input.checked = true;
            else if (input !== undefined) input.value = value;
          }
        }
        table.scrollIntoView();
      };

      form.addEventListener('submit', (event) => event.preventDefault());
      form.addEventListener('input', () => {
        apply();
        keep();
      });
      table.addEventListener('sorted', keep);
      addEventListener('hashchange', () => {
        recall();
        apply();
      });
      // the marks of the scatter follow the rows, also those that are drawn later
      document.getElementById('scatter')?.addEventListener('made', apply);
      recall();
      apply();
    }
  };
  // no table is on a run's first screen; on paper the columns that nobody chose are left out
  addEventListener('load', () => requestAnimationFrame(() => setTimeout(prepare)));
  addEventListener('beforeprint', prepare);
})();
