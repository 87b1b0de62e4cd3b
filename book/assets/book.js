/* What CSS cannot do: formulas and pictures wider than a phone scroll by themselves, what scrolls can be reached by
   keyboard, what is folded opens on paper; and what a screen reader is to know of lists, tables and the side bar. */
"use strict";

(() => {
  const SCROLLING = ".pst-scrollable-table-container, .bd-article :is(div.math, mjx-container, pre, figure)";
  const SMALLEST = 0.7; // of a picture's own size, at which its numbers can still be read

  const reach = () => {
    for (const formula of document.querySelectorAll("mjx-container:not([display])")) {
      formula.classList.remove("wide");
      formula.classList.toggle("wide", formula.offsetWidth > formula.parentElement.clientWidth);
    }
    for (const picture of document.querySelectorAll(".bd-article figure img")) {
      const room = picture.closest("figure").clientWidth;
      picture.classList.toggle("wide", picture.naturalWidth * SMALLEST > room);
    }
    for (const box of document.querySelectorAll(SCROLLING)) {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    }
  };
  for (const entry of document.querySelectorAll(".citation-list > [role=doc-biblioentry]")) entry.role = "listitem";
  for (const corner of document.querySelectorAll("th")) {
    if (corner.textContent.trim()) continue;
    const names = corner.closest("table").querySelectorAll("tbody td:first-child");
    corner.replaceWith(document.createElement("td")); // it heads nothing: each row has a name of its own
    names.forEach((name) => name.setAttribute("role", "rowheader"));
  }
  // These say what they do in words, which another name for them would hide.
  for (const named of document.querySelectorAll("summary[aria-label], button.search-button-field")) {
    named.removeAttribute("aria-label");
  }
  const bar = document.getElementById("pst-primary-sidebar");
  bar?.setAttribute("role", "navigation");
  bar?.setAttribute("aria-label", "The book");
  const sheet = document.documentElement.dataset; // paper is white, and nothing on it can be unfolded
  const answers = () => document.querySelectorAll(".bd-article details.sd-dropdown:not([open])");
  addEventListener("beforeprint", () => {
    if (sheet.screen) return; // said twice
    sheet.screen = sheet.theme;
    sheet.theme = "light";
    answers().forEach((box) => { box.open = box.dataset.printed = true; });
  });
  addEventListener("afterprint", () => {
    if (!sheet.screen) return;
    sheet.theme = sheet.screen;
    delete sheet.screen;
    document.querySelectorAll("details[data-printed]").forEach((box) => {
      box.open = false;
      delete box.dataset.printed;
    });
  });
  addEventListener("load", () => {
    (window.MathJax?.startup?.promise ?? Promise.resolve()).then(reach);
    addEventListener("resize", reach);
  });
})();
