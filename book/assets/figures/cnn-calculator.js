/* The calculator: any convolution of one to three axes, its sizes and costs, its windows, and the calls that make it.
   What is typed is kept as text, goes into the page's address, and comes back out of it. */
"use strict";

(() => {
  const { AXES, make, range } = cnn;
  const { PER_AXIS, WHOLE, SWITCHES, WORDS, LABELS, Typed, compute, address, fromAddress, fromPairs, calls, strip, plane,
    places, summary, facts, reads, many, minus } = cnn.calculator;
  const KNOWN = ["axes", ...Object.keys({ ...PER_AXIS, ...WHOLE, ...SWITCHES })];
  const HINT = "Click a cell, move a slider, or focus the drawing and press the arrow keys (Page Up and Page Down for " +
    "slices).";
  let figures = 0;

  const escaped = (text) => make("i", {}, text).innerHTML;

  customElements.define("cnn-calculator", class extends Typed {
    connectedCallback() {
      if (this.stage) return; // moved in the page, not new
      this.name = `cnn-calculator-${(figures += 1)}`;
      this.owner = document.querySelector("cnn-calculator") === this; // of the page's address
      const given = KNOWN.filter((name) => this.hasAttribute(name));
      this.values = fromPairs(given.map((name) => [name, this.getAttribute(name)]));
      this.build();
      if (this.owner) {
        addEventListener("hashchange", () => this.restore());
        this.restore();
      }
      if (this.hasAttribute("embed")) this.alone();
      this.fill();
      this.update();
    }

    // the address

    /** Take what the address says, if it says something and not what stands here already. */
    restore() {
      const { hash } = location;
      if (!hash.includes("=") || hash.slice(1) === this.address) return;
      this.values = fromAddress(hash);
      if (new URLSearchParams(hash.slice(1)).get("embed") === "1") this.alone();
      if (this.shape) {
        this.fill();
        this.update();
      }
    }

    get address() {
      return `${address(this.values)}${this.embedded ? "&embed=1" : ""}`;
    }

    link(embed = false) {
      return `${location.href.split("#")[0]}#${address(this.values)}${embed ? "&embed=1" : ""}`;
    }

    /** Nothing else on the page. */
    alone() {
      this.embedded = true;
      document.body.append(this);
      document.documentElement.classList.add("cnn-embedded");
    }

    remember() {
      if (!this.owner) return;
      try {
        history.replaceState(null, "", `#${this.address}`);
      } catch {
        location.replace(`#${this.address}`); // where a page from a folder may not write its history
      }
    }

    // the parts

    build() {
      const box = (className, ...children) => make("div", { class: className }, ...children);
      const words = Object.fromEntries(WORDS.map((word) => [word, `"${word}"`]));
      const names = { 1: "1, a signal", 2: "2, a picture", 3: "3, a volume" };
      const labelled = (text, node) => make("label", { class: "cnn-control" }, make("span", {}, text), node);
      this.table = box("cnn-calculator-axes");
      this.whole = box("cnn-controls", labelled("axes", this.chosen("axes", names)),
        labelled("padding", this.chosen("mode", { cells: "cells, per axis", ...words })),
        ...Object.keys(WHOLE).map((name) => labelled(LABELS[name], this.typed(name))),
        ...Object.keys(SWITCHES).map((name) => this.switched(name)));
      this.spoken = make("div", { class: "cnn-spoken", role: "status", "aria-live": "polite", id: `${this.name}-said` });
      this.stage = make("div", { class: "cnn-stage", tabindex: 0, role: "group", "aria-label": "windows",
        "aria-describedby": `${this.name}-hint` });
      this.stage.addEventListener("keydown", (event) => this.arrow(event));
      for (const kind of ["pointerdown", "pointermove"])
        this.stage.addEventListener(kind, (event) => (kind === "pointerdown" || event.buttons) && this.pick(event));
      this.sliders = box("cnn-controls cnn-places");
      this.window = make("div", { class: "cnn-window", role: "status", "aria-live": "polite" });
      this.results = make("dl", { class: "cnn-results" });
      this.address_ = make("input", { type: "text", readonly: "", "aria-label": "link to this state" });
      this.told = make("span", { role: "status", "aria-live": "polite" });
      const copy = (text, what) => () => this.copy(text(), what);
      this.frame = make("pre", { tabindex: 0 }, make("code"));
      this.hint = make("p", { class: "cnn-hint", id: `${this.name}-hint` }, HINT);
      this.same = make("p", { class: "cnn-part" }, "The same layer in");
      this.calls = box("cnn-calls");
      const embed = make("details", {}, make("summary", {}, "Embed it in a page of your own"), this.frame,
        this.button("Copy frame", copy(() => this.frame.textContent, () => this.frame)));
      const caption = make("figcaption", {}, ...this.childNodes, this.getAttribute("caption") ?? "");
      this.append(make("figure", { class: "cnn-figure cnn-calculator", "aria-labelledby": `${this.name}-title` },
        make("p", { class: "cnn-title", id: `${this.name}-title` }, "Convolution calculator"),
        this.table, this.whole, this.spoken, this.stage,
        this.hint, this.sliders, this.window, this.results,
        box("cnn-share", this.button("Copy link", copy(() => this.link(), () => this.address_)), this.address_,
          this.told),
        embed, this.same, this.calls, caption));
    }

    update() {
      const it = compute(this.values);
      const { problem } = it;
      this.sliding = { out: problem ? range(this.values.axes).map(() => 0) : it.rows.map(({ count }) => count), problem };
      this.settle();
      this.seen.clear(); // nothing here fills in
      this.mark(it);
      this.show(this.spoken, problem ? `<span class="cnn-verdict cnn-no">Refused: ${escaped(problem)}.</span>`
        : summary(it));
      for (const part of [this.stage, this.hint, this.sliders, this.window, this.results, this.same, this.calls])
        part.hidden = Boolean(problem);
      this.state = { here: this.here, out: this.shape, address: address(this.values), ...it };
      this.address_.value = this.link();
      this.frame.firstChild.textContent = `<iframe src="${this.link(true).replaceAll("&", "&amp;")}"
  title="Convolution calculator" width="100%" height="1100"></iframe>`;
      this.told.textContent = "";
      if (problem) return;
      this.slide(it);
      this.draw(it);
      this.show(this.results, facts(it));
      this.write(calls(it));
    }

    show(node, html) {
      node.shown ??= "";
      if (node.shown !== html) node.innerHTML = node.shown = html; // what is unchanged is not read out again
    }

    slide(it) {
      if (this.sliders.children.length !== it.axes) {
        this.sliders.replaceChildren(...AXES[it.axes].map((name, a) => {
          const input = make("input", { type: "range", min: 0 });
          input.addEventListener("input", () => this.go(this.here.map((o, b) => (b === a ? Number(input.value) : o))));
          return make("label", { class: "cnn-control" }, make("span", {}, "", make("b")), input);
        }));
      }
      [...this.sliders.children].forEach((label, a) => {
        const [words, input] = label.children;
        const name = `${it.transposed ? "copy" : "window"}, ${AXES[it.axes][a]} `;
        words.replaceChildren(name, make("b", {}, String(this.here[a])));
        Object.assign(input, { max: Math.max(this.shape[a] - 1, 0), disabled: this.shape[a] < 2, value: this.here[a] });
      });
    }

    draw(it) {
      const { transposed, rows, axes } = it;
      const [row, piece, pieces, outside] = transposed ? ["output", "copy", "copies", "cut off"]
        : ["input", "window", "windows", "of padding"];
      const [hue, other] = transposed ? ["output", "input"] : ["input", "output"];
      const items = [];
      this.planes = [];
      if (axes > 1) {
        const [down, along] = rows.slice(-2);
        const here = this.here.slice(-2);
        const slice = axes > 2 ? `, rows and columns` : "";
        const first = plane(down, along, here, hue,
          `${row}${slice}: ${down.cells} by ${along.cells}, the chosen ${piece} lit`);
        const second = places(down.count, along.count, here, other,
          `${other}${slice}: ${down.count} by ${along.count}, chosen ${here.join(", ")}`);
        this.planes = [{ ...first, rows_: [down, along] }, { ...second, rows_: null }];
        const titled = (n, colour, { html }) => `<div class="cnn-plane" data-plane="${n}">
          <div class="cnn-grid-title cnn-${colour}"><b>${colour}</b>${slice}</div>${html}</div>`;
        items.push(titled(0, hue, first), titled(1, other, second));
      }
      this.strips = rows.map((axis, a) => strip(axis, this.here[a], hue,
        `${AXES[axes][a]}: ${axis.cells} cells, ${axis.before} and ${axis.after} ${outside}, ${axis.count} ${pieces}`));
      this.strips.forEach((drawn, a) => {
        const { cells, before, after, count } = rows[a];
        const rim = before || after ? `, ${before} + ${after} ${outside}` : "";
        const part = drawn.high - drawn.low < before + cells + after
          ? `; drawn: ${minus(drawn.low - before)} to ${minus(drawn.high - 1 - before)}` : "";
        const nearest = drawn.crowded ? "; drawn: the nearest to the chosen one" : "";
        items.push(`<div class="cnn-strip" data-axis="${a}"><div class="cnn-grid-title cnn-${hue}">
          <b>${AXES[axes][a]}</b>: ${many(cells)} cells${rim}${part};
          <span class="cnn-kernel"><b>${many(count)} ${count === 1 ? piece : pieces}</b></span>${nearest}</div>
          ${drawn.html}</div>`);
      });
      this.stage.innerHTML = items.join("");
      this.show(this.window, rows.map((axis, a) => reads(it, axis, a, this.here[a])).join(""));
    }

    /** The window under the pointer. */
    pick(event) {
      const drawing = event.target.closest?.("svg");
      const holder = drawing?.closest("[data-plane], [data-axis]");
      if (!holder) return;
      const box = drawing.getBoundingClientRect();
      const { width, height } = drawing.viewBox.baseVal;
      const within = (value, count) => Math.min(Math.max(value, 0), count - 1);
      const place = (share, span, count, low) =>
        low + within(Math.floor((share * span - 2) / (span - 4) * count), count); // 2 units of margin on each side
      const [right, down] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
      const nearest = ({ s, extent, count }, j) => within(Math.round((j - (extent - 1) / 2) / s), count);
      const { rows } = this.state;
      const here = [...this.here];
      if (holder.dataset.axis !== undefined) {
        const a = Number(holder.dataset.axis);
        const mine = event.target.closest("[data-window]");
        const { low, high } = this.strips[a];
        here[a] = mine ? Number(mine.dataset.window) : nearest(rows[a], place(right, width, high - low, low));
      } else {
        const { top, left, rows: m, columns: n, rows_ } = this.planes[Number(holder.dataset.plane)];
        const [i, j] = [place(down, height, m, top), place(right, width, n, left)];
        here.splice(-2, 2, ...(rows_ ? [nearest(rows_[0], i), nearest(rows_[1], j)] : [i, j]));
      }
      if (String(here) !== String(this.here)) this.go(here);
    }

    // calls

    write(libraries) {
      if (!this.calls.children.length) {
        this.calls.append(...libraries.map(({ name }, n) => {
          const pre = make("pre", { tabindex: 0, "aria-label": `call of ${name}` }, make("code"));
          const node = make("details", n === 0 ? { open: "" } : {}, make("summary", {}, name), pre,
            make("div", { class: "cnn-notes" }), this.button("Copy code", () => this.copy(pre.textContent, () => pre)));
          node.dataset.library = name;
          return node;
        }));
      }
      libraries.forEach(({ code, notes }, n) => {
        const [, pre, said, button] = this.calls.children[n].children;
        pre.firstChild.textContent = code;
        pre.hidden = button.hidden = !code;
        said.replaceChildren(...notes.map((note) => make("p", {}, note)));
      });
      this.state.calls = Object.fromEntries(libraries.map(({ name, code }) => [name, code]));
    }

    async copy(text, where) {
      try {
        await navigator.clipboard.writeText(text);
        this.told.textContent = "Copied.";
      } catch {
        const node = where();
        if (node.select) node.select();
        else getSelection().selectAllChildren(node);
        this.told.textContent = "Selected: copy it with Ctrl+C.";
      }
    }
  });
})();
