"""The figure of the page on grading: what runs on which side, and what crosses."""

from matplotlib.patches import FancyBboxPatch

from figures import style

STUDENT = ["the student's cells", "NumPy, and what is open of cnnlab", "one folder, its own, to write to"]
COURSE = ["the tests, out of the gradebook", "hidden numbers, right answers", "marks, findings, feedback"]


def fig_two_processes():
    """Draw the two processes and the wire between them."""
    fig, ax = style.figure(7.4, 2.7)
    ax.set(xlim=(0, 10), ylim=(0, 3.6))
    ax.set_axis_off()
    for x, colour, title, lines in (
        (0.1, style.OUTPUT, "trusted", COURSE),
        (6.1, style.INPUT, "in the sandbox", STUDENT),
    ):
        ax.add_patch(
            FancyBboxPatch(
                (x, 0.25), 3.8, 3, boxstyle="round,pad=0.05", fill=False, edgecolor=colour, linewidth=1.8
            )
        )
        ax.text(x + 0.2, 2.85, title, color=colour, fontsize=11, weight="bold", va="center")
        for row, line in enumerate(lines):
            ax.text(x + 0.2, 2.15 - 0.65 * row, line, fontsize=9.5, va="center")
    arrow = dict(arrowstyle="->", color=style.FAINT, linewidth=1.4)
    ax.annotate("", (6.0, 2.2), (4.0, 2.2), arrowprops=arrow)
    ax.annotate("", (4.0, 1.3), (6.0, 1.3), arrowprops=arrow)
    ax.text(5, 2.35, "a call: numbers", ha="center", fontsize=9.5)
    ax.text(5, 1.45, "a result: numbers", ha="center", fontsize=9.5)
    return fig
