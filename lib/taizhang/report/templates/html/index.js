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
    const told = document.getElementById("told");
    const lit = map.querySelector(".lit");
    const item = (kind, text) => {
      const row = document.createElement("li");
      const swatch = document.createElement("span");
      swatch.className = kind;
      row.append(swatch, text);
      return row;
    };
    // What a district has of the figure shown: of a fact, what its cell in the table says.
    const valueOf = (code) => {
      const { name, values } = shades[select.selectedIndex];
      if (values) return values[code] ?? "—";
      const cell = document.querySelector(`#districts [data-district="${code}"][data-fact="${name}"]`);
      return cell ? cell.firstChild.textContent.trim() : "—";
    };
    const colour = () => {
      const { name, classes, legend: steps, method, blank = [] } = shades[select.selectedIndex];
      let unknown = false;
      for (const side of [map, legend]) side.classList.toggle("red", name === "severe");
      for (const place of map.querySelectorAll("a[data-code], g[data-code]")) {
        const step = classes[place.dataset.code];
        const none = blank.includes(place.dataset.code);
        unknown ||= step === undefined && !none;
        place.querySelector("path").setAttribute("class", step !== undefined ? `shape c${step}` : none ? "shape blank" : "shape");
        place.querySelector("title").textContent = say(place);
      }
      for (const text of map.querySelectorAll(".names text")) text.querySelector(".number").textContent = valueOf(text.dataset.code);
      legend.replaceChildren(...(blank.length ? [item("blank", "0")] : []), ...steps.map(([step, text]) => item(`c${step}`, text)));
      if (unknown) legend.append(item("none", words.no_value));
      document.querySelector(".method").textContent = method;
    };
    const say = (place) => words.value.replace("{name}", place.dataset.name).replace("{title}", shades[select.selectedIndex].title).replace("{value}", valueOf(place.dataset.code));
    const light = (event) => {
      const place = event.target.closest("[data-code]");
      if (!place || place.closest(".names")) return;
      lit.setAttribute("d", place.querySelector("path").getAttribute("d"));
      told.textContent = say(place);
    };
    const dim = () => {
      const kept = map.querySelector("a:focus");
      if (kept) return light({ target: kept });
      lit.setAttribute("d", "");
      told.textContent = "";
    };
    map.addEventListener("mouseover", light);
    map.addEventListener("focusin", light);
    map.addEventListener("mouseleave", dim);
    map.addEventListener("focusout", () => setTimeout(dim));
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
    const more = document.querySelector(".troubles .more");
    if (more && wanted) more.open = true;
    for (const item of document.querySelectorAll(".troubles li")) item.hidden = !found.has(item.dataset.code);
    for (const place of map?.querySelectorAll("a[data-code], g[data-code]") ?? []) place.classList.toggle("away", !found.has(place.dataset.code));
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
  const columns = [...table.tHead.rows[0].cells].slice(2);
  const heads = columns.map((head) => head.textContent.replace("↕", "").trim());

  // Eight columns at first; a chooser has the others.
  const chooser = document.getElementById("columns");
  if (columns.some((head) => head.hasAttribute("data-more"))) {
    chooser.hidden = false;
    columns.forEach((head, at) => {
      const label = document.createElement("label");
      const box = document.createElement("input");
      box.type = "checkbox";
      box.checked = !head.hasAttribute("data-more");
      const show = () => {
        for (const row of table.rows) row.cells[at + 2].classList.toggle("off", !box.checked);
      };
      box.addEventListener("change", show);
      show();
      label.append(box, " ", heads[at]);
      chooser.querySelector("p").append(label);
    });
  }
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
  const draw = (kind, attributes) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", kind);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  };
  // A mark for each district chosen, told apart by shape as well as by colour.
  const marks = ["M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0Z", "M0 -6.5L6.5 0L0 6.5L-6.5 0Z", "M-5 -5H5V5H-5Z", "M0 -6L6 5H-6Z"];
  const mark = (at, x, y) => draw("path", { d: marks[at], class: `mark${at}`, transform: `translate(${x} ${y})` });
  const valueAt = (row, at) => {
    const raw = row.cells[at + 2].dataset.value ?? "";
    return raw === "" ? NaN : Number(raw);
  };
  const drawDots = (chosen, at) => {
    const all = rows.map((row) => valueAt(row, at)).filter((value) => !Number.isNaN(value));
    if (!all.length) return "";
    const [least, most] = [Math.min(...all), Math.max(...all)];
    const place = (value) => (most > least ? 8 + (192 * (value - least)) / (most - least) : 104);
    const picture = draw("svg", { viewBox: "0 0 208 20", "aria-hidden": "true", class: "dots" });
    picture.append(draw("path", { d: "M8 10H200", class: "line" }));
    for (const value of all) picture.append(draw("circle", { cx: place(value), cy: 10, r: 2.5 }));
    chosen.forEach((row, number) => {
      const value = valueAt(row, at);
      if (!Number.isNaN(value)) picture.append(mark(number, place(value), 10));
    });
    return picture;
  };
  const compare = () => {
    const chosen = boxes.filter(([box]) => box.checked).map(([, row]) => row);
    for (const [box] of boxes) box.disabled = !box.checked && chosen.length >= most;
    state.textContent = chosen.length ? words.compared.replace("{names}", chosen.map(nameOf).join(document.documentElement.lang === "en" ? ", " : "、")) : "";
    panel.hidden = chosen.length < 2;
    document.body.classList.toggle("docked", !panel.hidden);
    if (panel.hidden) return panel.replaceChildren();
    const made = document.createElement("table");
    const caption = made.createCaption();
    caption.id = "compare-caption";
    caption.textContent = state.textContent;
    const head = made.createTHead();
    const names = head.insertRow();
    const withBefore = Boolean(table.querySelector(".before"));
    const corner = cell("th", words.figure, "col");
    const dots = cell("th", words.dots, "col");
    names.append(corner, dots);
    const below = withBefore ? head.insertRow() : null;
    if (withBefore) for (const one of [corner, dots]) one.rowSpan = 2;
    chosen.forEach((row, number) => {
      const name = cell("th", "", withBefore ? "colgroup" : "col", "right");
      const key = draw("svg", { viewBox: "-8 -8 16 16", class: "key", "aria-hidden": "true" });
      key.append(mark(number, 0, 0));
      name.append(key, nameOf(row));
      if (withBefore) {
        name.colSpan = 2;
        below.append(cell("th", words.now, "col", "right"), cell("th", words.before, "col", "right"));
      }
      names.append(name);
    });
    const body = made.createTBody();
    heads.forEach((title, at) => {
      if (columns[at].matches(".off")) return;
      const line = body.insertRow();
      const strip = cell("td", "");
      strip.append(drawDots(chosen, at));
      line.append(cell("th", title, "row"), strip);
      for (const row of chosen) {
        const source = row.cells[at + 2];
        line.append(cell("td", source.firstChild.textContent.trim(), "", "right value"));
        if (withBefore) line.append(cell("td", source.querySelector(".before span").textContent, "", "right value nothing"));
      }
    });
    const scroll = document.createElement("div");
    scroll.className = "scroll";
    scroll.tabIndex = 0;
    scroll.setAttribute("role", "group");
    scroll.setAttribute("aria-labelledby", "compare-caption");
    scroll.append(made);
    const close = cell("button", words.close, "", "close");
    close.type = "button";
    close.addEventListener("click", () => {
      const first = boxes.find(([box]) => box.checked)[0];
      for (const [box] of boxes) box.checked = false;
      compare();
      first.focus();
    });
    panel.replaceChildren(close, scroll);
  };
  pick.hidden = false;
})();
