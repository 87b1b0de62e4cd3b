/* The calculator's layer as a call of five libraries: {name, code, notes} each. All make the same numbers; where a
   library cannot say something, the code goes round it and a note says so. */
"use strict";

(() => {
  const { tuple, range } = cnn;
  const py = (value) => (value ? "True" : "False");
  const per = (numbers) => (numbers.every((n) => n === numbers[0]) ? String(numbers[0]) : tuple(numbers));
  const pairs = (padding) => tuple(padding.map(([before, after]) => `(${before}, ${after})`));
  const list = (numbers) => `[${numbers.join(", ")}]`;
  const uneven = ({ padding }) => padding.some(([before, after]) => before !== after);
  const some = (numbers, usual) => numbers.some((n) => n !== usual);
  const call = (name, ...parts) => `${name}(\n    ${parts.filter(Boolean).join(",\n    ")},\n)`;
  const kept = ({ rows }) => rows.map(({ before, out }) => `${before}:${before + out}`).join(", ");

  const cnnlab = (it) => {
    const padding = it.mode !== "cells" ? `"${it.mode}"`
      : uneven(it) ? pairs(it.padding) : per(it.padding.map(([before]) => before));
    const layer = call(`layer = cnnlab.Conv${it.transposed ? "Transpose" : ""}`, `${it.cIn}, ${it.cOut}`,
      `kernel_size=${tuple(it.kernel)}`, `stride=${per(it.stride)}`, `padding=${padding}`,
      it.transposed && `output_padding=${per(it.outputPadding)}`, `dilation=${per(it.dilation)}`,
      `groups=${it.groups}`, `bias=${py(it.bias)}`);
    return { name: "cnnlab", notes: [], code: `import numpy as np
import cnnlab

x = np.zeros(${tuple(it.shapes.x)}, np.float32)
${layer}
y = layer.forward(x)  # ${tuple(it.shapes.y)}` };
  };

  const torch = (it) => {
    const notes = [];
    const apart = uneven(it);
    const note = (when, words) => when && notes.push(words);
    note(it.mode === "same", 'padding="same" exists here too, but only for a stride of 1; so the cells are said in numbers.');
    note(apart && !it.transposed, "padding= has the same cells on both sides; unequal ones need pad, which takes the last " +
      "axis first.");
    note(apart && it.transposed, "padding= cuts the same cells off both sides; unequal ones are cut off afterwards.");
    note(it.size.includes(0), "PyTorch refuses an empty axis.");
    const padding = apart ? "0" : per(it.padding.map(([before]) => before));
    const layer = call(`layer = nn.Conv${it.transposed ? "Transpose" : ""}${it.axes}d`, `${it.cIn}, ${it.cOut}`,
      `kernel_size=${per(it.kernel)}`, `stride=${per(it.stride)}`, `padding=${padding}`,
      it.transposed && `output_padding=${per(it.outputPadding)}`, `dilation=${per(it.dilation)}`,
      `groups=${it.groups}`, `bias=${py(it.bias)}`);
    const x = apart && !it.transposed ? `nn.functional.pad(x, ${tuple(it.padding.toReversed().flat())})` : "x";
    const crop = apart && it.transposed ? `[:, :, ${kept(it)}]` : "";
    return { name: "PyTorch", notes, code: `import torch
from torch import nn

x = torch.zeros(${it.shapes.x.join(", ")})
${layer}
y = layer(${x})${crop}  # ${tuple(it.shapes.y)}` };
  };

  const keras = (it) => {
    const notes = [`Channels stand last: x is (N, *spatial, C); the kernel is (*kernel_size, ` +
      `${it.transposed ? "C_out, C_in" : "C_in / groups, C_out"}).`];
    const both = some(it.stride, 1) && some(it.dilation, 1);
    const head = `import numpy as np
import keras

x = np.zeros(${tuple([it.batch, ...it.size, it.cIn])}, "float32")`;
    const shape = `# ${tuple([it.batch, ...it.out, it.cOut])}`;
    const rim = (padding) => (it.axes === 1 ? `(${padding[0].join(", ")})` : pairs(padding));
    if (it.transposed) {
      const cannot = [
        it.groups > 1 && "No groups in a transposed convolution: cut the channels, and join what several layers give.",
        both && "Keras refuses a stride together with a dilation.",
        it.outputPadding.some((extra, a) => extra >= it.stride[a]) &&
          "Keras wants output_padding below the stride, whatever the dilation.",
      ].filter(Boolean);
      if (cannot.length) return { name: "Keras", code: "", notes: cannot };
      const layer = call(`layer = keras.layers.Conv${it.axes}DTranspose`, it.cOut, tuple(it.kernel),
        `strides=${tuple(it.stride)}`, 'padding="valid"', `output_padding=${tuple(it.outputPadding)}`,
        `dilation_rate=${tuple(it.dilation)}`, `use_bias=${py(it.bias)}`);
      const cutting = some(it.padding.flat(), 0);
      if (cutting) notes.push("padding= takes only words; the cells of padding are cut off afterwards.");
      return { name: "Keras", notes, code: `${head}
${layer}
y = layer(x)${cutting ? `[:, ${kept(it)}]` : ""}  ${shape}` };
    }
    const word = it.mode === "same" && !both ? "same" : "valid";
    const padded = word === "valid" && some(it.padding.flat(), 0);
    if (padded) notes.push("padding= takes only words; cells in numbers need a ZeroPadding layer before.");
    if (both) {
      notes.push("Keras refuses a stride together with a dilation: here it goes by 1, and every stride-th output is kept.");
    }
    const layer = call(`layer = keras.layers.Conv${it.axes}D`, it.cOut, tuple(it.kernel),
      `strides=${tuple(both ? it.stride.map(() => 1) : it.stride)}`, `padding="${word}"`,
      `dilation_rate=${tuple(it.dilation)}`, `groups=${it.groups}`, `use_bias=${py(it.bias)}`);
    const x = padded ? `keras.layers.ZeroPadding${it.axes}D(${rim(it.padding)})(x)` : "x";
    return { name: "Keras", notes, code: `${head}
${layer}
y = layer(${x})${both ? `[:, ${it.stride.map((s) => `::${s}`).join(", ")}]` : ""}  ${shape}` };
  };

  const jax = (it) => {
    const letters = ["H", "HW", "DHW"][it.axes - 1];
    const ends = it.rows.map(({ before, after, extent, extra }) =>
      (it.transposed ? [extent - 1 - before, extent - 1 - after + extra] : [before, after]));
    const notes = [it.transposed
      ? "lax.conv_transpose counts padding otherwise and has no groups. This is the same sum: zeros between the " +
        "entries of x (lhs_dilation), and the kernel turned round. A negative padding cuts cells off."
      : "rhs_dilation is the dilation; lhs_dilation, left out, would set zeros between the entries of x."];
    if (it.mode === "same" && !it.transposed) notes.push('padding="SAME" does the same; numbers say which cells.');
    const { weight } = it.shapes;
    const reads = it.cIn / it.groups;
    const reshape = (...sizes) => `.reshape(${[...sizes, ...it.kernel].join(", ")})`;
    const turned = it.groups === 1 ? ".swapaxes(0, 1)"
      : `${reshape(it.groups, reads, it.cOut / it.groups)}.swapaxes(1, 2)${reshape(it.cOut, reads)}`;
    const turn = `kernel = jnp.flip(weight, ${tuple(range(it.axes).map((a) => a + 2))})${turned}\n`;
    return { name: "JAX", notes, code: `import jax
import jax.numpy as jnp

x = jnp.zeros(${tuple(it.shapes.x)})
weight = jnp.zeros(${tuple(weight)})
${it.bias ? `bias = jnp.zeros(${it.cOut})\n` : ""}${it.transposed ? turn : ""}${call("y = jax.lax.conv_general_dilated",
    `x, ${it.transposed ? "kernel" : "weight"}`,
    `window_strides=${tuple(it.transposed ? it.stride.map(() => 1) : it.stride)}`, `padding=${pairs(ends)}`,
    it.transposed && `lhs_dilation=${tuple(it.stride)}`, `rhs_dilation=${tuple(it.dilation)}`,
    `dimension_numbers=("NC${letters}", "OI${letters}", "NC${letters}")`, 
    `feature_group_count=${it.groups}`)}  # ${tuple(it.shapes.y)}${it.bias
    ? `\ny = y + bias.reshape(${[-1, ...it.kernel.map(() => 1)].join(", ")})` : ""}` };
  };

  const onnx = (it) => ({
    name: "ONNX",
    notes: [`"weight" has shape ${tuple(it.shapes.weight)}${it.bias ? `, "bias" shape (${it.cOut},)` : ""}. ` +
      "pads lists all befores, then all afters.",
      ...(it.outputPadding.some((extra, a) => extra >= it.stride[a])
        ? ["ONNX Runtime refuses an output_padding that is not below the stride, whatever the dilation."] : []),
      ...(it.mode === "same" ? ['auto_pad="SAME_UPPER" does the same; numbers say which cells.'] : [])],
    code: `import onnx

${call("node = onnx.helper.make_node", `"Conv${it.transposed ? "Transpose" : ""}"`,
    `["x", "weight"${it.bias ? ', "bias"' : ""}]`, '["y"]', `kernel_shape=${list(it.kernel)}`,
    `strides=${list(it.stride)}`,
    `pads=${list([...it.padding.map(([before]) => before), ...it.padding.map(([, after]) => after)])}`,
    it.transposed && `output_padding=${list(it.outputPadding)}`, `dilations=${list(it.dilation)}`,
    `group=${it.groups}`)}  # ${tuple(it.shapes.x)} -> ${tuple(it.shapes.y)}`,
  });

  cnn.calculator.calls = (it) => [cnnlab, torch, keras, jax, onnx].map((library) => library(it));
})();
