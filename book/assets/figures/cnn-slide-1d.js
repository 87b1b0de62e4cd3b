/* Chapter 4: drag a kernel over a signal. What if it is flipped? What if the signal stands in zeros? */
"use strict";

(() => {
  const { Figure, Sliding, asarray, at, entry, flip, products, tolist, written } = cnn;

  const SIGNALS = { example: [2, 1, 0, 3, 1, 2], impulse: [0, 0, 0, 1, 0, 0], step: [0, 0, 0, 4, 4, 4] };
  const KERNELS = { difference: [1, 0, -1], powers: [1, 2, 4], sum: [1, 1, 1] };
  const PADDING = { valid: 0, same: 1, full: 2 }; // for three taps

  customElements.define("cnn-slide-1d", class extends Figure {
    static heading = "Slide a kernel over a signal";
    static hint = "Drag the kernel, or focus the rows and press the arrow keys.";

    fields() {
      return [
        { name: "signal", label: "signal", value: "example",
          options: { example: "small example", impulse: "one impulse", step: "a step" } },
        { name: "kernel", label: "kernel", value: "difference",
          options: { difference: "difference", powers: "1, 2, 4", sum: "running sum" } },
        { name: "padding", label: "padding", value: "valid",
          options: { valid: "valid", same: "same", full: "full" } },
        { name: "flip", label: "flip the kernel", value: false },
      ];
    }

    reset() {
      this.weight = asarray(KERNELS[this.values.kernel]);
    }

    slide() {
      this.x = asarray(SIGNALS[this.values.signal]);
      return new Sliding(this.x.shape, this.weight.shape, { padding: PADDING[this.values.padding] });
    }

    view() {
      const { sliding, x, weight, here, values } = this;
      const used = values.flip ? flip(weight) : weight;
      const y = sliding.forward(x, used);
      const pairs = sliding.pairs(x, used, here);
      const row = { columns: sliding.padded[0], cell: 54 };
      return {
        stacked: true,
        stage: [
          this.editor({ title: "w, <b>kernel</b>: <br>type your own", cell: 54 }),
          { ...this.input(x, sliding), ...row },
          { key: "kernel", array: used, hue: "kernel", ...row, offset: here[0],
            pick: ([column]) => this.go(sliding.nearest([column + here[0]])),
            title: `<b>kernel</b>${values.flip ? ", flipped" : ""}, <br>where it lies` },
          { key: "products", array: products(pairs, used.shape), ...row, offset: here[0],
            title: "<b>products</b>, <br>to be summed" },
          this.output(y, { ...row, offset: (weight.shape[0] - 1) / 2,
            title: `y, <b>output</b>: <br>${values.flip ? "true convolution" : "cross-correlation"}` }),
        ],
        say: `${entry("y", here)} = ${written(pairs)}`,
        state: { x: tolist(x), weight: tolist(weight), used: tolist(used), y: tolist(y), value: at(y, here),
          products: tolist(products(pairs, used.shape)), ...values },
      };
    }
  });
})();
