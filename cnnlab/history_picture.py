"""A training in a picture: how loss and score went, on what was learnt from and on what was held out."""

from html import escape

from .picture import INK, Picture

LEARNT, HELD_OUT = "#0072B2", "#D55E00"  # blue and vermilion, which colour-blind readers can tell apart


class Curves(Picture):
    """A picture that says in a sentence what it shows, to those who hear it read."""

    def __init__(self, figsize, words):
        super().__init__(figsize)
        self.words = words

    def _repr_svg_(self):
        return super()._repr_svg_().replace("<svg ", f'<svg role="img" aria-label="{escape(self.words)}" ', 1)


def draw(history):
    """Draw one panel for the loss, and one for the score where there is one."""
    panels = [("loss", history.loss, history.validation_loss)]
    if history.score or history.validation_score:
        panels.append((history.measure, history.score, history.validation_score))
    figure = Curves((4 * len(panels), 3), in_a_sentence(history, panels))
    axes = figure.subplots(1, len(panels), squeeze=False)[0]
    for ax, (title, learnt, held_out) in zip(axes, panels, strict=True):
        curve(ax, learnt, color=LEARNT, marker="o", label="learnt from")
        curve(ax, held_out, color=HELD_OUT, marker="s", label="held out")
        if history.best is not None:
            ax.axvline(history.best, color=INK, linewidth=0.8, linestyle=":", label="best")
        ax.set(title=title, xlabel="epoch")
        ax.xaxis.get_major_locator().set_params(integer=True)
        ax.spines[["top", "right"]].set_visible(False)
        ax.legend(frameon=False)
    return figure


def curve(ax, values, **look):
    """Draw one value an epoch, the first at 1."""
    if values:
        ax.plot(range(1, len(values) + 1), values, markersize=4, **look)


def in_a_sentence(history, panels):
    """Say what the curves say: where each begins and where it ends."""
    curves = [
        f"{name} {whose} {values[0]:.3g} to {values[-1]:.3g}"
        for name, *both in panels
        for whose, values in zip(("of what is learnt from:", "of what is held out:"), both, strict=True)
        if values
    ]
    best = "" if history.best is None else f" Best: epoch {history.best}."
    stopped = f" {history.stopped.capitalize()}." if history.stopped else ""
    return f"Training over {len(history.loss)} epochs: {'; '.join(curves)}.{best}{stopped}"
