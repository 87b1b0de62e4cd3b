/* Chapter 6: every window along one axis, counted; the formula with its numbers, and a slip of it beside. */
"use strict";

(() => {
  const { Figure, Sliding, build, entry, number, range } = cnn;
  const times = (count) => (count === 1 ? "1 window" : `${count} windows`);

  customElements.define("cnn-arithmetic", class extends Figure {
    static heading = "How many windows fit?";
    static hint = "Click a window or an output, or focus the rows and press the arrow keys.";
    static fills = false;
    static resets = [];

    fields() {
      return [
        { name: "size", label: "size n", min: 1, max: 10, value: 8 },
        { name: "kernel", label: "kernel K", min: 1, max: 5, value: 3 },
        { name: "stride", label: "stride s", min: 1, max: 4, value: 2 },
        { name: "padding", label: "padding p", min: 0, max: 3, value: 0 },
        { name: "dilation", label: "dilation d", min: 1, max: 3, value: 1 },
      ];
    }

    reset() {} // there is no kernel to set: only its size matters here

    slide() {
      const { size, kernel, stride, padding, dilation } = this.values;
      return new Sliding([size], [kernel], { stride, padding, dilation });
    }

    /** What the source's formula gives; it has no dilation. */
    get slip() {
      const { size, kernel, stride, padding } = this.values;
      return (size - kernel + 2 * padding) / (stride + 1);
    }

    arithmetic() {
      const { n, k, s, d, before, out } = this.sliding.axes[0];
      const right = `<span>⌊(n + 2p − d(K − 1) − 1) / s⌋ + 1</span>
        <span>= ⌊(${n} + 2·${before} − ${d}·${k - 1} − 1) / ${s}⌋ + 1 ${out ? `= <b>${out}</b>` : ""}</span>`;
      const blind = d > 1 ? ", which knows no dilation" : "";
      const sign = this.slip === out ? "" : ' class="cnn-no"'; // with dilation it can be right by chance
      const wrong = `<span${sign}>with the slip${blind}: (w − f + 2p) / (s + 1)</span>
        <span>= (${n} − ${k} + 2·${before}) / (${s} + 1) = <b>${number(this.slip)}</b></span>`;
      return `<p>${right}</p><p>${wrong}</p>`;
    }

    /** How many windows read each entry of the padded input. */
    readers() {
      const { padded, out } = this.sliding;
      const counts = Array(padded[0]).fill(0);
      for (const o of range(out[0])) for (const { j } of this.sliding.taps([o])) counts[j[0]] += 1;
      return counts;
    }

    say(reads, unread) {
      const { s, before } = this.sliding.axes[0];
      const [o] = this.here;
      const cells = reads.map((i) => entry("x", [number(i)])).join(", ");
      const left = unread.length
        ? `No window reads ${unread.map((i) => entry("x", [i])).join(", ")}.` : "Every cell of x is read.";
      return `<span class="cnn-line">Window ${o} starts at ${o}·${s} − ${before} = <b>${number(o * s - before)}</b>
        and reads ${cells}.</span><span class="cnn-line">${times(this.shape[0])}. ${left}</span>`;
    }

    view() {
      const { sliding, here, values } = this;
      const { problem, padded: [columns], out: [out], axes: [{ before, s, k, d }] } = sliding;
      const counts = this.readers();
      const taps = problem ? [] : sliding.taps(here).map(({ j }) => j[0]);
      const unread = range(values.size).filter((i) => counts[i + before] === 0);
      const tapOf = (o, j) => (j - o * s) / d; // a whole number where window o has a tap on j
      const isTap = (o, j) => range(k).includes(tapOf(o, j));
      const covered = (o, j) => j >= o * s && j <= o * s + d * (k - 1);
      const row = { columns, cell: 46 };
      const windows = [
        { key: "readers", array: build([columns], ([j]) => counts[j]), ...row,
          title: "<b>readers</b>: windows <br>that read the cell",
          mark: ([j]) => ({ absent: sliding.isPadding([j]), wrong: counts[j] === 0 }) },
        { key: "windows", array: build([out, columns], ([o, j]) => tapOf(o, j)), hue: "kernel", ...row,
          title: "<b>windows</b>, a row each: <br>number of the tap", frame: false,
          mark: ([o, j]) => ({ absent: !covered(o, j), blank: covered(o, j) && !isTap(o, j),
            in: o === here[0] && isTap(o, j) }),
          pick: ([o]) => this.go([o]) },
        this.output(build([out], ([o]) => o), { ...row, title: "y, <b>output</b>: <br>number of the window" }),
      ];
      return {
        stacked: true,
        stage: [
          { key: "size", className: "cnn-formula", html: this.arithmetic() },
          { key: "x", array: build([columns], ([j]) => j - before), hue: "input", ...row,
            title: "x, <b>input</b>: <br>index of the cell", frame: true,
            mark: ([j]) => ({ pad: sliding.isPadding([j]), in: taps.includes(j) }),
            pick: ([j]) => problem || this.go(sliding.nearest([j])) },
          ...(problem ? [] : windows),
        ],
        say: problem || this.say(taps.map((j) => j - before), unread),
        state: { ...values, count: out, problem, slip: this.slip, unread, reads: taps.map((j) => j - before),
          starts: range(out).map((o) => o * s - before), readers: counts.slice(before, before + values.size) },
      };
    }
  });
})();
