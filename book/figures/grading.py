"""Figures of the page on grading: how fast a class is graded, as `make bench-grading` has measured it."""

from experiments.results import Table, number, result_of

from figures import style

AIM = 30  # times nbgrader's throughput
STOCK = {"as it comes": "nbgrader", "at its best": "nbgrader, without the cells that earn nothing"}


def load():
    """Read what the measurement has written."""
    return result_of("grading")


def fig_throughput(result=None):
    """Draw how many submissions a minute each way of grading takes, with a page of feedback for each."""
    pace = paces(result or load())
    fig, ax = style.figure(7.2, 0.6 + 0.42 * len(pace))
    colours = [style.FAINT if name.startswith("nbgrader") else style.OUTPUT for name in pace]
    ax.barh(range(len(pace)), pace.values(), color=colours, height=0.6)
    for line, value in enumerate(pace.values()):
        ax.text(value, line, f" {value:,.0f}", va="center")
    ax.set_yticks(range(len(pace)), pace)
    ax.set(ylim=(len(pace) - 0.5, -0.5), xlim=(0, 1.12 * max(pace.values())), xlabel="submissions a minute")
    return fig


def fig_cost_per_submission(result=None):
    """Draw the time for each submission against the size of the class, and memory against time."""
    result = result or load()
    start, *sizes = result["sizes"]
    fig, (left, right) = style.figure(7.4, 3.2, 1, 2)
    counts = [row["submissions"] for row in sizes]
    whole = [1000 * row["seconds"] / row["submissions"] for row in sizes]
    each = [1000 * further(row, start) for row in sizes]
    left.plot(counts, whole, "s--", color=style.FAINT, markersize=4, label="the whole command, divided")
    left.plot(counts, each, "o-", color=style.OUTPUT, markersize=4, label="each after the first")
    left.set(xscale="log", ylim=(0, 1.05 * max(whole)), xlabel="submissions", title="ms a submission")
    left.set_xticks(counts, [f"{count:,}" for count in counts], fontsize=8.5)
    left.set_xticks([], minor=True)
    left.legend(fontsize=9)
    seconds, main, worker, _ = zip(*sizes[-1]["memory"], strict=True)
    right.plot(seconds, main, "--", color=style.INPUT, label="the command itself")
    right.plot(seconds, worker, color=style.OUTPUT, label="the largest of the others")
    right.set(ylim=(0, 1.3 * max(main)), xlabel="seconds", title=f"MB, over {counts[-1]:,} submissions")
    right.legend(fontsize=9, loc="upper left")
    return fig


def further(row, start):
    """Say what each submission after the first has taken."""
    return (row["seconds"] - start["seconds"]) / max(1, row["submissions"] - start["submissions"])


def paces(result):
    """List submissions a minute, feedback written, from the slowest to the fastest."""
    stock, count = result["stock"], result["stock"]["submissions"]
    found = {
        words: 60 * count / (stock[name]["autograde"] + stock[name]["feedback"])
        for name, words in STOCK.items()
    }
    found[f"cnnlab grade, {result['ours']['submissions']}"] = (
        60 * result["ours"]["submissions"] / result["ours"]["seconds"]
    )
    largest = result["sizes"][-1]
    found[f"cnnlab grade, {largest['submissions']:,}"] = 60 * largest["submissions"] / largest["seconds"]
    return dict(sorted(found.items(), key=lambda item: item[1]))


def costs(result=None):
    """List classes of several sizes: the whole command, each submission, and when nothing is new."""
    start, *sizes = (result or load())["sizes"]
    rows = [
        [
            f"{row['submissions']:,}",
            number(row["seconds"]),
            number(1000 * row["seconds"] / row["submissions"]),
            number(1000 * further(row, start)),
            number(row["again"]),
        ]
        for row in sizes
    ]
    header = ["submissions", "seconds", "ms each", "ms each after the first", "nothing new: seconds"]
    return Table(header, rows)


def sentence(result=None):
    """Say in a sentence how much faster it is, on what."""
    result = result or load()
    ours, stock = result["ours"], result["stock"]
    each = 1000 * ours["seconds"] / ours["submissions"]
    theirs = (stock["as it comes"]["autograde"] + stock["as it comes"]["feedback"]) / stock["submissions"]
    ratio = result["ratio"]
    said = (
        f"On {result['machine']['cores']} cores, `cnnlab grade` took {ours['seconds']:.1f} s for "
        f"{ours['submissions']} notebooks, {each:.0f} ms each, from the command to the last page. nbgrader, "
        f"with its pages of feedback, took {theirs:.1f} s for each of the same notebooks: "
        f"{ratio['as it comes']['with feedback']:.0f} times as long. Spared the cells that earn nothing, and "
        f"without feedback, it took {ratio['at its best']['marks alone']:.0f} times as long. Of a larger "
        f"class the start is a smaller part: for 200 the first number is {ratio_of(result, 200):.0f}, for "
        f"500 {ratio_of(result, 500):.0f}."
    )
    missed = ratio["as it comes"]["with feedback"] < AIM
    return f"{said} We had aimed at {AIM} for 100." if missed else said


def ratio_of(result, submissions):
    """Say how many times as long nbgrader takes, with its feedback, over each notebook of a larger class."""
    stock, (row,) = result["stock"], [r for r in result["sizes"] if r["submissions"] == submissions]
    theirs = sum(stock["as it comes"].values()) / stock["submissions"]
    return theirs / (row["seconds"] / row["submissions"])
