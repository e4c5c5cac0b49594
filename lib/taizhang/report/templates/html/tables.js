"use strict";
// Tables sort by any column, with mouse or keyboard; without this script they are plain tables.
(() => {
  const words = JSON.parse(document.body.dataset.words);
  const order = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  const valueOf = (row, column) => {
    const cell = row.cells[column];
    const raw = cell.dataset.value ?? "";
    const number = raw === "" ? NaN : Number(raw);
    return { number, text: raw || cell.textContent.trim(), empty: !cell.textContent.trim() || cell.matches(".suppressed, .nothing") };
  };

  const compare = (a, b, sign) => {
    if (a.empty || b.empty) return a.empty - b.empty;
    const both = !Number.isNaN(a.number) && !Number.isNaN(b.number);
    return sign * (both ? a.number - b.number : order.compare(a.text, b.text));
  };

  for (const table of document.querySelectorAll("table[data-sortable]")) {
    const body = table.tBodies[0];
    const original = [...body.rows];
    const moving = original.filter((row) => !row.matches(".total"));
    const fixed = original.filter((row) => row.matches(".total"));
    if (moving.length < 3) continue;
    for (const head of table.tHead.rows[0].cells) {
      if (head.hasAttribute("data-plain")) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const now = head.getAttribute("aria-sort");
        // First the end that a reader looks for: of a figure that can be bad, the worst.
        const first = head.dataset.first ?? "ascending";
        const second = first === "ascending" ? "descending" : "ascending";
        const next = !now ? first : now === first ? second : null;
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        if (next) head.setAttribute("aria-sort", next);
        const column = head.cellIndex;
        const sign = next === "descending" ? -1 : 1;
        const rows = next ? [...moving].sort((a, b) => compare(valueOf(a, column), valueOf(b, column), sign)) : original;
        body.append(...(next ? [...rows, ...fixed] : rows));
      });
    }
    if (moving.length < 12 || table.hasAttribute("data-unfiltered")) continue;
    const form = document.createElement("div");
    form.className = "filter";
    const input = document.createElement("input");
    input.type = "search";
    input.autocomplete = "off";
    input.placeholder = words.filter;
    input.setAttribute("aria-label", words.filter + " " + table.caption.textContent.trim());
    const count = document.createElement("output");
    form.append(input, count);
    table.closest(".sheet").prepend(form);
    input.addEventListener("input", () => {
      const wanted = input.value.trim().toLowerCase();
      let shown = 0;
      for (const row of moving) {
        row.hidden = !row.textContent.toLowerCase().includes(wanted);
        shown += !row.hidden;
      }
      count.textContent = wanted ? fill(words.rows_shown, { shown, all: moving.length }) : "";
    });
  }

  // A region that can be scrolled must be reachable by keyboard; one that cannot be need not.
  const watch = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }
  });
  for (const region of document.querySelectorAll(".scroll")) watch.observe(region);
})();
