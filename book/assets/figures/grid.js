/* Arrays as cells with their numbers in: `Grid` draws one, `Editor` lets its entries be typed, `Words` stands
   between them. Each has a `node` and shows a plain description; the same description again changes nothing. */
"use strict";

(() => {
  const { range, ndindex, flat, at, number, make } = cnn;
  const CELL = 44;

  /** Leading axes become panels, the last two (or the only one) rows and columns. */
  const layout = (shape) => ({
    leads: ndindex(shape.slice(0, -2)),
    rows: shape.length > 1 ? shape.at(-2) : 1,
    columns: shape.at(-1),
    index: (lead, row, column) => (shape.length > 1 ? [...lead, row, column] : [column]),
  });

  const heading = (spec, lead) => (lead.length ? `${spec.lead} ${lead.join(", ")}` : "");

  /** Title above, panels below: what a drawn and a typed grid have in common. */
  class Part {
    constructor() {
      this.title = make("div", { class: "cnn-grid-title" });
      this.box = make("div", { class: "cnn-panels" });
      this.node = make("div", {}, this.title, this.box);
      this.panels = [];
    }

    show(spec) {
      this.spec = spec;
      const { leads } = (this.layout = layout(spec.array.shape));
      this.node.className = `cnn-grid cnn-${spec.hue ?? "plain"}${leads.length > 1 ? " cnn-many" : ""}`;
      this.title.innerHTML = spec.title;
      while (this.panels.length > leads.length) this.panels.pop().node.remove();
      leads.forEach((lead, p) => {
        if (!this.panels[p]) this.box.append((this.panels[p] = this.panel()).node);
        this.panels[p].lead = lead;
        this.panels[p].name.textContent = heading(spec, lead);
        this.fill(this.panels[p], lead);
      });
    }
  }

  /** spec: array, hue, title; mark(index) -> {text, corner, in, chosen, pad, blank, wrong, faint, absent};
      pick(index); frame: outline the cells that are `in`; offset and columns place the cells in a wider row;
      shade: the largest size, for pictures. */
  class Grid extends Part {
    constructor() {
      super();
      this.box.addEventListener("pointerdown", (event) => this.pick(event));
      this.box.addEventListener("pointermove", (event) => event.buttons && this.pick(event));
    }

    panel() {
      const [cells, frame] = [make("g", { class: "cnn-cells" }), make("rect", { class: "cnn-frame", rx: 5 })];
      const [svg, name] = [make("svg", { role: "img" }, cells, frame), make("div", { class: "cnn-lead" })];
      return { node: make("div", { class: "cnn-panel" }, name, svg), svg, name, cells, frame };
    }

    fill({ svg, cells, frame }, lead) {
      const { spec, layout: { rows, columns, index } } = this;
      const [width, height] = [(spec.columns ?? columns) * CELL, rows * CELL];
      const marks = ndindex([rows, columns]).map(([row, column]) => {
        const i = index(lead, row, column);
        const mark = { text: number(at(spec.array, i)), ...spec.mark?.(i) };
        return { row, column, value: at(spec.array, i), ...mark };
      });
      svg.setAttribute("viewBox", `-3 -3 ${width + 6} ${height + 6}`);
      svg.style.width = `${((width + 6) * (spec.cell ?? CELL)) / CELL}px`;
      svg.classList.toggle("cnn-pickable", Boolean(spec.pick));
      svg.setAttribute("aria-label", this.describe(marks, lead));
      cells.style.transform = `translate(${(spec.offset ?? 0) * CELL}px, 0)`;
      cells.innerHTML = marks.map((mark) => this.cell(mark)).join("");
      this.outline(frame, marks.filter((mark) => mark.in));
    }

    cell({ row, column, value, text, corner, ...flags }) {
      if (flags.absent) return "";
      const names = ["in", "chosen", "pad", "blank", "wrong", "faint"].filter((name) => flags[name]);
      if (value < 0 && this.spec.shade) names.push("negative");
      const level = this.spec.shade ? ` style="--level: ${Math.min(Math.abs(value) / this.spec.shade, 1)}"` : "";
      const fit = (words, most) => Math.min(most, 37 / (0.62 * words.length));
      const square = `x="1.5" y="1.5" width="41" height="41" rx="4"`;
      const words = (kind, y, most, shown) =>
        `<text class="${kind}" x="22" y="${y}" font-size="${fit(shown, most)}">${shown}</text>`;
      return `<g class="cnn-cell ${names.join(" ")}" transform="translate(${column * CELL} ${row * CELL})">
        <rect class="cnn-paper" ${square}/><rect class="cnn-tint" ${square}${level}/>
        ${flags.pad ? `<path d="M2 14L14 2M2 28L28 2M3 41L41 3M16 42L42 16M30 42L42 30"/>` : ""}
        ${flags.blank ? "" : words("cnn-number", corner ? 17.5 : 22.5, 18, text)}
        ${corner ? words("cnn-corner", 34, 12.5, corner) : ""}</g>`;
    }

    /** The frame around the block that is read; it glides from place to place. */
    outline(frame, block) {
      frame.style.visibility = block.length && this.spec.frame ? "visible" : "hidden";
      if (!block.length) return;
      const [rows, columns] = [block.map(({ row }) => row), block.map(({ column }) => column)];
      const [top, left] = [Math.min(...rows), Math.min(...columns) + (this.spec.offset ?? 0)];
      frame.style.transform = `translate(${left * CELL}px, ${top * CELL}px)`;
      frame.setAttribute("width", (Math.max(...columns) - Math.min(...columns) + 1) * CELL);
      frame.setAttribute("height", (Math.max(...rows) - top + 1) * CELL);
    }

    describe(marks, lead) {
      const { columns, rows } = this.layout;
      const read = (text) => text.replace("−", "minus ");
      const words = marks.map(({ text, blank, absent }) => (blank || absent ? "empty" : read(text)));
      const lines = range(rows).map((row) => words.slice(row * columns, (row + 1) * columns).join(", "));
      const names = [this.title.textContent, heading(this.spec, lead)].filter(Boolean);
      return `${names.join(", ")}: ${lines.join("; ")}`;
    }

    /** The cell under the pointer, or the nearest one while the pointer is held. */
    pick(event) {
      const panel = this.panels.find(({ svg }) => svg.contains(event.target));
      if (!panel || !this.spec.pick) return;
      if (event.type === "pointerdown") panel.svg.setPointerCapture(event.pointerId);
      const { rows, columns, index } = this.layout;
      const [box, wide] = [panel.svg.getBoundingClientRect(), this.spec.columns ?? columns];
      const cell = (distance, span, cells) => Math.floor((distance / span) * (cells * CELL + 6) / CELL - 3 / CELL);
      const row = cell(event.clientY - box.top, box.height, rows);
      const column = cell(event.clientX - box.left, box.width, wide) - (this.spec.offset ?? 0);
      this.spec.pick(index(panel.lead, Math.min(Math.max(row, 0), rows - 1), column));
    }
  }

  /** spec: array, hue, title, name; edit(index, value) is told of every number typed; cell: the cells' size. */
  class Editor extends Part {
    panel() {
      const [cells, name] = [make("div", { class: "cnn-editor" }), make("div", { class: "cnn-lead" })];
      return { node: make("div", { class: "cnn-panel" }, name, cells), cells, name };
    }

    fill({ cells }, lead) {
      const { spec: { array, name, cell = CELL }, layout: { rows, columns, index } } = this;
      cells.style.setProperty("--cell", `${cell}px`);
      const places = ndindex([rows, columns]).map(([row, column]) => index(lead, row, column));
      if (cells.dataset.places !== String(places)) {
        cells.dataset.places = String(places);
        cells.style.setProperty("--columns", columns);
        cells.replaceChildren(...places.map((i) => {
          const label = `${name}[${i.join(", ")}]`;
          const input = make("input", { type: "number", step: "any", "aria-label": label });
          input.addEventListener("input", () => this.spec.edit(i, Number(input.value)));
          return input;
        }));
      }
      [...cells.children].forEach((input, n) => {
        const value = array.data[flat(places[n], array.shape)];
        if (input !== document.activeElement || Number(input.value) !== value) input.value = value;
      });
    }
  }

  /** spec: html, className; scroll: the name of a box that scrolls by itself. */
  class Words {
    constructor() {
      this.node = make("div");
    }

    show({ html, className = "cnn-sign", scroll }) {
      this.node.className = className;
      if (this.node.innerHTML !== html) this.node.innerHTML = html;
      if (!scroll) return;
      for (const [name, value] of Object.entries({ tabindex: 0, role: "region", "aria-label": scroll }))
        this.node.setAttribute(name, value);
    }
  }

  cnn.part = (spec) => new (spec.edit ? Editor : spec.array ? Grid : Words)();
})();
