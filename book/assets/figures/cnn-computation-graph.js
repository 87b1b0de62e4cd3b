/* Chapter 2: a net of nine numbers as a graph. Turn a weight, and numbers flow down, gradients up. */
"use strict";

(() => {
  const { Figure, make, range } = cnn;

  const X = [1, 2];
  const START = [3, -1, 1, 1, 1, 1, 2, -1, 1]; // weight_1 row by row, bias_1, weight_2, bias_2
  const NAMES = ["weight_1[0, 0]", "weight_1[0, 1]", "weight_1[1, 0]", "weight_1[1, 1]", "bias_1[0]", "bias_1[1]",
    "weight_2[0, 0]", "weight_2[0, 1]", "bias_2[0]"];
  const RATE = 0.01;

  const sigmoid = (a) => 1 / (1 + Math.exp(-a));
  const KINDS = { // the activation, and its slope
    relu: [(a) => Math.max(a, 0), (a) => (a > 0 ? 1 : 0)],
    sigmoid: [sigmoid, (a) => sigmoid(a) * sigmoid(-a)],
    tanh: [Math.tanh, (a) => 1 - Math.tanh(a) ** 2],
    none: [(a) => a, () => 1],
  };

  /** Forward, then backward: every number of the net and its gradient. */
  const run = (weights, target, kind) => {
    const [f, slope] = KINDS[kind];
    const [w1, b1, w2, b2] = [weights.slice(0, 4), weights.slice(4, 6), weights.slice(6, 8), weights[8]];
    const a = [0, 1].map((j) => w1[2 * j] * X[0] + w1[2 * j + 1] * X[1] + b1[j]);
    const h = a.map(f);
    const y = w2[0] * h[0] + w2[1] * h[1] + b2;
    const dy = y - target;
    const dh = w2.map((w) => dy * w);
    const slopes = a.map(slope);
    const da = dh.map((d, j) => d * slopes[j]);
    const dx = [0, 1].map((d) => da[0] * w1[d] + da[1] * w1[2 + d]);
    const dweights = [da[0] * X[0], da[0] * X[1], da[1] * X[0], da[1] * X[1], ...da, dy * h[0], dy * h[1], dy];
    return { x: X, a, h, y, loss: 0.5 * dy * dy, dy, dh, da, dx, slopes, dweights };
  };

  const short = (value) => {
    const digits = Math.abs(value) < 10 ? 1000 : Math.abs(value) < 100 ? 100 : 10;
    return String(Math.round(value * digits) / digits || 0).replace("-", "−");
  };
  const factor = (value) => (short(value).startsWith("−") ? `(${short(value)})` : short(value));

  // where things stand: the middle of a box's upper edge
  const WIDE = 52, HIGH = 25, LEFT = 102, RIGHT = 278, MIDDLE = 190;
  const ROWS = { x: 4, w1: 94, a: 192, h: 280, w2: 368, y: 462, loss: 550 };
  const WEIGHTS = [[LEFT, ROWS.w1], [RIGHT - 58, ROWS.w1], [LEFT + 58, ROWS.w1], [RIGHT, ROWS.w1], [28, ROWS.a],
    [352, ROWS.a], [LEFT, ROWS.w2], [RIGHT, ROWS.w2], [310, ROWS.y]];
  const COLUMNS = [LEFT, RIGHT];

  customElements.define("cnn-computation-graph", class extends Figure {
    static heading = "Turn a weight, and watch everything follow";
    static hint = "Click a yellow box, or focus the graph: arrows left and right choose a weight, up and down turn it.";
    static resets = [];

    fields() {
      return [
        { name: "weight", label: "chosen weight", min: -5, max: 5, value: 0 },
        { name: "target", label: "target", min: -5, max: 5, value: 4 },
        { name: "activation", label: "activation", value: "relu",
          options: { relu: "relu", sigmoid: "sigmoid", tanh: "tanh", none: "none" } },
      ];
    }

    /** At the start: the chapter's weights, or those that the page asks for. */
    reset() {
      const given = this.getAttribute("weights");
      this.weights = given ? given.trim().split(/[\s,]+/).map(Number) : [...START];
      this.here = [Number(this.getAttribute("place") ?? 0)];
      if (this.hasAttribute("weight")) this.weights[this.here[0]] = this.values.weight;
      if (this.listens) return;
      this.listens = true;
      this.controls.weight.input.step = 0.1;
      this.stage.setAttribute("aria-label", "graph of the net");
      this.stage.addEventListener("pointerdown", ({ target }) => {
        const box = target.closest("[data-weight]");
        if (box) this.go([Number(box.dataset.weight)]);
      });
    }

    /** The places to visit are the nine weights. */
    slide() {
      return { out: [START.length], problem: "" };
    }

    set(name, value) {
      if (name === "weight") this.weights[this.here[0]] = value;
      super.set(name, value);
    }

    update() {
      super.update();
      const value = Math.round(this.weights[this.here[0]] * 1000) / 1000;
      this.values.weight = value;
      this.controls.weight.set(value);
    }

    buttons() {
      const button = (text, press) => {
        const node = make("button", { type: "button", class: "cnn-button" }, text);
        node.addEventListener("click", press);
        return node;
      };
      return [button(`Step: w − ${RATE}·dw`, () => this.step()), button("Start again", () => this.restart())];
    }

    step() {
      const { dweights } = this.numbers;
      this.weights = this.weights.map((w, n) => w - RATE * dweights[n]);
      this.update();
    }

    restart() {
      const { here } = this;
      this.reset();
      this.here = here;
      this.update();
    }

    arrow(event) {
      const by = { ArrowUp: 0.5, ArrowDown: -0.5 }[event.key];
      if (event.target !== this.stage || !by) return super.arrow(event);
      event.preventDefault();
      this.set("weight", Math.min(Math.max(this.weights[this.here[0]] + by, -5), 5));
    }

    slidePlaces() {
      super.slidePlaces();
      this.places.querySelector("span").firstChild.data = "which weight";
    }

    /** Two boxes, a number above its gradient. */
    boxes([x, y], text, gradient, hue, { chosen, weight } = {}) {
      const box = (top, words, colour, names = "") => `<g class="cnn-cell cnn-${colour} ${names}"
        transform="translate(${x - WIDE / 2} ${y + top})">
        <rect class="cnn-paper" width="${WIDE}" height="${HIGH}" rx="4"/><rect class="cnn-tint" width="${WIDE}"
        height="${HIGH}" rx="4"/><text class="cnn-number" x="${WIDE / 2}" y="${HIGH / 2 + 0.5}"
        font-size="${Math.min(16, (WIDE - 6) / (0.6 * words.length))}">${words}</text></g>`;
      const below = gradient === undefined ? "" : box(HIGH + 1, short(gradient), "gradient");
      const data = weight === undefined ? "" : ` data-weight="${weight}" style="cursor: pointer"`;
      return `<g${data}>${below}${box(0, text, hue, chosen ? "chosen" : "")}</g>`;
    }

    /** A link; bold where the chosen weight acts through it, dotted where its slope is 0. */
    link([x0, y0], [x1, y1], on, slope) {
      const look = `stroke: var(--cnn-${on ? "kernel" : "faint"}); stroke-width: ${on ? 4 : 1.3};
        ${slope === 0 ? "stroke-dasharray: 2 5" : ""}`;
      return `<line x1="${x0}" y1="${y0}" x2="${x1}" y2="${y1}" style="${look}"/>`;
    }

    /** All links; a unit's weight acts through its unit only, what lies above the output through both or none. */
    links({ slopes }) {
      const { weights, here: [n] } = this;
      const unit = [0, 0, 1, 1, 0, 1][n] ?? -1;
      const under = (row) => ROWS[row] + 2 * HIGH;
      const draw = [];
      for (const j of [0, 1]) {
        for (const d of [0, 1]) {
          const w = 2 * j + d;
          const [x, y] = WEIGHTS[w];
          draw.push(this.link([COLUMNS[d], under("x")], [x, y], false, 1));
          draw.push(this.link([x, y + 2 * HIGH], [COLUMNS[j], ROWS.a], n === w, weights[w]));
        }
        const on = unit === j;
        draw.push(this.link([WEIGHTS[4 + j][0], ROWS.a + HIGH / 2], [COLUMNS[j], ROWS.a + HIGH / 2], n === 4 + j, 1));
        draw.push(this.link([COLUMNS[j], under("a")], [COLUMNS[j], ROWS.h], on, slopes[j]));
        draw.push(this.link([COLUMNS[j], under("h")], [COLUMNS[j], ROWS.w2], on, 1));
        draw.push(this.link([COLUMNS[j], under("w2")], [MIDDLE, ROWS.y], on || n === 6 + j, weights[6 + j]));
      }
      draw.push(this.link([WEIGHTS[8][0], ROWS.y + HIGH / 2], [MIDDLE, ROWS.y + HIGH / 2], n === 8, 1));
      draw.push(this.link([MIDDLE, under("y")], [MIDDLE, ROWS.loss], true, 1));
      return draw.join("");
    }

    draw(numbers) {
      const { x, a, h, y, loss, dx, da, dh, dy, slopes, dweights } = numbers;
      const { weights, here: [n], values } = this;
      const word = (left, top, text, anchor = "end") => `<text x="${left}" y="${top}" font-size="13"
        text-anchor="${anchor}" style="fill: var(--cnn-faint)">${text}</text>`;
      const sides = [[-1, "end"], [1, "start"]];
      const named = (row, name) => sides.map(([side, anchor], j) =>
        word(COLUMNS[j] + side * (WIDE / 2 + 6), ROWS[row] + 17, `${name}[${j}]`, anchor)).join("");
      const pair = (row, forward, backward, hue) => COLUMNS.map((column, j) =>
        this.boxes([column, ROWS[row]], short(forward[j]), backward[j], hue)).join("");
      const sign = (w) => ([4, 5, 8].includes(w) ? (weights[w] < 0 ? "" : "+") : "×") + short(weights[w]);
      const typed = range(weights.length).map((w) => this.boxes(WEIGHTS[w], sign(w), dweights[w], "kernel",
        { chosen: w === n, weight: w })).join("");
      const slope = slopes.map((s, j) => word(COLUMNS[j] + sides[j][0] * 8, ROWS.h - 14, `slope ${short(s)}`,
        sides[j][1])).join("");
      const read = (name, value, gradient) => `${name} ${short(value)}, gradient ${short(gradient)}`;
      const label = [
        ...x.map((value, d) => read(`x[${d}]`, value, dx[d])), ...weights.map((w, k) => read(NAMES[k], w, dweights[k])),
        ...a.map((value, j) => read(`a[${j}]`, value, da[j])), ...h.map((value, j) => read(`h[${j}]`, value, dh[j])),
        read("y", y, dy), `loss ${short(loss)}`].join("; ").replaceAll("−", "minus ");
      return `<svg role="img" viewBox="0 0 380 580" style="width: min(100%, 26rem); height: auto; margin-inline: auto"
        aria-label="The net as a graph: ${label}">${this.links(numbers)}
        ${named("x", "x")}${named("h", "h")}${slope}
        ${word(LEFT + 30, ROWS.a - 8 + HIGH + 25, "a[0]", "start")}${word(RIGHT - 30, ROWS.a - 8 + HIGH + 25, "a[1]")}
        ${word(MIDDLE - WIDE / 2 - 6, ROWS.y + 17, "y")}
        ${word(MIDDLE - WIDE / 2 - 6, ROWS.loss + 17, `½(y − ${factor(values.target)})² = L`)}
        ${pair("x", x, dx, "input")}${pair("a", a, da, "output")}${pair("h", h, dh, "output")}${typed}
        ${this.boxes([MIDDLE, ROWS.y], short(y), dy, "output")}
        ${this.boxes([MIDDLE, ROWS.loss], short(loss), undefined, "output")}</svg>`;
    }

    /** The gradient of the chosen weight as a product of two. */
    say({ x, h, da, dy, loss, dweights }) {
      const [n] = this.here;
      const unit = [0, 0, 1, 1, 0, 1][n];
      const [up, name] = n < 6 ? [da[unit], `da[${unit}]`] : [dy, "dy"];
      const [seen, from] = n < 4 ? [x[n % 2], `·x[${n % 2}]`] : n === 6 || n === 7 ? [h[n - 6], `·h[${n - 6}]`] : [1, ""];
      const product = from ? ` = ${factor(up)}·${factor(seen)}` : "";
      const way = dweights[n] > 0 ? "Lower" : "Raise";
      const advice = Math.abs(dweights[n]) < 5e-4 ? "Turning it a little changes nothing."
        : `${way} it by 0.01, and the loss falls by about ${short(Math.abs(dweights[n]) / 100)}.`;
      return `<span class="cnn-line">${NAMES[n]} = <b>${short(this.weights[n])}</b>; its gradient is
        <span>${name}${from}${product}</span> = <b>${short(dweights[n])}</b>.</span>
        <span class="cnn-line">The loss is <b>${short(loss)}</b>. ${advice}</span>`;
    }

    view() {
      const { weights, values } = this;
      const numbers = (this.numbers = run(weights, values.target, values.activation));
      return {
        stage: [{ key: "graph", className: "cnn-panel", html: this.draw(numbers) }],
        say: this.say(numbers),
        state: { ...numbers, weights, ...values, weight: weights[this.here[0]], name: NAMES[this.here[0]] },
      };
    }
  });
})();
