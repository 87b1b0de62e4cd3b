/* Chapter 8: push entries of dy back through the kernel, one after the other, and watch them add up to dx. */
"use strict";

(() => {
  const { Figure, Sliding, asarray, at, build, entry, factor, ndindex, number, range, tolist } = cnn;

  // dy repeats a pattern; powers of ten keep shares apart, so that a digit of dx tells which entry it came from
  const CASES = {
    1: { size: 4, weight: [1, 2, 4], pattern: [1, 10, 100] },
    2: { size: 3, weight: [[1, 2], [3, 4]], pattern: [[1, 0], [2, -1]] },
  };

  customElements.define("cnn-push-back", class extends Figure {
    static heading = "Push an entry of dy back";
    static hint = "Click an entry of dy to push it, or focus the arrays and press the arrow keys. " +
      "What was pushed stays.";
    static resets = ["axes"];

    fields() {
      return [
        { name: "axes", label: "input", value: "1", options: { 1: "a signal: 1 axis", 2: "a picture: 2 axes" } },
        { name: "size", label: "size of x", min: 3, max: 8, value: CASES[this.getAttribute("axes") ?? "1"].size },
        { name: "stride", label: "stride", min: 1, max: 3, value: 1 },
        { name: "padding", label: "padding", min: 0, max: 2, value: 0 },
      ];
    }

    reset(name) {
      const { size, weight } = CASES[this.values.axes];
      this.weight = asarray(weight);
      if (!name) return; // at the start the page may have asked for another size
      this.values.size = size;
      this.controls.size.set(size);
    }

    slide() {
      const { axes, size, stride, padding } = this.values;
      return new Sliding(Array(Number(axes)).fill(size), this.weight.shape, { stride, padding });
    }

    isLine() {
      return this.values.axes === "1";
    }

    arithmetic() {
      const { n, k, s, before, out } = this.sliding.axes[0];
      return `<p><span>y, and so dy, has ⌊(n + 2p − k) / s⌋ + 1 entries per axis:</span>
        <span>⌊(${n} + 2·${before} − ${k}) / ${s}⌋ + 1 = <b>${out}</b></span></p>`;
    }

    /** Where the chosen entry goes: to dx where there is one, else it is cropped with the padding. */
    say(dy, dx) {
      const { sliding, weight, here } = this;
      const taps = sliding.taps(here);
      const kept = taps.filter(({ j }) => !sliding.isPadding(j));
      const product = (k) => `${factor(at(dy, here))}·${factor(at(weight, k))}`;
      const shares = kept.map(({ k, i }) => `<span>${entry("dx", i)} += ${product(k)}</span>`);
      const lost = taps.length - kept.length;
      const all = this.seen.size === dy.data.length;
      const sum = JSON.stringify(tolist(dx)).replaceAll(",", ", ").replaceAll("-", "−");
      return `<span class="cnn-line">${entry("dy", here)} = <b>${number(at(dy, here))}</b>:
        ${shares.join(", ") || "nothing"}${lost ? `; ${lost} of ${taps.length} shares are cropped` : ""}.</span>
        <span class="cnn-line">${this.seen.size} of ${dy.data.length} pushed${all ? `: this is dx = ${sum}` : ""}.
        ${this.unread()}</span>`;
    }

    /** The entries of x that lie in no window: a stride may step over them, or stop short of them. */
    unread() {
      const { sliding, weight } = this;
      const ones = (shape) => build(shape, () => 1);
      const windows = sliding.unpad(sliding.backward(ones(sliding.out), ones(weight.shape)));
      const gaps = ndindex(sliding.spatial).filter((i) => at(windows, i) === 0);
      const names = gaps.length > 4 ? `${gaps.length} entries of x` : gaps.map((i) => entry("x", i)).join(", ");
      return gaps.length ? `No window reads ${names}: gradient 0.` : "";
    }

    view() {
      const { sliding, weight, here, values } = this;
      const pattern = asarray(CASES[values.axes].pattern);
      const dy = build(sliding.out, (o) => at(pattern, o.map((n, axis) => n % pattern.shape[axis])));
      const pushed = ndindex(sliding.out).filter((o) => this.has(o));
      const rim = sliding.backward(dy, weight, pushed);
      const dx = sliding.unpad(rim);
      const look = this.isLine() && { columns: sliding.padded[0], cell: 54 };
      return {
        stacked: this.isLine(),
        stage: [
          { key: "size", className: "cnn-formula", html: this.arithmetic() },
          this.editor(look), { ...this.spread(dy), ...look }, ...(look ? [{ ...this.ledger(dy), ...look }] : []),
          { key: "dx", array: rim, hue: "gradient", frame: true, ...look, mark: this.share(dy),
            title: `<b>dx</b>, gradient <br>of the input${values.padding ? " <br>less its striped rim" : ""}` },
        ],
        say: this.say(dy, dx),
        state: { dy: tolist(dy), weight: tolist(weight), dx: tolist(dx), rim: tolist(rim), ...values, pushed },
      };
    }

    /** What the chosen entry adds to dx, in the cells that its window read. */
    share(dy) {
      const { sliding, weight, here } = this;
      const added = sliding.backward(dy, weight, [here]);
      const hit = new Set(sliding.taps(here).map(({ j }) => String(j)));
      const plus = (value) => `${value < 0 ? "−" : "+"}${number(Math.abs(value))}`;
      return (j) => {
        const read = hit.has(String(j));
        return { in: read, pad: sliding.isPadding(j), corner: read && plus(at(added, j)) };
      };
    }

    /** dy with its entries as far apart as their windows: a stride leaves gaps. */
    spread(dy) {
      const { axes, out } = this.sliding;
      const o = (j) => j.map((n, axis) => n / axes[axis].s);
      const whole = (j) => o(j).every(Number.isInteger);
      const shape = out.map((n, axis) => (n - 1) * axes[axis].s + 1);
      return { key: "dy", array: build(shape, (j) => (whole(j) ? at(dy, o(j)) : 0)), hue: "gradient",
        title: "<b>dy</b>, gradient <br>of the output", offset: this.isLine() && (axes[0].k - 1) / 2,
        pick: (j) => this.go(o(j).map(Math.round)),
        mark: (j) => ({ absent: !whole(j), chosen: this.isHere(o(j)), faint: !this.has(o(j)) }) };
    }

    /** Long multiplication: the shares of each entry in a row of their own, a stride on; dx is their sum. */
    ledger(dy) {
      const { sliding, weight, here } = this;
      const shares = range(sliding.out[0]).map((o) => sliding.backward(dy, weight, [[o]]));
      const rows = build([...sliding.out, ...sliding.padded], ([o, j]) => shares[o].data[j]);
      const read = ([o, j]) => sliding.taps([o]).some((tap) => tap.j[0] === j);
      return { key: "ledger", array: rows, hue: "gradient", title: "<b>shares</b> dy[o]·w, <br>a stride apart",
        pick: ([o]) => this.go([o]),
        mark: ([o, j]) => ({ absent: !read([o, j]), in: o === here[0] && read([o, j]), blank: !this.has([o]),
          pad: sliding.isPadding([j]) }) };
    }
  });
})();
