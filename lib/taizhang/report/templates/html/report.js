"use strict";
// The contents follow the reader; folds open for a link and for print; figures open large. Without this script the page is complete.
(() => {
  const words = JSON.parse(document.body.dataset.words);
  const details = document.querySelector(".toc details");
  const wide = matchMedia("(min-width: 66rem)");
  const fold = () => { if (details) details.open = wide.matches; };
  fold();
  wide.addEventListener("change", fold);

  const links = new Map([...document.querySelectorAll(".toc a")].map((link) => [link.hash.slice(1), link]));
  const heads = [...links.keys()].map((id) => document.getElementById(id));
  let queued = false;
  const follow = () => {
    queued = false;
    const ended = innerHeight + scrollY >= document.documentElement.scrollHeight - 2;
    const passed = heads.filter((head) => head.getBoundingClientRect().top < innerHeight * 0.3);
    const current = ended && scrollY > 0 ? heads.at(-1) : passed.at(-1);
    for (const [id, link] of links) {
      if (current && id === current.id) {
        link.setAttribute("aria-current", "location");
        const nav = link.closest(".toc");
        if (nav.scrollHeight > nav.clientHeight) nav.scrollTop = link.offsetTop - nav.clientHeight / 2;
      } else link.removeAttribute("aria-current");
    }
  };
  const queue = () => { if (!queued) { queued = true; requestAnimationFrame(follow); } };
  addEventListener("scroll", queue, { passive: true });
  addEventListener("resize", queue);
  follow();

  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const fold = target?.closest("details.annex");
    if (!fold || fold.open) return;
    fold.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  // The same link again, after somebody closed the fold.
  document.addEventListener("click", (event) => { if (event.target.closest("a")?.hash === location.hash) reveal(); });
  reveal();
  let shut = [];
  addEventListener("beforeprint", () => {
    shut = [...document.querySelectorAll("details.annex:not([open])")];
    for (const fold of shut) fold.open = true;
  });
  addEventListener("afterprint", () => { for (const fold of shut) fold.open = false; });

  if (!document.querySelector(".plate")) return;
  const dialog = document.createElement("dialog");
  const head = document.createElement("div");
  const name = document.createElement("p");
  const close = document.createElement("button");
  const stage = document.createElement("div");
  head.className = "head";
  name.id = "zoom-name";
  close.type = "button";
  close.textContent = words.close;
  stage.className = "stage plate";
  stage.tabIndex = 0;
  stage.setAttribute("role", "region");
  stage.setAttribute("aria-labelledby", name.id);
  dialog.setAttribute("aria-labelledby", name.id);
  head.append(name, close);
  dialog.append(head, stage);
  document.body.append(dialog);
  close.addEventListener("click", () => dialog.close());
  let home = null;
  // The picture itself moves into the dialog and back: a copy would repeat its ids.
  dialog.addEventListener("close", () => { home.append(...stage.childNodes); home.style.minHeight = ""; });
  for (const plate of document.querySelectorAll("figure .plate")) {
    const figure = plate.closest("figure");
    const caption = figure.querySelector("figcaption");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "zoom";
    button.textContent = words.enlarge;
    button.setAttribute("aria-label", words.enlarge + " " + caption.textContent.trim().replace(/\s+/g, " "));
    caption.append(button);
    button.addEventListener("click", () => {
      home = plate;
      name.textContent = [...caption.querySelectorAll("span")].map((part) => part.textContent).join(" ");
      plate.style.minHeight = plate.offsetHeight + "px";
      stage.append(...plate.childNodes);
      dialog.showModal();
    });
  }
})();
