/* Chapter 8: dx as a full convolution. What if dy is padded on two sides only? If the kernel is not flipped? */
"use strict";

(() => {
  const { AXES, Figure, Sliding, asarray, at, build, entry, flip, inside, ndindex, number, range, tolist,
    written } = cnn;

  const CASES = {
    line: { dy: [1, 10], weight: [1, 2, 4] },
    picture: { dy: [[1, 0], [2, -1]], weight: [[1, 2], [3, 4]] },
    symmetric: { dy: [[1, 0], [2, -1]], weight: [[1, 2], [2, 1]] },
    large: { dy: [[1, 0], [2, -1]], weight: [[1, 2, 3], [4, 5, 6], [7, 8, 9]] },
  };

  customElements.define("cnn-full-convolution", class extends Figure {
    static heading = "Is this dx?";
    static hint = "Drag the window, or focus the arrays and press the arrow keys. Type into the kernel.";
    static fills = false;

    fields() {
      return [
        { name: "kernel", label: "kernel", value: "picture",
          options: { line: "1, 2, 4", picture: "2 × 2", symmetric: "symmetric", large: "3 × 3" } },
        { name: "sides", label: "zeros around dy", value: "all",
          options: { all: "on all four sides", corner: "top and left only" } },
        { name: "flip", label: "flip the kernel", value: true },
      ];
    }

    reset() {
      this.weight = asarray(CASES[this.values.kernel].weight);
    }

    slide() {
      this.dy = asarray(CASES[this.values.kernel].dy);
      const after = this.values.sides === "all" ? 1 : 0;
      const padding = this.weight.shape.map((k) => [k - 1, after * (k - 1)]);
      return new Sliding(this.dy.shape, this.weight.shape, { padding });
    }

    /** What is right, what is wrong, what no window computes, by rows and columns. */
    verdict(truth, found) {
      const places = ndindex(truth.shape);
      const lost = places.filter((i) => !inside(i, found.shape));
      const wrong = places.filter((i) => inside(i, found.shape) && at(found, i) !== at(truth, i));
      const name = (axis, lines) =>
        `${AXES[truth.shape.length][axis]}${lines.length > 1 ? "s" : ""} ${lines.join(", ")}`;
      const by = (has) =>
        truth.shape.map((n, axis) => name(axis, range(n).filter((line) => has(line, axis)))).join(" and ");
      const lines = by((line, axis) => wrong.some((i) => i[axis] === line));
      const words = [
        wrong.length && `Wrong: ${wrong.length} of ${places.length} entries, in ${lines}.`,
        lost.length && `Lost: ${by((line, axis) => line >= found.shape[axis])}.`,
        !wrong.length && (lost.length ? "The rest is right." : `Right: all ${places.length} entries equal dx.`),
      ];
      return { wrong, lost, words: words.filter(Boolean).join(" ") };
    }

    view() {
      const { sliding, dy, weight, here, values } = this;
      const used = values.flip ? flip(weight) : weight;
      const found = sliding.forward(dy, used);
      const spatial = dy.shape.map((n, axis) => n + weight.shape[axis] - 1);
      const truth = new Sliding(spatial, weight.shape).backward(dy, weight);
      const { wrong, lost, words } = this.verdict(truth, found);
      const right = !wrong.length && !lost.length;
      const [errors, gaps] = [new Set(wrong.map(String)), new Set(lost.map(String))];
      const mark = (i) => {
        const [blank, wrong] = [gaps.has(String(i)), errors.has(String(i))];
        return { blank, wrong, chosen: this.isHere(i), corner: blank ? "lost" : wrong ? "✗" : "✓" };
      };
      const window = { hue: "gradient", title: "<b>what the window gives</b>", mark };
      return {
        stage: [
          { ...this.input(dy, sliding, used), hue: "gradient", title: "<b>dy</b> in its rim of zeros" },
          this.editor(),
          this.output(build(truth.shape, (i) => at(found, i)), window),
          { key: "truth", array: truth, hue: "gradient", title: "<b>the true dx</b>, by scattering",
            mark: (i) => ({ chosen: this.isHere(i) }) },
        ],
        say: `<span class="cnn-verdict ${right ? "cnn-yes" : "cnn-no"}">${words}</span>
          <span class="cnn-line">The window gives ${written(sliding.pairs(dy, used, here))};
          ${entry("dx", here)} is ${number(at(truth, here))}.</span>`,
        state: { dy: tolist(dy), padded: tolist(sliding.pad(dy)), weight: tolist(weight), used: tolist(used),
          found: tolist(found), truth: tolist(truth), right, wrong, lost, ...values },
      };
    }
  });
})();
