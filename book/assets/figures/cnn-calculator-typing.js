/* The calculator's fields: a column for each axis, a row for each quantity; what is typed stays text in `values`. */
"use strict";

(() => {
  const { Walk, AXES, make, range } = cnn;
  const { PER_AXIS } = cnn.calculator;
  const LABELS = { size: "input size", kernel: "kernel", stride: "stride", padding: "padding", dilation: "dilation",
    output_padding: "output padding", batch: "batch", in: "channels in", out: "channels out", groups: "groups",
    copies: "layers in a row" };
  const SWITCH_LABELS = { bias: "bias", transposed: "transposed" };

  class Typed extends Walk {
    typed(name, axis) {
      const label = `${LABELS[name]}${axis === undefined ? "" : `, axis ${axis}`}`;
      const input = make("input", { type: "text", inputmode: name === "padding" ? "text" : "numeric", name,
        autocomplete: "off", spellcheck: "false", "aria-label": label });
      if (axis !== undefined) input.dataset.axis = axis;
      const set = () => this.set(name, input.value, axis);
      input.addEventListener("input", set);
      input.addEventListener("keydown", (event) => {
        const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
        if (!step || !/^\s*\d+\s*$/.test(input.value)) return;
        event.preventDefault();
        input.value = Math.max(Number(input.value) + step, 0);
        set();
      });
      return input;
    }

    chosen(name, options) {
      const select = make("select", { name },
        ...Object.entries(options).map(([value, text]) => make("option", { value }, text)));
      select.addEventListener("change", () => this.set(name, name === "axes" ? Number(select.value) : select.value));
      return select;
    }

    switched(name) {
      const input = make("input", { type: "checkbox", role: "switch", name });
      input.addEventListener("input", () => this.set(name, input.checked));
      return make("label", { class: "cnn-control" }, make("span", {}, SWITCH_LABELS[name]), input);
    }

    button(text, press) {
      const node = make("button", { type: "button", class: "cnn-button" }, text);
      node.addEventListener("click", press);
      return node;
    }

    set(name, value, axis) {
      delete this.values.complaint;
      if (axis === undefined) this.values[name] = value;
      else this.values[name] = this.values[name].map((old, a) => (a === axis ? value : old));
      if (["axes", "transposed", "mode"].includes(name)) this.fill();
      this.update();
      this.remember();
    }

    /** Put the values into the controls; a row for each quantity, a column for each axis. */
    fill() {
      const { axes, mode, transposed } = this.values;
      const shown = Object.keys(PER_AXIS).filter((name) =>
        (name === "padding" ? mode === "cells" : name === "output_padding" ? transposed : true));
      const layout = `${axes} ${shown}`;
      if (this.table.dataset.layout !== layout) {
        this.table.dataset.layout = layout;
        this.table.style.setProperty("--axes", axes);
        const heads = AXES[axes].map((name, a) => make("span", { class: "cnn-head" }, `axis ${a}, ${name}`));
        this.table.replaceChildren(make("span"), ...heads, ...shown.flatMap((name) =>
          [make("span", { class: "cnn-row" }, LABELS[name]), ...range(axes).map((a) => this.typed(name, a))]));
      }
      for (const input of this.querySelectorAll("figure :is(.cnn-calculator-axes, .cnn-controls) :is(input, select)")) {
        const { name, dataset: { axis } } = input;
        if (!(name in this.values)) continue;
        if (input.type === "checkbox") input.checked = this.values[name];
        else if (axis !== undefined) input.value = this.values[name][axis];
        else {
          const unknown = name === "mode" && ![...input.options].some(({ value }) => value === mode);
          if (unknown) input.append(make("option", { value: mode }, `"${mode}"`)); // as the address has it
          input.value = this.values[name];
        }
      }
    }

    mark({ field, axis }) {
      for (const input of this.querySelectorAll("input[name], select[name]")) {
        const its = input.dataset.axis;
        const wrong = input.name === field && (axis === undefined || its === undefined || Number(its) === axis);
        input.toggleAttribute("aria-invalid", false);
        if (!wrong) continue;
        input.setAttribute("aria-invalid", "true");
        input.setAttribute("aria-errormessage", this.spoken.id);
      }
    }
  }

  Object.assign(cnn.calculator, { LABELS, Typed });
})();
