/* The calculator's arithmetic, without a page: from typed words to sizes, counts and windows, and to an address and
   back. It refuses what cnnlab refuses, in the same words; the test compares both, number by number. */
"use strict";

(() => {
  const { range, tuple } = cnn;
  const PER_AXIS = { size: "32", kernel: "3", stride: "1", padding: "0", dilation: "1", output_padding: "0" };
  const WHOLE = { batch: "1", in: "1", out: "1", groups: "1", copies: "1" };
  const SWITCHES = { bias: true, transposed: false };
  const WORDS = ["valid", "same", "full"];
  const NAMES = { size: "spatial", kernel: "kernel_size" };

  class Refusal extends Error {
    constructor(message, field, axis) {
      super(message);
      Object.assign(this, { field, axis });
    }
  }

  /** Three axes of everything, as text; `mode` is "cells" or the word that stands for a padding. */
  const defaults = () => ({
    axes: 2, mode: "cells", ...WHOLE, ...SWITCHES,
    ...Object.fromEntries(Object.entries(PER_AXIS).map(([name, text]) => [name, [text, text, text]])),
  });

  // reading

  const pair = (text) => text.trim().split(/\s*[:,+\s]\s*/);
  const isInt = (text) => /^-?\d{1,9}$/.test(text);
  const shown = (texts) => tuple(texts.map((text) => (isInt(text) ? Number(text) : `'${text}'`)));

  const ints = (name, texts, minimum) => {
    const said = NAMES[name] ?? name;
    const wrong = texts.findIndex((text) => !isInt(text));
    if (wrong >= 0)
      throw new Refusal(`${said} is ${shown(texts)}, but it must be an int or one int per axis`, name, wrong);
    const low = texts.findIndex((text) => Number(text) < minimum);
    if (low >= 0)
      throw new Refusal(`${said} is ${shown(texts)}, but it must be at least ${minimum} on every axis`, name, low);
    return texts.map(Number);
  };

  const single = (name, text, minimum) => {
    if (!isInt(text.trim())) throw new Refusal(`${name} is '${text}', but it must be one int`, name);
    if (Number(text) < minimum) throw new Refusal(`${name} is ${Number(text)}, but it must be at least ${minimum}`, name);
    return Number(text);
  };

  const rims = (values, axes, { size, stride, extents }) => {
    const { mode, transposed } = values;
    if (mode !== "cells") {
      if (transposed) throw new Refusal(`padding is "${mode}", but here it must be numbers of cells`, "mode");
      if (!WORDS.includes(mode)) {
        throw new Refusal(`padding is "${mode}", but the words it knows are "valid", "same" and "full"`, "mode");
      }
      if (mode === "valid") return extents.map(() => [0, 0]);
      if (mode === "full") return extents.map((extent) => [extent - 1, extent - 1]);
      return extents.map((extent, a) => {
        const cells = Math.max((Math.ceil(size[a] / stride[a]) - 1) * stride[a] + extent - size[a], 0);
        return [Math.floor(cells / 2), Math.ceil(cells / 2)];
      });
    }
    const pairs = values.padding.slice(0, axes).map(pair);
    const long = pairs.findIndex((cells) => cells.length > 2);
    if (long >= 0) {
      throw new Refusal(`padding is '${values.padding[long]}', but pairs must be one (before, after) for each of ` +
        `${axes} axes`, "padding", long);
    }
    if (pairs.every((cells) => cells.length === 1))
      return ints("padding", pairs.flat(), 0).map((cells) => [cells, cells]);
    return pairs.map((cells, axis) => {
      try {
        return ints("padding", [cells[0], cells.at(-1)], 0);
      } catch (error) {
        throw Object.assign(error, { axis });
      }
    });
  };

  // one axis

  const cut = (before, after) => (before === after ? `2*${before}` : `${before} + ${after}`);

  /** The row that is drawn: `cells` between `before` and `after`, on which `count` kernels lie, s apart. */
  const convolved = (n, k, s, d, [before, after], where) => {
    const extent = d * (k - 1) + 1;
    const room = n + before + after - extent;
    if (room < 0) {
      throw new Refusal(`a kernel of size ${k} with dilation ${d} spans ${extent} entries, but the padded input has ` +
        `${n} + ${cut(before, after)} = ${n + before + after}${where}`, "kernel");
    }
    const out = Math.floor(room / s) + 1;
    const rim = before === after ? `2·${before}` : `${before} + ${after}`;
    return { n, k, s, d, before, after, extent, out, count: out, cells: n, rest: room % s,
      formula: `⌊(${n} + ${rim} − ${d}·(${k} − 1) − 1) / ${s}⌋ + 1 = ⌊${room} / ${s}⌋ + 1 = ${out}` };
  };

  const stamped = (n, k, s, d, [before, after], extra, where) => {
    if (extra >= Math.max(s, d)) {
      throw new Refusal(`output_padding is ${extra}, but it must be smaller than either stride or dilation: ` +
        `${extra} >= max(${s}, ${d})${where}`, "output_padding");
    }
    const extent = d * (k - 1) + 1;
    const out = (n - 1) * s - before - after + extent + extra;
    if (out < 1) {
      const cells = before === after ? `2*${before}` : `(${before} + ${after})`;
      throw new Refusal(`the output would have (${n} - 1)*${s} - ${cells} + ${d}*(${k} - 1) + ${extra} + 1 = ${out} ` +
        `entries, but it must have at least 1${where}`, "padding");
    }
    const rim = before === after ? `2·${before}` : `(${before} + ${after})`;
    return { n, k, s, d, before, after, extent, out, count: n, cells: out, rest: extra, extra,
      formula: `(${n} − 1)·${s} − ${rim} + ${d}·(${k} − 1) + ${extra} + 1 = ${out}` };
  };

  const gcd = (a, b) => (b ? gcd(b, a % b) : a);

  /** How many taps on which a kernel meets the entries of a stride once each. */
  const period = ({ s, d }) => s / gcd(s, d);

  /** Whether one of the kernels on the row has a tap on entry j, counted from the first cell of padding. */
  const reached = (row, j) => {
    const { k, s, d, count } = row;
    const turn = period(row);
    for (let first = 0; first < Math.min(turn, k, 1e5); first += 1) {
      if ((j - first * d) % s) continue;
      const tap = first + turn * Math.max(0, Math.ceil((j - first * d - (count - 1) * s) / (turn * d)));
      return tap < k && tap * d <= j;
    }
    return false;
  };

  /** The cells that no kernel touches; null where that would be too long a count. */
  const unread = (row) => (row.cells * Math.min(row.k, period(row)) > 2e6 ? null
    : range(row.cells).filter((i) => !reached(row, i + row.before)));

  // the whole

  const product = (numbers) => numbers.reduce((sum, n) => sum * BigInt(n), 1n);

  const divided = (channels, name, groups) => {
    if (channels < 1 || channels % groups)
      throw new Refusal(`${channels} ${name} channels cannot be cut into ${groups} group(s) of equal size`, "groups");
  };

  const workOut = (values) => {
    if (values.complaint) throw new Refusal(values.complaint);
    const { transposed, bias, axes } = values;
    const [batch, groups] = [single("batch", values.batch, 0), single("groups", values.groups, 1)];
    const [cIn, cOut] = [single("in", values.in, 0), single("out", values.out, 0)];
    const copies = single("copies", values.copies, 1);
    if (copies > 99) throw new Refusal(`copies is ${copies}, but here it must be at most 99`, "copies");
    divided(cIn, "input", groups);
    divided(cOut, "output", groups);
    const read = (name, minimum) => ints(name, values[name].slice(0, axes).map((text) => text.trim()), minimum);
    const size = read("size", transposed ? 1 : 0);
    const [kernel, stride, dilation] = [read("kernel", 1), read("stride", 1), read("dilation", 1)];
    const outputPadding = transposed ? read("output_padding", 0) : size.map(() => 0);
    const extents = kernel.map((k, a) => dilation[a] * (k - 1) + 1);
    const padding = rims(values, axes, { size, stride, extents });
    const rows = range(axes).map((a) => {
      const where = axes > 1 ? ` (spatial axis ${a})` : "";
      const given = [size[a], kernel[a], stride[a], dilation[a], padding[a]];
      try {
        return transposed ? stamped(...given, outputPadding[a], where) : convolved(...given, where);
      } catch (error) {
        throw Object.assign(error, { axis: a });
      }
    });
    const out = rows.map((row) => row.out);
    const shape = transposed ? [cIn, cOut / groups, ...kernel] : [cOut, cIn / groups, ...kernel];
    const steps = stride.map((s) => range(copies).reduce((sum, i) => sum + BigInt(s) ** BigInt(i), 0n));
    return {
      axes, transposed, bias, batch, cIn, cOut, groups, copies, size, kernel, stride, padding, dilation, outputPadding,
      mode: values.mode, rows, out, shapes: { x: [batch, cIn, ...size], weight: shape, y: [batch, cOut, ...out] },
      weights: String(product(shape)),
      parameters: String(product(shape) + BigInt(bias ? cOut : 0)),
      multiplyAdds: String(product(shape) * BigInt(batch) * product(transposed ? size : out)),
      field: extents.map((extent, a) => String(1n + BigInt(extent - 1) * steps[a])),
      jump: stride.map((s) => String(BigInt(s) ** BigInt(copies))),
      unread: rows.map(unread),
    };
  };

  /** Everything about a layer, or {problem, field, axis}. */
  const compute = (values) => {
    try {
      return workOut(values);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { problem: error.message, field: error.field, axis: error.axis };
    }
  };

  // the address: what is not said has its default; one entry for all axes where they are alike

  const address = (values) => {
    const usual = defaults();
    const parts = [["axes", values.axes]];
    const list = (texts) => {
      const clean = texts.slice(0, values.axes).map((text) => pair(text).join(":"));
      return clean.every((text) => text === clean[0]) ? clean[0] : clean.join(",");
    };
    for (const name of Object.keys(PER_AXIS)) {
      const said = name === "padding" && values.mode !== "cells" ? values.mode : list(values[name]);
      if (name === "size" || name === "kernel" || said !== PER_AXIS[name]) parts.push([name, said]);
    }
    for (const name of Object.keys(WHOLE)) if (values[name] !== usual[name]) parts.push([name, values[name].trim()]);
    for (const name of Object.keys(SWITCHES)) if (values[name] !== usual[name]) parts.push([name, values[name] ? 1 : 0]);
    return parts.map(([name, said]) => `${name}=${encodeURIComponent(said).replace(/%(2C|3A)/g, decodeURIComponent)}`)
      .join("&");
  };

  /** Values out of an address, or out of an element's attributes: pairs of a name and a text. */
  const fromPairs = (pairs) => {
    const given = Object.fromEntries(pairs);
    const values = defaults();
    if (["1", "2", "3"].includes(given.axes)) values.axes = Number(given.axes);
    else if (given.axes !== undefined) values.complaint = `axes is ${given.axes}, but it must be 1, 2 or 3`;
    for (const name of Object.keys(WHOLE)) values[name] = given[name] ?? values[name];
    for (const [name, usual] of Object.entries(SWITCHES))
      values[name] = given[name] === undefined ? usual : !["0", "false"].includes(given[name]);
    for (const name of Object.keys(PER_AXIS)) {
      if (given[name] === undefined) continue;
      if (name === "padding" && /^[a-z]/i.test(given.padding)) {
        values.mode = given.padding;
        continue;
      }
      const entries = given[name].split(",");
      const alike = entries.length === 1 && values.axes > 1;
      values[name] = range(3).map((a) => (alike ? entries[0] : entries[a] ?? (a < values.axes ? "" : PER_AXIS[name])));
      if (!alike && entries.length !== values.axes) {
        values.complaint = `${NAMES[name] ?? name} is ${shown(entries)}: ${entries.length} entries for ` +
          `${values.axes} spatial axes`;
      }
    }
    return values;
  };

  const fromAddress = (hash) => fromPairs([...new URLSearchParams(hash.replace(/^#/, "").replace(/\+/g, "%2B"))]);

  cnn.calculator = { PER_AXIS, WHOLE, SWITCHES, WORDS, compute, reached, period, address, fromAddress, fromPairs };
})();
