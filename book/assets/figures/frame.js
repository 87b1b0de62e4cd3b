/* The frame of every figure: title, controls, stage, place sliders, buttons, a spoken line, caption.

   A figure says `fields()` (its controls), `slide()` (the Sliding whose outputs are the places to visit) and
   `view()` (what stands on the stage, what is said, what the tests may read). Its kernel is `weight`, which
   `reset()` sets: at the start, and after a change of one of the fields in `resets`. */
"use strict";

(() => {
  const { Walk, at, flat, make, number, part } = cnn;
  const AXES = [[], ["place"], ["row", "column"], ["slice", "row", "column"]];
  let figures = 0;

  /** A native control with its label: {options} a list to choose from, {min, max} a slider, else a switch. */
  const control = ({ name, label, options, min, max, value }, changed) => {
    const slider = min !== undefined;
    const type = options ? {} : slider ? { type: "range", min, max } : { type: "checkbox", role: "switch" };
    const choices = Object.entries(options ?? {}).map(([key, text]) => make("option", { value: key }, text));
    const input = make(options ? "select" : "input", { ...type, name }, ...choices);
    const shown = make("b");
    const set = (to) => {
      input[input.type === "checkbox" ? "checked" : "value"] = to;
      if (input.type === "range") shown.textContent = to;
    };
    set(value);
    input.addEventListener("input", () => {
      const to = { checkbox: input.checked, range: Number(input.value) }[input.type] ?? input.value;
      changed(name, to);
    });
    const node = make("label", { class: "cnn-control" }, make("span", {}, label, " ", shown), input);
    return { node, input, set };
  };

  class Figure extends Walk {
    /** Whether outputs fill in as they are visited. */
    static fills = true;
    static resets = ["kernel"];

    connectedCallback() {
      if (this.stage) return; // moved in the page, not new
      const id = `cnn-figure-${(figures += 1)}`;
      const { heading, hint, fills } = this.constructor;
      this.fieldset();
      this.parts = new Map();
      this.stage = make("div", { class: "cnn-stage", tabindex: 0, role: "group", "aria-label": "arrays",
        "aria-describedby": `${id}-hint` });
      this.stage.addEventListener("keydown", (event) => this.arrow(event));
      this.places = make("div", { class: "cnn-controls cnn-places" });
      this.spoken = make("div", { class: "cnn-spoken", role: "status", "aria-live": "polite" });
      const buttons = make("div", { class: "cnn-buttons" }, ...(fills ? this.buttons() : []));
      const caption = make("figcaption", {}, ...this.childNodes, this.getAttribute("caption") ?? "");
      const fields = make("div", { class: "cnn-controls cnn-fields" });
      fields.append(...Object.values(this.controls).map(({ node }) => node));
      this.append(make("figure", { class: "cnn-figure", "aria-labelledby": `${id}-title` },
        make("p", { class: "cnn-title", id: `${id}-title` }, heading), fields,
        this.stage, make("p", { class: "cnn-hint", id: `${id}-hint` }, hint),
        make("div", { class: "cnn-drive" }, this.places, buttons), this.spoken, caption));
      this.reset();
      this.update();
    }

    /** The controls at their starting values: the element's attribute of that name, else the figure's own. */
    fieldset() {
      this.values = {};
      this.controls = {};
      for (const field of this.fields()) {
        const given = this.getAttribute(field.name);
        const read = field.options ? String : field.min === undefined ? (text) => text !== "false" : Number;
        const value = given === null ? field.value : read(given);
        this.values[field.name] = value;
        this.controls[field.name] = control({ ...field, value }, (name, to) => this.set(name, to));
      }
    }

    set(name, value) {
      this.pause();
      this.values[name] = value;
      this.controls[name].set(value);
      if (this.constructor.resets.includes(name)) this.reset(name);
      this.update();
    }

    /** A kernel entry was typed. */
    edit(k, value) {
      this.pause();
      const { shape, data } = this.weight;
      this.weight = { shape, data: data.map((old, n) => (n === flat(k, shape) ? value : old)) };
      this.update();
    }

    /** The kernel as cells to type in. */
    editor(more) {
      return { key: "weight", array: this.weight, hue: "kernel", title: "w, <b>kernel</b>", name: "w",
        edit: (k, value) => this.edit(k, value), ...more };
    }

    /** The padded input, the block of output o framed; given the kernel, with the weight on each cell of it. */
    input(x, sliding, used, o = this.here) {
      const taps = new Map(sliding.problem ? [] : sliding.taps(o).map(({ k, j }) => [String(j), k]));
      const mark = (j) => {
        const k = taps.get(String(j));
        return { in: Boolean(k), pad: sliding.isPadding(j), corner: k && used && `×${number(at(used, k))}` };
      };
      return { key: "x", array: sliding.pad(x), hue: "input", title: "x, <b>input</b>", frame: true, mark,
        pick: (j) => this.go(this.sliding.nearest(j.slice(-this.here.length))) };
    }

    /** The outputs to choose from; where they fill in, those not yet visited are empty. */
    output(y, more) {
      const mark = (o) => ({ chosen: this.isHere(o), blank: this.constructor.fills && !this.has(o) });
      return { key: "y", array: y, hue: "output", title: "y, <b>output</b>", mark, pick: (o) => this.go(o),
        ...more };
    }

    /** Draw everything anew from the values. */
    update() {
      this.sliding = this.slide();
      this.settle();
      const { stage, say, state, stacked = false } = this.view();
      this.stage.classList.toggle("cnn-stacked", stacked);
      this.show(stage);
      this.slidePlaces();
      if (say !== this.said) this.spoken.innerHTML = this.said = say; // what is unchanged is not read out again
      this.state = { here: this.here, out: this.shape, seen: this.seen.size, ...state };
    }

    show(specs) {
      const keyed = specs.map((spec, n) => [spec.key ?? `sign ${n}`, spec]);
      this.parts = new Map(keyed.map(([key, spec]) => [key, this.parts.get(key) ?? part(spec)]));
      const nodes = [...this.parts.values()].map(({ node }) => node);
      const stand = [...this.stage.children];
      const same = nodes.length === stand.length && nodes.every((node, n) => node === stand[n]);
      if (!same) this.stage.replaceChildren(...nodes); // else a cell that is being typed in keeps the focus
      for (const [key, spec] of keyed) this.parts.get(key).show(spec);
    }

    /** One slider per axis of the output. */
    slidePlaces() {
      if (this.places.children.length !== this.shape.length) {
        const along = (axis) => (_, to) => this.go(this.here.map((entry, a) => (a === axis ? to : entry)));
        this.sliders = AXES[this.shape.length].map((name, axis) =>
          control({ name, label: name, min: 0, max: 0, value: 0 }, along(axis)));
        this.places.replaceChildren(...this.sliders.map(({ node }) => node));
      }
      this.sliders.forEach(({ input, set }, axis) => {
        input.max = Math.max(this.shape[axis] - 1, 0);
        input.disabled = this.shape[axis] < 2;
        set(this.here[axis]);
      });
    }
  }

  Object.assign(cnn, { Figure, AXES });
})();
