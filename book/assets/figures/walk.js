/* Walking from output to output, by button, by key or by itself; what was visited stays filled in. */
"use strict";

(() => {
  const { ndindex } = cnn;
  const ARROWS = { ArrowLeft: [1, -1], ArrowRight: [1, 1], ArrowUp: [2, -1], ArrowDown: [2, 1],
    PageUp: [3, -1], PageDown: [3, 1] }; // axis counted from the last one, and the step along it
  const ENDS = { Home: () => 0, End: (size) => size - 1 };
  const PACE = 900; // milliseconds a step
  const calm = matchMedia("(prefers-reduced-motion: reduce)");

  /** Keeps the place `here` and the places `seen` of `this.sliding`; a subclass draws them in `update()`. */
  cnn.Walk = class extends HTMLElement {
    here = [];
    seen = new Set();

    disconnectedCallback() {
      this.pause();
    }

    /** Whether output o is among those visited so far. */
    has(o) {
      return this.seen.has(String(o));
    }

    isHere(o) {
      return String(o) === String(this.here);
    }

    /** A reader's move: what plays by itself stops first. */
    go(place) {
      this.pause();
      this.moveTo(place);
    }

    moveTo(place) {
      this.here = place;
      this.update();
    }

    /** The places after a change of geometry: kept where they still exist. */
    settle() {
      const { out, problem } = this.sliding;
      if (String(out) !== String(this.shape)) this.seen.clear();
      this.shape = out;
      this.here = out.map((size, axis) => Math.max(Math.min(this.here[axis] ?? 0, size - 1), 0));
      if (!problem) this.seen.add(String(this.here));
    }

    /** One place on, in C order; false at the end. */
    step() {
      const places = ndindex(this.shape);
      const next = places.findIndex((place) => this.isHere(place)) + 1;
      if (next < places.length) this.moveTo(places[next]);
      return next < places.length - 1;
    }

    all() {
      for (const place of ndindex(this.shape)) this.seen.add(String(place));
      this.moveTo(this.shape.map(ENDS.End));
    }

    restart() {
      this.seen.clear();
      this.moveTo(this.shape.map(ENDS.Home));
    }

    play() {
      if (this.isHere(this.shape.map(ENDS.End))) this.restart();
      this.spoken.setAttribute("aria-live", "off"); // twenty steps are not read out, the last one is
      this.player.textContent = "Pause";
      this.timer = setInterval(() => this.step() || this.pause(), PACE);
    }

    pause() {
      clearInterval(this.timer);
      this.timer = null;
      this.spoken.setAttribute("aria-live", "polite");
      if (this.player) this.player.textContent = "Play";
    }

    buttons() {
      const button = (text, press) => {
        const node = cnn.make("button", { type: "button", class: "cnn-button" }, text);
        node.addEventListener("click", press);
        return node;
      };
      const reader = (move) => () => {
        this.pause();
        this[move]();
      };
      this.player = button("Play", () => (this.timer ? this.pause() : this.play()));
      const follow = () => (this.player.hidden = calm.matches); // Step goes the same way, without motion
      calm.addEventListener("change", follow);
      follow();
      return [this.player, button("Step", reader("step")), button("All", reader("all")),
        button("Start again", reader("restart"))];
    }

    arrow(event) {
      const [back, by] = ARROWS[event.key] ?? [];
      const axis = this.here.length - back;
      const end = ENDS[event.key];
      if (event.target !== this.stage || !(end || axis >= 0)) return;
      event.preventDefault();
      this.go(end ? this.shape.map(end) : this.here.map((entry, a) => entry + (a === axis ? by : 0)));
    }
  };
})();
