/* Chapter 4 and the landing page: a window slides over a picture; its products, summed, fill another one. */
"use strict";

(() => {
  const { Figure, Sliding, asarray, at, build, entry, flip, products, tolist, written } = cnn;

  const disc = build([7, 7], ([row, column]) => {
    const distance = (row - 3) ** 2 + (column - 3) ** 2;
    return Math.round(9 / (1 + (distance / 6) ** 2));
  });
  const PICTURES = {
    example: asarray([[1, 2, 0, 1], [0, 1, 3, 2], [2, 0, 1, 1], [1, 1, 0, 2]]),
    disc,
    square: asarray([ // the outline of a square, and a patch that is merely bright
      [0, 0, 0, 0, 0, 0, 0, 0, 0],
      [5, 5, 5, 5, 0, 9, 9, 9, 9],
      [5, 0, 0, 5, 0, 9, 9, 9, 9],
      [5, 0, 0, 5, 0, 9, 9, 9, 9],
      [5, 5, 5, 5, 0, 9, 9, 9, 9],
      [0, 0, 0, 0, 0, 0, 0, 0, 0]]),
  };
  const KERNELS = {
    example: asarray([[1, 0], [0, -1]]),
    edge: asarray([[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]]),
    blur: asarray([[0, 0.125, 0], [0.125, 0.5, 0.125], [0, 0.125, 0]]),
    sharpen: asarray([[0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
    square: asarray([[1, 1, 1, 1], [1, 0, 0, 1], [1, 0, 0, 1], [1, 1, 1, 1]]),
  };
  const size = (array) => Math.max(...array.data.map(Math.abs), 1e-9);

  customElements.define("cnn-slide-2d", class extends Figure {
    static heading = "Slide a window over a picture";
    static hint = "Drag the window, click an output, or focus the arrays and press the arrow keys. " +
      "Type into the kernel.";

    fields() {
      return [
        { name: "picture", label: "picture", value: "example",
          options: { example: "small example", disc: "soft disc", square: "square and patch" } },
        { name: "kernel", label: "kernel", value: "example",
          options: { example: "difference", edge: "vertical edges", blur: "blur", sharpen: "sharpen",
            square: "square detector" } },
        { name: "flip", label: "flip the kernel", value: false },
        { name: "zeromean", label: "zero-mean kernel", value: false },
      ];
    }

    reset() {
      this.weight = KERNELS[this.values.kernel];
    }

    slide() {
      this.x = PICTURES[this.values.picture];
      return new Sliding(this.x.shape, this.weight.shape);
    }

    /** The kernel as it lies on the picture. */
    used() {
      const { weight, values } = this;
      const mean = values.zeromean ? weight.data.reduce((all, w) => all + w, 0) / weight.data.length : 0;
      const level = build(weight.shape, (k) => at(weight, k) - mean);
      return values.flip ? flip(level) : level;
    }

    view() {
      const { sliding, x, weight, here, values } = this;
      const used = this.used();
      const y = sliding.forward(x, used);
      const pairs = sliding.pairs(x, used, here);
      return {
        stage: [
          { ...this.input(x, sliding, used), shade: size(x) },
          { html: values.flip ? "∗" : "⋆" },
          this.editor(),
          { key: "products", array: products(pairs, used.shape), title: "<b>products</b>" },
          this.output(y, { shade: size(y), title: "y, <b>output</b>: their sum" }),
        ],
        say: `${entry("y", here)} = ${written(pairs)}`,
        state: { x: tolist(x), weight: tolist(weight), used: tolist(used), y: tolist(y), value: at(y, here),
          products: tolist(products(pairs, used.shape)), ...values },
      };
    }
  });
})();
