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
    const colour = () => {
      const { classes, legend: steps } = shades[select.selectedIndex];
      let unknown = false;
      for (const place of map.querySelectorAll("[data-code]")) {
        const step = classes[place.dataset.code];
        unknown ||= step === undefined;
        place.querySelector("path").setAttribute("class", step === undefined ? "shape" : `shape c${step}`);
      }
      legend.replaceChildren(...steps.map(([step, text]) => item(`c${step}`, text)));
      if (unknown) legend.append(item("none", words.no_value));
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
    count.textContent = !wanted ? "" : found.size ? words.found.replace("{count}", found.size) : words.none_found;
  };
  query.addEventListener("input", find);
  query.addEventListener("keydown", (event) => {
    const left = rows.filter((row) => !row.hidden);
    if (event.key === "Enter" && left.length === 1) left[0].querySelector("a[href]")?.click();
  });
})();
