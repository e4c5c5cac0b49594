"use strict";
// A search within the report: marks what it finds, in folds as well, opens the fold and goes from one to the next.
(() => {
  const words = JSON.parse(document.body.dataset.words);
  const main = document.querySelector("main");
  const make = (kind, attributes, ...inside) => {
    const made = document.createElement(kind);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...inside);
    return made;
  };
  const opener = make("button", { type: "button", class: "open-find", "aria-expanded": "false", "aria-controls": "find" }, words.find);
  const input = make("input", { type: "search", "aria-label": words.find_in, placeholder: words.find_in, autocomplete: "off", spellcheck: "false", enterkeyhint: "search" });
  const told = make("output", {});
  const step = (sign, name) => make("button", { type: "button", "aria-label": name, title: name }, sign);
  const [before, after, close] = [step("↑", words.find_before), step("↓", words.find_after), step("×", words.close)];
  const bar = make("div", { id: "find", role: "search", hidden: "" }, input, told, before, after, close);
  document.querySelector(".bar").append(opener);
  document.body.prepend(bar);

  // Texts of a block one after the other, as a number and its words are several; a figure's, of the one that is shown.
  const BLOCKS = "p, li, h1, h2, h3, h4, th, td, dt, dd, summary, figcaption, caption, blockquote, pre, text";
  const LEFT_OUT = ".toc, script, .hidden, [hidden], [aria-hidden=true], .zoom, .filter";
  const isDrawn = (text) => {
    const plate = text.closest(".wide, .narrow");
    return !plate || getComputedStyle(plate).display !== "none";
  };
  const readBlocks = () => {
    const blocks = new Map();
    const walker = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode;
      const block = node.parentElement.closest(BLOCKS);
      if (!block || node.parentElement.closest(LEFT_OUT) || !isDrawn(block)) continue;
      if (!blocks.has(block)) blocks.set(block, []);
      blocks.get(block).push(node);
    }
    return blocks;
  };
  const locate = (nodes, at) => {
    for (const node of nodes) {
      if (at <= node.length) return [node, at];
      at -= node.length;
    }
    return [nodes.at(-1), nodes.at(-1).length];
  };
  const search = (wanted) => {
    const found = [];
    for (const [block, nodes] of readBlocks()) {
      const text = nodes.map((node) => node.data).join("").toLowerCase();
      for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) {
        const range = document.createRange();
        range.setStart(...locate(nodes, at));
        range.setEnd(...locate(nodes, at + wanted.length));
        found.push([block, range]);
      }
    }
    return found;
  };

  const canMark = Boolean(globalThis.CSS?.highlights);
  let hits = [];
  let current = -1;
  const show = () => {
    for (const one of document.querySelectorAll(".hit")) one.classList.remove("hit");
    told.textContent = !input.value.trim() ? "" : hits.length ? words.find_at.replace("{at}", current + 1).replace("{all}", hits.length) : words.find_none;
    for (const button of [before, after]) button.disabled = !hits.length;
    if (canMark) {
      CSS.highlights.set("found", new Highlight(...hits.map(([, range]) => range)));
      CSS.highlights.set("found-now", new Highlight(...(hits[current] ? [hits[current][1]] : [])));
    }
    if (!hits[current]) return;
    const [block] = hits[current];
    for (let fold = block.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    block.classList.add("hit");
    block.scrollIntoView({ block: "center", inline: "nearest" });
  };
  const find = () => {
    const wanted = input.value.trim().toLowerCase();
    hits = wanted ? search(wanted) : [];
    current = hits.length ? 0 : -1;
    show();
  };
  const go = (by) => {
    if (!hits.length) return;
    current = (current + by + hits.length) % hits.length;
    show();
  };
  const shut = () => {
    const last = hits[current]?.[0];
    input.value = "";
    find();
    bar.hidden = true;
    opener.setAttribute("aria-expanded", "false");
    // Reading goes on where the last one was found.
    if (!last || last.matches("text")) return opener.focus();
    last.tabIndex = -1;
    last.focus();
  };
  opener.addEventListener("click", () => {
    bar.hidden = false;
    opener.setAttribute("aria-expanded", "true");
    input.focus();
  });
  input.addEventListener("input", find);
  before.addEventListener("click", () => go(-1));
  after.addEventListener("click", () => go(1));
  close.addEventListener("click", shut);
  bar.addEventListener("keydown", (event) => {
    if (event.key === "Escape") shut();
    else if (event.key === "Enter" && event.target === input) go(event.shiftKey ? -1 : 1);
    else return;
    event.preventDefault();
  });
})();
