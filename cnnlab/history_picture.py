"""A training in a picture: how loss and score went, on what was learnt from and on what was held out."""

from .picture import INK, Picture

LEARNT, HELD_OUT = "#0072B2", "#D55E00"  # blue and vermilion, which colour-blind readers can tell apart


def draw(history):
    """Draw one panel for the loss, and one for the score where there is one."""
    panels = [("loss", history.loss, history.validation_loss)]
    if history.score or history.validation_score:
        panels.append((history.measure, history.score, history.validation_score))
    figure = Picture((4 * len(panels), 3))
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
