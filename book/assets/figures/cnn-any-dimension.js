/* Chapter 7: one layer on a wave, a picture and a volume. The formula stays; only the index tuples grow. */
"use strict";

(() => {
  const { AXES, Figure, Sliding, asarray, at, build, entry, factor, number, tolist, tuple, written } = cnn;

  const PICTURE = [[1, 2, 0], [0, 1, 3], [2, 0, 1]];
  const INPUTS = {
    1: asarray(PICTURE.flat()),
    2: asarray(PICTURE),
    3: asarray([PICTURE, [[0, 1, 1], [2, 0, 0], [1, 1, 2]], [[0, 2, 1], [1, 0, 3], [1, 1, 0]]]),
  };

  customElements.define("cnn-any-dimension", class extends Figure {
    static heading = "One layer, any number of axes";
    static hint = "Click an output, or focus the arrays and press the arrow keys; Page Up and Page Down change " +
      "the slice. Type into the kernel.";
    static fills = false;
    static resets = ["axes", "size"];

    fields() {
      return [
        { name: "axes", label: "input", value: "1",
          options: { 1: "a wave: 1 axis", 2: "a picture: 2 axes", 3: "a volume: 3 axes" } },
        { name: "size", label: "kernel size", min: 1, max: 3, value: 2 },
        { name: "stride", label: "stride", min: 1, max: 3, value: 1 },
        { name: "padding", label: "padding", min: 0, max: 2, value: 0 },
      ];
    }

    /** The first entry less the last one, whatever the number of axes: [1, -1], [[1, 0], [0, -1]], ... */
    reset() {
      const { axes, size } = this.values;
      const all = (k, tap) => k.every((entry) => entry === tap);
      this.weight = build(Array(Number(axes)).fill(size), (k) => (all(k, 0) ? 1 : all(k, size - 1) ? -1 : 0));
    }

    slide() {
      const { axes, stride, padding } = this.values;
      this.x = INPUTS[axes];
      return new Sliding(this.x.shape, this.weight.shape, { stride, padding });
    }

    /** What stays, and what grows with the axes. */
    formula() {
      const { weight: { shape, data }, here: { length } } = this;
      const indices = `${length} ${length > 1 ? "indices" : "index"} (${AXES[length].join(", ")})`;
      return `<p>y[<b>o</b>] = Σ<sub><b>k</b></sub> x[<b>o</b>·s + <b>k</b> − p] · w[<b>k</b>]</p>
        <p><b>o</b> and <b>k</b> are tuples of ${indices}.</p>
        <p><span>Here <b>o</b> = ${tuple(this.here)};</span> <span><b>k</b> runs over
        <code>np.ndindex(${shape.join(", ")})</code>:</span> <span>${data.length} tap${data.length > 1 ? "s" : ""}.</span></p>`;
    }

    /** Every tap as a row: which k, which entry i of x, which product. */
    table() {
      const { sliding, x, weight, here, values: { stride, padding } } = this;
      const place = (k) => k.map((tap, a) => `${here[a]}·${stride} + ${tap} − ${padding}`).join(", ");
      const rows = sliding.taps(here).map(({ k, i }) => `<tr><td>${tuple(k)}</td>
        <td>(${place(k)}) = ${tuple(i).replaceAll("-", "−")}</td>
        <td>${number(at(x, i))}·${factor(at(weight, k))}</td></tr>`);
      return `<table><thead><tr><th>tap k</th><th>entry i = o·s + k − p</th><th>x[i]·w[k]</th></tr></thead>
        <tbody>${rows.join("")}</tbody></table>`;
    }

    view() {
      const { sliding, x, weight, here, values } = this;
      const y = sliding.forward(x, weight);
      const cell = values.axes < 3 ? 44 : values.padding ? 26 : 36;
      const look = { cell, lead: "slice" };
      const input = this.input(x, sliding, values.axes < 3 && weight); // small cells have no room for weights
      return {
        stage: [
          { key: "formula", className: "cnn-formula", html: this.formula() },
          { ...input, ...look }, this.editor({ lead: "slice" }), this.output(y, look),
          { key: "taps", className: "cnn-table", scroll: "every tap and the entry it reads", html: this.table() },
        ],
        say: `${entry("y", here)} = ${written(sliding.pairs(x, weight, here))}`,
        state: { x: tolist(x), weight: tolist(weight), y: tolist(y), value: at(y, here),
          reads: sliding.taps(here).map(({ i }) => i), ...values },
      };
    }
  });
})();
