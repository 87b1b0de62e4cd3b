"""The figure of chapter 0: three tracks through the chapters, and where points are to be earned."""

from figures import style

TRACKS = {  # name: (its chapters, colour)
    "a weekend": ((4, 7, 8), style.INPUT),
    "half a course": (range(11), style.KERNEL),
    "all of it": (range(22), style.OUTPUT),
}
POINTS = {0: 0, 2: 10, 3: 10, 4: 4, 6: 4, 7: 14, 8: 14, 9: 9, 11: 8, 12: 10, 13: 11, 14: 5, 15: 5, 17: 6}
STRETCH = {20: 10, 21: 10}  # beyond the points of the course


def points_on(track):
    """The points of the exercises on a track, those of the stretch left out."""
    chapters, _ = TRACKS[track]
    return sum(POINTS.get(chapter, 0) for chapter in chapters)


def fig_tracks():
    """Draw a cell for each chapter on each track, and below them the points of each chapter's exercise."""
    fig, ax = style.figure(7, 2.1)
    for row, (name, (chapters, colour)) in enumerate(TRACKS.items()):
        ax.text(-0.5, row + 0.5, name, ha="right", va="center")
        for chapter in range(22):
            on = chapter in chapters
            corners = [chapter, chapter + 0.92, chapter + 0.92, chapter]
            heights = [row + 0.08, row + 0.08, row + 0.92, row + 0.92]
            ax.fill(corners, heights, facecolor=colour if on else "none", alpha=0.35, linewidth=0)
            ax.fill(corners, heights, fill=False, edgecolor=colour if on else style.LINE, linewidth=1)
            if on:
                ax.text(chapter + 0.46, row + 0.5, str(chapter), ha="center", va="center", fontsize=9)
    ax.text(-0.5, 3.55, "points", ha="right", va="center")
    for chapter, points in {**POINTS, **STRETCH}.items():
        shown = f"+{points}" if chapter in STRETCH else str(points)
        ax.text(chapter + 0.46, 3.55, shown, ha="center", va="center", color=style.FAINT, fontsize=9)
    ax.set(xlim=(-4.6, 22.1), ylim=(4, -0.1))
    ax.set_axis_off()
    return fig
