"use strict";
// The map takes its colours from any figure; a search finds districts by name, pinyin or code.
(() => {
  const words = JSON.parse(document.body.dataset.words);
  const map = document.querySelector(".map");
  const select = document.getElementById("shade");
  if (map && select) {
    const shades = JSON.parse(map.dataset.shades);
    for (const shade of shades) select.add(new Option(shade.title, shade.name));
    select.hidden = false;
    select.previousElementSibling.hidden = true;
    const legend = document.querySelector(".legend");
    const item = (kind, text) => {
      const row = document.createElement("li");
      const swatch = document.createElement("span");
      swatch.className = kind;
      row.append(swatch, text);
      return row;
    };
    const tell = (place, values) => [place.dataset.name, values[place.dataset.code] ?? words.no_value].join(" ");
    // Drawn above all neighbours, whose own edges would hide it.
    const around = map.querySelectorAll(".around path");
    const told = document.querySelector(".told");
    const point = (place) => {
      const { title, values } = shades[select.selectedIndex];
      for (const edge of around) edge.setAttribute("d", place?.querySelector("path").getAttribute("d") ?? "");
      told.textContent = place ? [title, tell(place, values)].join(" · ") : "\u00a0";
    };
    for (const [enter, leave] of [["pointerover", "pointerleave"], ["focusin", "focusout"]]) {
      map.addEventListener(enter, (event) => point(event.target.closest("[data-code]")));
      map.addEventListener(leave, () => point(document.activeElement?.closest(".map [data-code]")));
    }
    const colour = () => {
      const { classes, legend: steps, method, values } = shades[select.selectedIndex];
      let unknown = false;
      for (const place of map.querySelectorAll("[data-code]")) {
        const step = classes[place.dataset.code];
        unknown ||= step === undefined;
        place.querySelector("title").textContent = tell(place, values);
        place.querySelector("path").setAttribute("class", step === undefined ? "shape" : `shape c${step}`);
      }
      legend.replaceChildren(...steps.map(([step, text]) => item(`c${step}`, text)));
      if (unknown) legend.append(item("none", words.no_value));
      document.querySelector(".method").textContent = method;
    };
    select.addEventListener("change", colour);
    colour();
  }

  const query = document.getElementById("query");
  const count = document.querySelector("#search output");
  const rows = [...document.querySelectorAll("#districts tbody tr[data-code]")];
  document.getElementById("search").hidden = false;
  const find = () => {
    const wanted = query.value.trim().toLowerCase();
    const found = new Set();
    for (const row of rows) {
      row.hidden = !row.dataset.search.includes(wanted);
      if (!row.hidden) found.add(row.dataset.code);
    }
    for (const place of map?.querySelectorAll("[data-code]") ?? []) place.classList.toggle("away", !found.has(place.dataset.code));
    count.textContent = !wanted ? "" : !found.size ? words.none_found : found.size === 1 ? words.found_one : words.found.replace("{count}", found.size);
  };
  query.addEventListener("input", find);
  query.addEventListener("keydown", (event) => {
    const left = rows.filter((row) => !row.hidden);
    if (event.key === "Enter" && left.length === 1) left[0].querySelector("a[href]")?.click();
  });

  // Beside each number, the one of a year before.
  const years = document.getElementById("years");
  if (years) {
    years.hidden = false;
    years.querySelector("input").addEventListener("change", (event) => {
      for (const small of document.querySelectorAll("#districts .before")) small.hidden = !event.target.checked;
    });
  }

  // Two to four districts side by side.
  const most = 4;
  const panel = document.getElementById("compare");
  const pick = document.getElementById("pick");
  const state = pick.querySelector("output");
  const table = document.querySelector("#districts table");
  const heads = [...table.tHead.rows[0].cells].slice(2).map((head) => {
    const copy = head.cloneNode(true);
    return copy.textContent.replace("↕", "").trim();
  });
  const nameOf = (row) => row.cells[0].textContent.trim();
  const boxes = rows.map((row) => {
    const box = document.createElement("input");
    box.type = "checkbox";
    box.className = "choice";
    box.setAttribute("aria-label", words.compare_one.replace("{name}", nameOf(row)));
    row.cells[0].prepend(box);
    box.addEventListener("change", () => compare());
    return [box, row];
  });
  const cell = (tag, text, scope, kind) => {
    const made = document.createElement(tag);
    made.textContent = text;
    if (scope) made.scope = scope;
    if (kind) made.className = kind;
    return made;
  };
  const compare = () => {
    const chosen = boxes.filter(([box]) => box.checked).map(([, row]) => row);
    for (const [box] of boxes) box.disabled = !box.checked && chosen.length >= most;
    state.textContent = chosen.length ? words.compared.replace("{names}", chosen.map(nameOf).join(document.documentElement.lang === "en" ? ", " : "、")) : "";
    panel.hidden = chosen.length < 2;
    if (panel.hidden) return panel.replaceChildren();
    const made = document.createElement("table");
    const caption = made.createCaption();
    caption.id = "compare-caption";
    caption.textContent = state.textContent;
    const head = made.createTHead();
    const names = head.insertRow();
    const withBefore = Boolean(table.querySelector(".before"));
    const corner = cell("th", words.figure, "col");
    if (withBefore) corner.rowSpan = 2;
    names.append(corner);
    const below = withBefore ? head.insertRow() : null;
    for (const row of chosen) {
      const name = cell("th", nameOf(row), withBefore ? "colgroup" : "col", "right");
      if (withBefore) {
        name.colSpan = 2;
        below.append(cell("th", words.now, "col", "right"), cell("th", words.before, "col", "right"));
      }
      names.append(name);
    }
    const body = made.createTBody();
    heads.forEach((title, at) => {
      const line = body.insertRow();
      line.append(cell("th", title, "row"));
      for (const row of chosen) {
        const source = row.cells[at + 2];
        line.append(cell("td", source.firstChild.textContent.trim(), "", "right"));
        if (withBefore) line.append(cell("td", source.querySelector(".before span").textContent, "", "right nothing"));
      }
    });
    const scroll = document.createElement("div");
    scroll.className = "scroll";
    scroll.tabIndex = 0;
    scroll.setAttribute("role", "group");
    scroll.setAttribute("aria-labelledby", "compare-caption");
    scroll.append(made);
    panel.replaceChildren(scroll);
  };
  pick.hidden = false;
})();
