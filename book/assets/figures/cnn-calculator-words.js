/* What the calculator says in words: the sums written out. */
"use strict";

(() => {
  const { AXES, range, tuple } = cnn;
  const { period } = cnn.calculator;
  const many = (count) => BigInt(count).toLocaleString("en-US");
  const times = (numbers) => numbers.map(many).join("·");
  const by = (numbers) => numbers.map(many).join(" × ");
  const minus = (number) => String(number).replace("-", "−");

  const summary = ({ out, parameters, multiplyAdds, batch, cOut }) =>
    `Output <b>${by(out)}</b>, ${many(cOut)} channel${cOut === 1 ? "" : "s"}, batch of ${many(batch)}: ` +
      `<b>${many(parameters)}</b> parameters, <b>${many(multiplyAdds)}</b> multiply-adds.`;

  const facts = (it) => {
    const { rows, transposed, shapes, weights, bias, cOut, batch, size, out, copies, field, jump, axes } = it;
    const fact = (name, ...lines) =>
      `<dt>${name}</dt><dd>${lines.filter(Boolean).map((line) => `<p>${line}</p>`).join("")}</dd>`;
    const axis = (a) => (axes > 1 ? `${AXES[axes][a]}: ` : "");
    const rule = transposed ? "(n − 1)·s − 2p + d·(K − 1) + output padding + 1"
      : "⌊(n + 2p − d·(K − 1) − 1) / s⌋ + 1";
    const idle = it.unread.map((cells, a) => {
      if (cells === null || !cells.length) return "";
      const listed = cells.length > 8 ? `${cells.slice(0, 8).join(", ")}, …` : cells.join(", ");
      return `${axis(a)}${many(cells.length)} of ${many(rows[a].cells)}, index ${listed}`;
    }).filter(Boolean);
    const rests = transposed ? [] : rows.filter(({ rest }) => rest).map((row) => `${axis(rows.indexOf(row))}` +
      `${row.rest} of the padded entries left over after the last window, ${Math.min(row.rest, row.after)} of them ` +
      "padding");
    const none = it.unread.includes(null) ? "too many to count here" : "none";
    const [where, sizes] = transposed ? ["input", size] : ["output", out];
    const sees = copies > 1
      ? `one entry after ${copies} such layers sees ${by(field)} of the first input; neighbours are ` +
        `${jump.map(many).join(", ")} apart`
      : `one output sees ${by(field)} entries of each input channel it reads`;
    const meet = rows.map((row) => Math.ceil(row.k / period(row)));
    return fact("size of the output", `<code>${rule}</code>`, ...rows.map((row, a) => `${axis(a)}${row.formula}`)) +
      fact("shapes", `x ${tuple(shapes.x)}, weight ${tuple(shapes.weight)}${bias ? `, bias (${cOut},)` : ""}, ` +
        `y ${tuple(shapes.y)}`) +
      fact(transposed ? "cells that no copy reaches" : "cells that no window reads",
        ...(idle.length ? idle : [none]), ...rests) +
      fact("parameters", `${times(shapes.weight)}${bias ? ` + ${many(cOut)}` : ""} = ${many(it.parameters)}`) +
      fact("multiply-adds", `${many(weights)} weights · ${times(sizes)} places of the ${where}` +
        `${batch === 1 ? "" : ` · batch of ${many(batch)}`} = ${many(it.multiplyAdds)}`,
        `One multiplication and one addition count as one. ${transposed ? "What is cut off counts"
          : "Products with zeros of the padding count"}; the bias does not.`) +
      (transposed ? fact("who writes one output", `at most ${by(meet)} entries of each input channel that reaches it`)
        : fact("receptive field", sees));
  };

  /** Where window o starts on axis a, and what it reads. */
  const reads = ({ transposed, axes }, { s, d, k, before, cells }, a, o) => {
    const start = o * s - before;
    const all = range(Math.min(k, 6)).map((tap) => start + tap * d);
    const last = start + (k - 1) * d;
    const listed = k > 6 ? `${all.slice(0, 3).map(minus).join(", ")}, …, ${minus(last)}` : all.map(minus).join(", ");
    const outside = all[0] < 0 || last >= cells ? (transposed ? " (outside: cut off)" : " (outside: padding)") : "";
    return `<span class="cnn-line">${AXES[axes][a]}: ${transposed ? "copy" : "window"} ${o} starts at
      ${o}·${s} − ${before} = <b>${minus(start)}</b> and ${transposed ? "writes" : "reads"} ${listed}${outside}</span>`;
  };

  Object.assign(cnn.calculator, { summary, facts, reads, many, minus });
})();
