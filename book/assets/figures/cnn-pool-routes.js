/* Chapter 9: pay the gradient of each window back, to its winner or to everyone. A tie? An overlap? */
"use strict";

(() => {
  const { Figure, Sliding, asarray, at, build, entry, factor, ndindex, number, range, tolist } = cnn;

  const ENTRIES = {
    1: { distinct: [1, 3, 2, 4, 0, 5], tie: [1, 3, 2, 2, 0, 5], equal: [0, 0, 0, 0, 0, 0] },
    2: {
      distinct: [[1, 3, 2, 0], [4, -1, 5, 1], [0, 2, -3, -2], [1, 6, -1, -4]],
      tie: [[1, 4, 2, 0], [4, -1, 5, 5], [0, 2, -3, -1], [1, 6, -1, -4]],
      equal: [[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]],
    },
  };

  customElements.define("cnn-pool-routes", class extends Figure {
    static heading = "Who is paid?";
    static hint = "Click an output to pay its window, or focus the arrays and press the arrow keys. " +
      "Type other numbers into x.";
    static resets = ["axes", "entries"];

    fields() {
      return [
        { name: "axes", label: "input", value: "1", options: { 1: "a signal: 1 axis", 2: "a picture: 2 axes" } },
        { name: "pool", label: "pooling", value: "max", options: { max: "max", average: "average" } },
        { name: "entries", label: "entries of x", value: "distinct",
          options: { distinct: "no ties", tie: "a tie", equal: "all equal" } },
        { name: "window", label: "window", min: 2, max: 3, value: 2 },
        { name: "stride", label: "stride", min: 1, max: 3, value: 2 },
      ];
    }

    /** What is typed here is the input, not a kernel. */
    reset() {
      this.weight = asarray(ENTRIES[this.values.axes][this.values.entries]);
    }

    slide() {
      const { shape } = (this.x = this.weight);
      return new Sliding(shape, shape.map(() => this.values.window), { stride: this.values.stride });
    }

    isLine() {
      return this.values.axes === "1";
    }

    isMax() {
      return this.values.pool === "max";
    }

    /** The places that window o reads, and among them those of its largest entry: the first has won. */
    read(o) {
      const cells = this.sliding.taps(o).map(({ i }) => i);
      const values = cells.map((i) => at(this.x, i));
      const largest = cells.filter((_, n) => values[n] === Math.max(...values));
      const mean = values.reduce((sum, value) => sum + value, 0) / cells.length;
      return { cells, values, largest, y: this.isMax() ? Math.max(...values) : mean };
    }

    /** What window o adds to each entry of dx, and whom it pays. */
    pay(o, dy) {
      const { cells, largest } = this.read(o);
      const paid = new Set((this.isMax() ? largest.slice(0, 1) : cells).map(String));
      const share = at(dy, o) / paid.size;
      return { paid, shares: build(this.x.shape, (i) => (paid.has(String(i)) ? share : 0)) };
    }

    /** The sum over the windows that have been pushed so far. */
    add(pushed, value) {
      const parts = pushed.map(value);
      return build(this.x.shape, (i) => parts.reduce((sum, part) => sum + part(i), 0));
    }

    arithmetic() {
      const { n, k, s, out } = this.sliding.axes[0];
      return `<p><span>windows per axis: ⌊(n − k) / s⌋ + 1</span>
        <span>= ⌊(${n} − ${k}) / ${s}⌋ + 1 = <b>${out}</b></span></p>`;
    }

    say(dy, dx, paid) {
      const { cells, values, largest, y } = this.read(this.here);
      const owed = number(at(dy, this.here));
      const made = this.isMax() ? `max(${values.map(number).join(", ")})`
        : `(${values.map(factor).join(" + ")}) / ${cells.length}`;
      const tie = largest.length > 1 ? `${largest.length} entries are equal: the first in C order wins. ` : "";
      const goes = this.isMax() ? `${tie}${entry("dx", largest[0])} += <b>${owed}</b>.`
        : `Each of the ${cells.length} entries gets ${owed} / ${cells.length} =
          <b>${number(at(dy, this.here) / cells.length)}</b>.`;
      const all = this.seen.size === dy.data.length;
      const sum = JSON.stringify(tolist(build(dx.shape, (i) => Number(at(dx, i).toFixed(3)))))
        .replaceAll(",", ", ").replaceAll("-", "−");
      return `<span class="cnn-line">${entry("y", this.here)} = ${made} = <b>${number(y)}</b>. ${goes}</span>
        <span class="cnn-line">${this.seen.size} of ${dy.data.length} windows have paid${
          all ? `: this is dx = ${sum}` : ""}.
        Paid cells: ${paid.data.filter(Boolean).length} of ${paid.data.length}.</span>`;
    }

    view() {
      const { sliding, x, values } = this;
      const places = ndindex(sliding.out);
      const dy = build(sliding.out, (o) => {
        const n = places.findIndex((place) => String(place) === String(o));
        return places.length > 5 ? n + 1 : 10 ** n; // powers of ten tell in dx which windows have paid
      });
      const y = build(sliding.out, (o) => this.read(o).y);
      const pushed = places.filter((o) => this.has(o));
      const dx = this.add(pushed, (o) => (({ shares }) => (i) => at(shares, i))(this.pay(o, dy)));
      const paid = this.add(pushed, (o) => (({ paid }) => (i) => Number(paid.has(String(i))))(this.pay(o, dy)));
      const now = this.pay(this.here, dy);
      const inside = new Set(this.read(this.here).cells.map(String));
      const look = this.isLine() && { columns: x.shape[0], cell: 46 };
      const row = (key, array, hue, title, mark) => ({ key, array, hue, title, ...look, frame: true, mark });
      return {
        stacked: this.isLine(),
        stage: [
          { key: "size", className: "cnn-formula", html: this.arithmetic() },
          this.editor({ name: "x", array: x, hue: "input", title: "x, <b>input</b>: <br>type your own", ...look }),
          { ...row("x", x, "input", "<b>x</b>, the window", (i) => ({ in: inside.has(String(i)),
            corner: inside.has(String(i)) && now.paid.has(String(i)) && (this.isMax() ? "wins" : "in") })),
          pick: (i) => this.go(sliding.nearest(i)) },
          { ...this.spread(y, dy), ...look },
          ...(look ? [{ ...this.ledger(dy), ...look }] : []),
          row("dx", dx, "gradient", "<b>dx</b>, gradient <br>of the input", (i) => ({ in: inside.has(String(i)),
            corner: now.paid.has(String(i)) && `+${number(at(now.shares, i))}` })),
          row("paid", paid, "plain", "<b>times paid</b>", (i) => ({ text: `${at(paid, i)}×`, faint: !at(paid, i) })),
        ],
        say: this.say(dy, dx, paid),
        state: { x: tolist(x), y: tolist(y), dy: tolist(dy), dx: tolist(dx), paid: tolist(paid), pushed,
          value: at(y, this.here), winners: places.map((o) => this.read(o).largest[0]),
          equals: this.read(this.here).largest.length, ...values },
      };
    }

    /** y as far apart as its windows, with what is owed below each number. */
    spread(y, dy) {
      const { axes, out } = this.sliding;
      const line = this.isLine();
      const o = (j) => (line ? j.map((n, axis) => n / axes[axis].s) : j);
      const whole = (j) => o(j).every(Number.isInteger);
      const shape = line ? out.map((n, axis) => (n - 1) * axes[axis].s + 1) : out;
      return { key: "y", array: build(shape, (j) => (whole(j) ? at(y, o(j)) : 0)), hue: "output",
        title: "y, <b>output</b>, <br>dy below", offset: line && (axes[0].k - 1) / 2,
        pick: (j) => this.go(o(j).map(Math.round)),
        mark: (j) => ({ absent: !whole(j), chosen: this.isHere(o(j)), faint: !this.has(o(j)),
          corner: whole(j) && number(at(dy, o(j))) }) };
    }

    /** A row for each window: what it pays to each entry that it read. */
    ledger(dy) {
      const all = range(this.sliding.out[0]).map((o) => ({ ...this.pay([o], dy), cells: this.read([o]).cells.flat() }));
      const rows = build([all.length, this.x.shape[0]], ([o, i]) => at(all[o].shares, [i]));
      return { key: "ledger", array: rows, hue: "gradient", title: "<b>payments</b>, <br>a row for each window",
        pick: ([o]) => this.go([o]),
        mark: ([o, i]) => ({ absent: !all[o].cells.includes(i), in: o === this.here[0] && all[o].cells.includes(i),
          blank: !this.has([o]), faint: !at(rows, [o, i]) }) };
    }
  });
})();
