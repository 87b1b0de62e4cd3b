/* What the figures share: arrays of any number of axes, grids that draw them, a frame that plays them.

   Classic scripts, so that a page opened from a folder runs them; `cnn` is their one global name. An array is
   {shape, data}, its numbers in C order; an index is a list with one entry per axis. No figure knows how many
   axes it has: a wave, a picture and a volume take the same lines. */
"use strict";

const cnn = (() => {
  const range = (n) => Array.from({ length: n }, (_, i) => i);

  /** Every index of an array of this shape, the last axis fastest: NumPy's ndindex. */
  const ndindex = (shape) =>
    shape.reduce((indices, n) => indices.flatMap((index) => range(n).map((i) => [...index, i])), [[]]);

  const flat = (index, shape) => index.reduce((sum, i, axis) => sum * shape[axis] + i, 0);
  const inside = (index, shape) => index.every((i, axis) => i >= 0 && i < shape[axis]);
  const shapeOf = (nested) => (Array.isArray(nested) ? [nested.length, ...shapeOf(nested[0])] : []);

  const build = (shape, value) => ({ shape, data: ndindex(shape).map(value) });
  const asarray = (nested) => ({ shape: shapeOf(nested), data: nested.flat(Infinity) });
  const at = (array, index) => (inside(index, array.shape) ? array.data[flat(index, array.shape)] : 0);
  const flip = (array) => build(array.shape, (index) => at(array, index.map((i, a) => array.shape[a] - 1 - i)));
  const tolist = ({ shape, data }) =>
    shape.slice(1).reduceRight((list, n) => range(list.length / n).map((i) => list.slice(i * n, i * n + n)), data);

  const products = (pairs, shape) => ({ shape, data: pairs.map(([a, b]) => a * b) });
  const total = (pairs, bias = 0) => pairs.reduce((sum, [a, b]) => sum + a * b, bias);

  /** How a window slides: tap k of output o lies on entry o*stride + k*dilation - before, on every axis. */
  class Sliding {
    constructor(spatial, kernel, { stride = 1, padding = 0, dilation = 1 } = {}) {
      const per = (value, axis) => (Array.isArray(value) ? value[axis] : value);
      this.spatial = spatial;
      this.kernel = kernel;
      this.axes = spatial.map((n, axis) => {
        const pad = per(padding, axis);
        const [before, after] = Array.isArray(pad) ? pad : [pad, pad];
        const [k, s, d] = [kernel[axis], per(stride, axis), per(dilation, axis)];
        const room = n + before + after - (d * (k - 1) + 1);
        return { n, k, s, d, before, after, out: room < 0 ? 0 : Math.floor(room / s) + 1 };
      });
      this.padded = this.axes.map(({ n, before, after }) => n + before + after);
      this.out = this.axes.map(({ out }) => out);
    }

    /** The taps of output o: k in the kernel, i in the input, j in the padded input. */
    taps(o) {
      return ndindex(this.kernel).map((k) => {
        const j = this.axes.map(({ s, d }, axis) => o[axis] * s + k[axis] * d);
        return { k, j, i: this.crop(j) };
      });
    }

    crop(j) {
      return j.map((entry, axis) => entry - this.axes[axis].before);
    }

    isPadding(j) {
      return !inside(this.crop(j), this.spatial);
    }

    pad(x) {
      return build(this.padded, (j) => at(x, this.crop(j)));
    }

    unpad(x) {
      return build(this.spatial, (i) => at(x, i.map((entry, axis) => entry + this.axes[axis].before)));
    }

    /** What output o multiplies: an entry of x and a kernel entry for each tap. */
    pairs(x, w, o) {
      return this.taps(o).map(({ k, i }) => [at(x, i), at(w, k)]);
    }

    forward(x, w, bias = 0) {
      return build(this.out, (o) => total(this.pairs(x, w, o), bias));
    }

    /** Add the share of each of `places` to the entries that its window read; rim and all. */
    backward(dy, w, places = ndindex(this.out)) {
      const dx = build(this.padded, () => 0);
      for (const o of places)
        for (const { k, j } of this.taps(o)) dx.data[flat(j, dx.shape)] += at(dy, o) * at(w, k);
      return dx;
    }

    /** The output whose window has its middle at entry j of the padded input, or nearest to it. */
    nearest(j) {
      return this.axes.map(({ k, s, d, out }, axis) =>
        Math.min(Math.max(Math.round((j[axis] - (d * (k - 1)) / 2) / s), 0), out - 1));
    }

    /** Why no window fits, in the words of cnnlab's error; empty where one does. */
    get problem() {
      const { n, k, d, before } = this.axes.find(({ out }) => out === 0) ?? {};
      return n === undefined ? "" : `A kernel of size ${k} with dilation ${d} spans ${d * (k - 1) + 1} entries, ` +
        `but the padded input has ${n} + 2·${before} = ${n + 2 * before}.`;
    }
  }

  const number = (value) => String(Math.round(value * 1000) / 1000).replace("-", "−");
  const factor = (value) => (value < 0 ? `(${number(value)})` : number(value));
  const tuple = (index) => `(${index.join(", ")}${index.length === 1 ? "," : ""})`;
  const entry = (name, index) => `<span>${name}[${index.join(", ")}]</span>`;

  /** A sum of products written out; past nine of them, those with a factor 0 are left out. */
  const written = (pairs) => {
    const shown = pairs.length > 9 ? pairs.filter(([a, b]) => a * b !== 0) : pairs;
    const terms = shown.map(([a, b]) => `<span>${factor(a)}·${factor(b)}</span>`);
    return `${terms.join(" + ") || 0} =&nbsp;<b>${number(total(pairs))}</b>`;
  };

  const make = (tag, attributes = {}, ...children) => {
    const drawn = ["svg", "g", "rect"].includes(tag);
    const node = drawn ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  };

  return { range, ndindex, flat, inside, build, asarray, at, flip, tolist, products, total, Sliding,
    number, factor, tuple, entry, written, make };
})();
