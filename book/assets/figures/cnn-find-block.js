/* Chapter 7: choose an output and see the block that it reads, over all input channels. */
"use strict";

(() => {
  const { Figure, Sliding, asarray, at, build, entry, factor, number, products, tolist, total, written } = cnn;

  const CHANNELS = [
    [[1, 2, 0], [0, 1, 3], [2, 0, 1]], [[0, 1, 1], [2, 0, 0], [1, 1, 2]], [[0, 2, 1], [1, 0, 3], [1, 1, 0]]];
  const FILTER = [[[1, 0], [0, -1]], [[0, 2], [1, 0]], [[1, 1], [0, 0]]];
  const BIAS = 1;

  customElements.define("cnn-find-block", class extends Figure {
    static heading = "Which block does this output read?";
    static hint = "Click an output, or focus the arrays and press the arrow keys. Type into the kernel.";
    static fills = false;
    static resets = ["channels"];

    fields() {
      return [
        { name: "channels", label: "channels", min: 1, max: 3, value: 2 },
        { name: "stride", label: "stride", min: 1, max: 3, value: 1 },
        { name: "padding", label: "padding", min: 0, max: 2, value: 0 },
        { name: "dilation", label: "dilation", min: 1, max: 3, value: 1 },
      ];
    }

    reset() {
      this.weight = asarray(FILTER.slice(0, this.values.channels));
    }

    /** The places are rows and columns; the channels are one more axis, on which the kernel has no room. */
    slide() {
      const { channels, stride, padding, dilation } = this.values;
      const deep = (still, value) => [still, value, value];
      this.x = asarray(CHANNELS.slice(0, channels));
      this.block = new Sliding(this.x.shape, this.weight.shape,
        { stride: deep(1, stride), padding: deep(0, padding), dilation: deep(1, dilation) });
      return new Sliding(this.x.shape.slice(1), this.weight.shape.slice(1), { stride, padding, dilation });
    }

    arithmetic() {
      const { n, k, s, d, before, out } = this.sliding.axes[0];
      return `<p><span>outputs per axis: ⌊(n + 2p − (d(k − 1) + 1)) / s⌋ + 1</span>
        <span>= ⌊(${n} + 2·${before} − (${d}·${k - 1} + 1)) / ${s}⌋ + 1 = <b>${out}</b></span></p>`;
    }

    /** The sum channel by channel, then the bias. */
    say(pairs) {
      const taps = pairs.length / this.values.channels;
      const channels = build([this.values.channels], ([c]) => pairs.slice(c * taps, (c + 1) * taps)).data;
      const lines = channels.map((some, c) => `<span class="cnn-line">channel ${c}: ${written(some)}</span>`);
      return `${lines.join("")}<span class="cnn-line">${entry("y", this.here)} =
        ${channels.map((some) => factor(total(some))).join(" + ")} + ${BIAS} (bias) =
        <b>${number(total(pairs, BIAS))}</b></span>`;
    }

    view() {
      const { sliding, block, x, weight, here, values } = this;
      const { problem } = sliding;
      const o = [0, ...here];
      const deep = block.forward(x, weight, BIAS);
      const y = build(sliding.out, (place) => at(deep, [0, ...place]));
      const pairs = problem ? [] : block.pairs(x, weight, o);
      const lead = "channel";
      const answer = [
        { key: "products", array: products(pairs, weight.shape), title: "<b>products</b>", lead },
        this.output(y, { title: `y, <b>output</b>, bias ${BIAS}` }),
      ];
      return {
        stage: [
          { key: "size", className: "cnn-formula", html: this.arithmetic() },
          { ...this.input(x, block, weight, o), lead }, this.editor({ lead }), ...(problem ? [] : answer),
        ],
        say: problem || this.say(pairs),
        state: { x: tolist(x), weight: tolist(weight), bias: BIAS, y: problem ? [] : tolist(y), problem,
          value: at(y, here), products: problem ? [] : tolist(products(pairs, weight.shape)),
          reads: problem ? [] : block.taps(o).map(({ i }) => i), ...values },
      };
    }
  });
})();
