/* Chapter 5: the matrix of a convolution. Point at a tap of the kernel, and all its copies light up. */
"use strict";

(() => {
  const { Figure, Sliding, asarray, at, build, entry, flat, ndindex, number, tolist, written } = cnn;

  const CASES = {
    1: { x: [2, 1, 0, 3, 1, 2], weight: [1, 2, 4] },
    2: { x: [[1, 2, 0], [0, 1, 3], [2, 0, 1]], weight: [[1, 2], [3, 4]] },
  };

  customElements.define("cnn-conv-matrix", class extends Figure {
    static heading = "Where does one weight stand in the matrix?";
    static hint = "Point at a kernel cell, or focus it. Click a row of the matrix, or focus the arrays and press " +
      "the arrow keys.";
    static fills = false;
    static resets = ["axes"];

    fields() {
      return [
        { name: "axes", label: "input", value: "1", options: { 1: "a signal: 1 axis", 2: "a picture: 2 axes" } },
        { name: "border", label: "border", value: "valid",
          options: { valid: "valid", same: "same: zeros", full: "full: zeros", circular: "circular: wraps" } },
      ];
    }

    reset() {
      const { x, weight } = CASES[this.values.axes];
      this.x = asarray(x);
      this.weight = asarray(weight);
      this.tap = this.weight.shape.map(() => 0);
      if (this.listens) return;
      this.listens = true;
      for (const kind of ["pointerover", "pointerdown", "focusin"])
        this.stage.addEventListener(kind, ({ target }) => this.light(target));
    }

    /** A kernel cell was pointed at or focused. */
    light(target) {
      const inputs = [...this.stage.querySelectorAll(".cnn-editor input")];
      const n = inputs.indexOf(target);
      if (n < 0) return;
      const tap = ndindex(this.weight.shape)[n];
      if (String(tap) === String(this.tap)) return;
      this.tap = tap;
      this.update();
    }

    /** Zeros before and after each axis; a circular border starts its windows where "same" does. */
    slide() {
      const padding = this.weight.shape.map((k) => ({
        valid: 0, full: [k - 1, k - 1] }[this.values.border] ?? [Math.floor((k - 1) / 2), Math.ceil((k - 1) / 2)]));
      return new Sliding(this.x.shape, this.weight.shape, { padding });
    }

    /** The cell that a tap reads; null on zeros. */
    cellOf(i) {
      const { spatial } = this.sliding;
      const wrapped = i.map((entry, axis) => (entry + spatial[axis]) % spatial[axis]);
      if (this.values.border === "circular") return wrapped;
      return cnn.inside(i, spatial) ? i : null;
    }

    /** The taps of every row: [{column, k}], those on zeros left out. */
    rows() {
      const { sliding } = this;
      return ndindex(sliding.out).map((o) => sliding.taps(o).flatMap(({ k, i }) => {
        const cell = this.cellOf(i);
        return cell ? [{ column: flat(cell, sliding.spatial), k, cell }] : [];
      }));
    }

    pick([row]) {
      this.go(ndindex(this.sliding.out)[row]);
    }

    size(rows, columns) {
      const { border } = this.values;
      const kind = rows === columns ? "square" : rows < columns ? "wide" : "tall";
      const block = this.values.axes === "1" ? "" : "doubly block ";
      return `<p><span>${rows} outputs × ${columns} inputs:</span> <span>${kind},</span>
        <span><b>${block}${border === "circular" ? "circulant" : "Toeplitz"}</b></span></p>`;
    }

    say(used, y, copies, outputs) {
      const pairs = used.map(({ k, cell }) => [at(this.x, cell), at(this.weight, k)]);
      return `<span class="cnn-line">${entry("w", this.tap)} = <b>${number(at(this.weight, this.tap))}</b>
        stands in ${copies} of ${outputs} rows${copies < outputs ? "; in the others it falls on zeros" : ""}.</span>
        <span class="cnn-line">Row ${flat(this.here, this.shape)}: ${entry("y", this.here)} =
        ${written(pairs)}</span>`;
    }

    view() {
      const { sliding, x, weight, here, values } = this;
      const rows = this.rows();
      const shape = [rows.length, x.data.length];
      const matrix = build(shape, () => 0);
      const taps = new Map();
      rows.forEach((some, row) => some.forEach(({ column, k }) => {
        taps.set(String([row, column]), k);
        matrix.data[flat([row, column], shape)] = at(weight, k);
      }));
      const row = flat(here, sliding.out);
      const used = rows[row];
      const read = new Set(used.map(({ cell }) => String(cell)));
      const y = build(sliding.out, (o) => rows[flat(o, sliding.out)].reduce(
        (sum, { k, cell }) => sum + at(x, cell) * at(weight, k), 0));
      const lit = [...taps].filter(([, k]) => String(k) === String(this.tap)).map(([place]) => place);
      const mark = (place) => {
        const k = taps.get(String(place));
        const on = k && String(k) === String(this.tap);
        return { in: Boolean(on), chosen: Boolean(k) && !on && place[0] === row, faint: !on && place[0] !== row,
          corner: on && `w[${k}]`, text: k ? number(at(weight, k)) : "0", absent: false, pad: !k };
      };
      return {
        stage: [
          { key: "size", className: "cnn-formula", html: this.size(...shape) },
          this.editor(),
          { key: "x", array: x, hue: "input", title: "x, <b>input</b>", mark: (i) => ({ in: read.has(String(i)) }) },
          { key: "y", array: y, hue: "output", title: "y, <b>output</b>", pick: (o) => this.go(o),
            mark: (o) => ({ chosen: this.isHere(o) }) },
          { key: "matrix", array: matrix, hue: "kernel", title: "A, <b>matrix</b>",
            cell: values.axes === "1" ? 44 : 40, pick: (place) => this.pick(place), mark },
        ],
        say: this.say(used, y, lit.length, rows.length),
        state: { x: tolist(x), weight: tolist(weight), y: tolist(y), matrix: tolist(matrix), tap: this.tap,
          value: at(y, here), lit: lit.map((place) => place.split(",").map(Number)), ...values },
      };
    }

    show(specs) {
      super.show(specs);
      const n = flat(this.tap, this.weight.shape); // the chosen tap is outlined, as its copies are
      this.stage.querySelectorAll(".cnn-editor input").forEach((input, k) => {
        input.style.boxShadow = k === n ? "inset 0 0 0 2px var(--cnn-kernel)" : "";
      });
    }
  });
})();
