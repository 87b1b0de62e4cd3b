/* Chapter 1: how many parameters has a layer that reads a picture? What if the picture grows? */
"use strict";

(() => {
  const { Figure, range } = cnn;

  const CLASSES = 10;
  const [LEAST, MOST] = [8, 512]; // the slider's ends, and the chart's
  const TOP = 9; // the chart ends at 10^9 parameters
  const [WIDE, HIGH, LEFT, RIGHT, ABOVE, BELOW] = [520, 300, 52, 14, 12, 54];
  const DASHES = { softmax: "", hidden: "9 5", convolution: "3 4" };

  const dense = (inputs, outputs) => outputs * inputs + outputs;
  const written = (count) => count.toLocaleString("en-US");
  const raised = (power) => [...String(power)].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]).join("");

  const across = (side) => LEFT + (Math.log2(side / LEAST) / Math.log2(MOST / LEAST)) * (WIDE - LEFT - RIGHT);
  const up = (count) => HIGH - BELOW - (Math.log10(count) / TOP) * (HIGH - ABOVE - BELOW);

  customElements.define("cnn-count-parameters", class extends Figure {
    static heading = "How many numbers must be learnt?";
    static hint = "Move the slider: with the mouse, a finger or the arrow keys. Both axes of the chart are logarithmic.";
    static fills = false;
    static resets = [];

    fields() {
      return [
        { name: "side", label: "side, pixels", min: LEAST, max: MOST, value: 28 },
        { name: "channels", label: "picture", value: "1", options: { 1: "grey", 3: "colour" } },
        { name: "units", label: "hidden units", value: "512", options: { 32: "32", 128: "128", 512: "512" } },
        { name: "filters", label: "kernels", value: "16", options: { 1: "1", 16: "16", 64: "64" } },
        { name: "taps", label: "size of a kernel", value: "5", options: { 3: "3 × 3", 5: "5 × 5", 7: "7 × 7" } },
      ];
    }

    reset() {}

    /** No place to choose: nothing slides here. */
    slide() {
      return { out: [], problem: "" };
    }

    slidePlaces() {}

    arrow() {}

    /** The three counts for a picture of this side. */
    count(side) {
      const { channels, units, filters, taps } = this.values;
      const [inputs, hidden, kernels, k] = [side * side * channels, Number(units), Number(filters), Number(taps)];
      const places = (side - k + 1) ** 2;
      return {
        inputs, hidden, kernels, k, places,
        softmax: dense(inputs, CLASSES),
        network: dense(inputs, hidden) + dense(hidden, CLASSES),
        convolution: kernels * channels * k * k + kernels,
        multiplications: { softmax: inputs * CLASSES, network: inputs * hidden + hidden * CLASSES,
          convolution: places * kernels * channels * k * k },
      };
    }

    curve(name, of) {
      const sides = range(25).map((step) => LEAST * (MOST / LEAST) ** (step / 24));
      const points = sides.map((side) => `${across(side).toFixed(1)},${up(of(this.count(side))).toFixed(1)}`);
      return `<polyline points="${points.join(" ")}" fill="none" stroke="var(--hue)" stroke-width="3"
        stroke-dasharray="${DASHES[name]}"/>`;
    }

    chart(now) {
      const { side } = this.values;
      const text = (x, y, words, anchor = "middle") =>
        `<text x="${x}" y="${y}" text-anchor="${anchor}" fill="var(--cnn-faint)" font-size="17">${words}</text>`;
      const line = (x1, y1, x2, y2, more = "") =>
        `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="var(--cnn-line)" ${more}/>`;
      const powers = [1, 3, 5, 7, 9].map((power) => line(LEFT, up(10 ** power), WIDE - RIGHT, up(10 ** power)) +
        text(LEFT - 8, up(10 ** power) + 5, `10${raised(power)}`, "end"));
      const sides = [8, 28, 64, 150, 299, 512].map((n) => line(across(n), HIGH - BELOW, across(n), HIGH - BELOW + 5) +
        text(across(n), HIGH - BELOW + 23, n));
      const drawn = [["kernel", "softmax", "softmax"], ["input", "hidden", "network"],
        ["output", "convolution", "convolution"]].map(([hue, name, key]) => `<g class="cnn-${hue}">
        ${this.curve(name, (counts) => counts[key])}
        <circle cx="${across(side)}" cy="${up(now[key])}" r="7" fill="var(--hue)" stroke="var(--cnn-paper)"
          stroke-width="2"/></g>`);
      const said = `Parameters over the side of the picture. At ${side} pixels: softmax regression ` +
        `${written(now.softmax)}, one hidden layer ${written(now.network)}, convolution ${written(now.convolution)}.`;
      return `<svg viewBox="0 0 ${WIDE} ${HIGH}" role="img" aria-label="${said}"
        style="width: 100%; max-width: ${WIDE}px; height: auto; display: block; margin: 0 auto">
        ${powers.join("")}${sides.join("")}
        ${line(across(side), ABOVE, across(side), HIGH - BELOW, 'stroke-width="2" stroke-dasharray="4 4"')}
        ${drawn.join("")}${text((LEFT + WIDE - RIGHT) / 2, HIGH - 3, "side of the picture, pixels")}</svg>`;
    }

    /** What each line is made of: a piece of the line, the name, the sum. */
    legend(now) {
      const { inputs, hidden, kernels, k } = now;
      const { channels } = this.values;
      const [n, h] = [written(inputs), written(hidden)];
      const rows = [
        ["kernel", "softmax", "softmax regression", `${n}·${CLASSES} + ${CLASSES}`, now.softmax],
        ["input", "hidden", "one hidden layer", `${n}·${h} + ${h} + ${h}·${CLASSES} + ${CLASSES}`, now.network],
        ["output", "convolution", "a convolution", `${kernels}·${channels}·${k}·${k} + ${kernels}`, now.convolution],
      ];
      return rows.map(([hue, name, words, sum, count]) => `<p class="cnn-${hue}" data-count="${name}">
        <svg viewBox="0 0 44 10" width="44" height="10" aria-hidden="true"><line x1="0" y1="5" x2="44" y2="5"
        stroke="var(--hue)" stroke-width="3" stroke-dasharray="${DASHES[name]}"/></svg>
        <b style="color: var(--hue-text)">${words}</b>: <span>${sum}</span> = <b>${written(count)}</b></p>`).join("");
    }

    view() {
      const { side, channels } = this.values;
      const now = this.count(side);
      const { softmax, network, convolution } = now.multiplications;
      return {
        stage: [
          { key: "chart", html: this.chart(now), className: "cnn-formula" },
          { key: "legend", html: this.legend(now), className: "cnn-legend" },
        ],
        say: `<span class="cnn-line">${side} × ${side}${Number(channels) > 1 ? ` × ${channels}` : ""} = ` +
          `${written(now.inputs)} numbers go in.</span> <span class="cnn-line">Multiplications for one picture: ` +
          `${written(softmax)} for softmax regression, ${written(network)} with the hidden layer, ` +
          `${written(convolution)} for the convolution at its ${written(now.places)} places.</span>`,
        state: { ...this.values, ...now },
      };
    }
  });
})();
