/* Chapter 3: how wrong is a measured slope? Forward, central and complex steps; what if there are 7 digits only? */
"use strict";

(() => {
  const { Figure, Sliding, range } = cnn;

  const STEPS = [...range(16).flatMap((n) => [1, 2, 5].map((digit) => Number(`${digit}e-${16 - n}`))), 1];
  const ROUND = { float64: (value) => value, float32: Math.fround };
  const KINK = 2 ** -10; // how far from its kink the relu is looked at

  /* Each function on complex numbers [re, im], rounded after every operation; a real one has im = 0. */
  const times = ([a, b], [c, d], r) => [r(r(a * c) - r(b * d)), r(r(a * d) + r(b * c))];
  const exp = ([a, b], r) => [r(Math.exp(a) * Math.cos(b)), r(Math.exp(a) * Math.sin(b))];
  const sin = ([a, b], r) => [r(Math.sin(a) * Math.cosh(b)), r(Math.cos(a) * Math.sinh(b))];
  const FUNCTIONS = {
    wave: { label: "eˣ sin x at 1", x: 1, slope: Math.E * (Math.sin(1) + Math.cos(1)),
      of: (z, r) => times(exp(z, r), sin(z, r), r) },
    cube: { label: "x³ at 1.9", x: 1.9, slope: 10.83, of: (z, r) => times(times(z, z, r), z, r) },
    line: { label: "3x at 0.7", x: 0.7, slope: 3, of: ([a, b], r) => [r(3 * a), r(3 * b)] },
    relu: { label: "relu just beside 0", x: KINK, slope: 1, of: ([a, b]) => (a > 0 ? [a, b] : [0, 0]) },
  };
  const METHODS = [ // name, hue, marker
    ["forward", "input", (x, y) => `<circle cx="${x}" cy="${y}" r="2.8"/>`],
    ["central", "output", (x, y) => `<rect x="${x - 2.5}" y="${y - 2.5}" width="5" height="5"/>`],
    ["complex", "gradient", (x, y) => `<path d="M${x} ${y - 3.4}l3.5 6h-7z"/>`],
  ];
  const WORDS = { forward: "forward", central: "central", complex: "complex step" };

  /** The three slopes at one step; NaN where the step is rounded away beside x. */
  const measure = ({ x: place, of }, h, r) => {
    const [x, step] = [r(place), r(h)];
    const real = (value) => of([value, 0], r)[0];
    const [ahead, behind] = [r(x + step), r(x - step)];
    return {
      forward: r(r(real(ahead) - real(x)) / r(ahead - x)),
      central: r(r(real(ahead) - real(behind)) / r(ahead - behind)),
      complex: r(of([x, step], r)[1] / step),
    };
  };

  const apart = (a, b) => (a === b ? 0 : Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b)));

  const power = (value) => {
    const [digits, exponent] = value.toExponential(0).split("e").map(Number);
    const raised = String(exponent).replace(/./g, (c) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[c] ?? "⁻");
    return Math.abs(exponent) < 2 ? String(Number(value.toPrecision(1))) : `${digits}·10${raised}`;
  };

  const [LEFT, TOP, WIDE, HIGH, DECADES, DEEPEST] = [46, 12, 400, 270, 16, 18];
  const across = (n) => LEFT + (n / (STEPS.length - 1)) * WIDE;
  const down = (error) => TOP + (Math.min(Math.max(-Math.log10(error), 0), DEEPEST) / DEEPEST) * HIGH;

  customElements.define("cnn-v-curve", class extends Figure {
    static heading = "The V-curve: which step is best?";
    static hint = "Drag across the chart, or focus it and press the arrow keys: right is a longer step.";
    static fills = false;
    static resets = [];

    fields() {
      const options = Object.fromEntries(Object.entries(FUNCTIONS).map(([name, { label }]) => [name, label]));
      return [
        { name: "function", label: "function", value: "wave", options },
        { name: "dtype", label: "precision", value: "float64",
          options: { float64: "float64, 16 digits", float32: "float32, 7 digits" } },
      ];
    }

    connectedCallback() {
      if (this.stage) return;
      this.here = [Number(this.getAttribute("step") ?? 0)]; // at first the smallest step, which is not the best
      super.connectedCallback();
      this.stage.setAttribute("aria-label", "errors over steps");
      const follow = (event) => {
        const chart = event.target.closest?.("svg");
        if (!chart) return;
        const box = chart.getBoundingClientRect();
        const at = (((event.clientX - box.left) / box.width) * (LEFT + WIDE + 12) - LEFT) / WIDE;
        this.go([Math.min(Math.max(Math.round(at * (STEPS.length - 1)), 0), STEPS.length - 1)]);
      };
      this.stage.addEventListener("pointerdown", follow);
      this.stage.addEventListener("pointermove", (event) => event.buttons && follow(event));
    }

    reset() {}

    /** The places are the steps, so that walking goes from step to step. */
    slide() {
      return new Sliding([STEPS.length], [1]);
    }

    slidePlaces() {
      super.slidePlaces();
      const [{ node, input }] = this.sliders;
      const words = `step h = ${power(STEPS[this.here[0]])}`;
      node.querySelector("span").textContent = words;
      input.setAttribute("aria-valuetext", words);
    }

    chart(errors, here) {
      const bare = "font-size:14px;fill:var(--cnn-faint)";
      const rows = range(DEEPEST / 3 + 1).map((n) => 3 * n);
      const columns = range(DECADES / 4 + 1).map((n) => 4 * n);
      const lines = rows.map((n) => `<path d="M${LEFT} ${down(10 ** -n)}h${WIDE}" stroke="var(--cnn-line)"/>
        <text x="${LEFT - 6}" y="${down(10 ** -n) + 4}" text-anchor="end" style="${bare}">${
          n === DEEPEST ? "0" : power(10 ** -n).replace("1·", "")}</text>`);
      const ticks = columns.map((n) => `<text x="${across(3 * (DECADES - n))}" y="${TOP + HIGH + 20}" text-anchor="${
        n === 0 ? "end" : "middle"}" style="${bare}">${power(10 ** -n).replace("1·", "")}</text>`);
      const curves = METHODS.map(([name, hue, marker]) => {
        const points = errors[name].map((error, n) => (Number.isNaN(error) ? "" :
          marker(Number(across(n).toFixed(1)), Number(down(error).toFixed(1)))));
        return `<g fill="var(--cnn-${hue})" data-method="${name}">${points.join("")}</g>`;
      });
      const chosen = `<path d="M${across(here)} ${TOP}v${HIGH}" stroke="var(--cnn-ink)" stroke-width="1.5"
        stroke-dasharray="4 3"/>`;
      return `<svg role="img" aria-label="relative error of three slopes over the step, both logarithmic; the numbers
        of the chosen step are said below" viewBox="0 0 ${LEFT + WIDE + 12} ${TOP + HIGH + 44}"
        style="display:block;width:100%;max-width:600px;margin:auto;touch-action:pan-y;cursor:ew-resize;user-select:none">
        ${lines.join("")}${ticks.join("")}${chosen}${curves.join("")}
        <text x="${LEFT + WIDE / 2}" y="${TOP + HIGH + 40}" text-anchor="middle" style="${bare}">step h; upwards: relative error</text></svg>`;
    }

    /** Shapes and names of the three, as a line of HTML. */
    legend() {
      return METHODS.map(([name, hue, marker]) => `<span style="margin:0 0.6rem"><svg width="12" height="12"
        viewBox="-6 -6 12 12" aria-hidden="true" fill="var(--cnn-${hue})">${marker(0, 0)}</svg> ${WORDS[name]}</span>`);
    }

    say(slopes, errors, slope, n) {
      const lines = METHODS.map(([name]) => {
        const found = Number.isNaN(slopes[name]) ? "the step is rounded away beside x" :
          `${Number(slopes[name].toPrecision(12))}, error ${errors[name][n] ? power(errors[name][n]) : "0"}`;
        return `<span class="cnn-line">${WORDS[name]}: <b>${found}</b></span>`;
      });
      return `<span class="cnn-line">h = ${power(STEPS[n])}; the true slope is ${Number(slope.toPrecision(12))}</span>${
        lines.join("")}`;
    }

    view() {
      const { here: [n], values } = this;
      const shape = FUNCTIONS[values.function];
      const slopes = STEPS.map((h) => measure(shape, h, ROUND[values.dtype]));
      const errors = Object.fromEntries(METHODS.map(([name]) =>
        [name, slopes.map((found) => (Number.isNaN(found[name]) ? NaN : apart(found[name], shape.slope)))]));
      const best = Object.fromEntries(METHODS.map(([name]) =>
        [name, Math.min(...errors[name].filter((error) => !Number.isNaN(error)))]));
      return {
        stage: [
          { key: "legend", className: "cnn-formula", html: this.legend().join("") },
          { key: "chart", className: "cnn-formula", html: this.chart(errors, n) },
        ],
        say: this.say(slopes[n], errors, shape.slope, n),
        state: { x: shape.x, slope: shape.slope, steps: STEPS, slopes, errors, best, ...values },
      };
    }
  });
})();
