"""What the terminal shows: a line for each submission, tables for a class and for one's own practice."""

from collections import Counter

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cnnlab.checks import find_exercise
from cnnlab.grading.pages.report import MEANINGS, SIGNS, UNPROTECTED

PLAIN = {
    "right": "ok",
    "partly": "~",
    "wrong": "x",
    "missing": "-",
    "error": "!",
    "timeout": "...",
    "unmarked": "?",
}  # for terminals that know no more than ASCII
SHOWN = 40  # students that a terminal's table may have
STYLES = {"right": "green", "wrong": "magenta", "missing": "dim", "error": "yellow", "timeout": "yellow"}


def signs(plain):
    """Choose the signs of all tables."""
    return PLAIN if plain else SIGNS


def class_table(slug, submissions, *, plain=False):
    """Show a class: one row a student, one column a capability; fits 80 columns."""
    most, unit = (submissions[0].tally.most, submissions[0].tally.unit) if submissions else (0, "points")
    table = Table(title=slug, title_justify="left", header_style="bold", box=None, padding=(0, 1, 0, 0))
    table.add_column("student", no_wrap=True)
    table.add_column(f"of {most:g}" if unit == "points" else f"of {most:g} {unit}", justify="right")
    for mark in submissions[0].marks if submissions else ():
        table.add_column(mark.capability, justify="center")
    for submission in submissions:
        cells = [Text(signs(plain)[mark.status], STYLES.get(mark.status, "")) for mark in submission.marks]
        table.add_row(Text(submission.student), f"{submission.tally.count:g}", *cells)
    return table


def legend(*, plain=False):
    """Explain the signs of `class_table`."""
    return Text("  ".join(f"{signs(plain)[status]} {meaning}" for status, meaning in MEANINGS.items()), "dim")


def practice_table(practice, *, plain=False):
    """Show what the visible checks found: one row a capability."""
    table = Table(title=practice.slug, title_justify="left", header_style="bold", show_lines=True)
    table.add_column("capability")
    table.add_column("")
    table.add_column("what was found", overflow="fold")
    first = {}  # where a misconception is told: once
    for result in practice.results:
        said = Text("passes what you can see" if result.status == "right" else result.finding)
        if result.capability in practice.hints:
            told = first.setdefault(result.mistake or result.capability, result.capability)
            looks_like = f"This looks like: {result.misconception}" if result.mistake else ""
            hints = [looks_like if told == result.capability else f"As on rung `{told}`.", result.pointer]
            said.append("".join(f"\n{hint}" for hint in hints if hint), "italic")
        table.add_row(result.capability, Text(signs(plain)[result.status], STYLES[result.status]), said)
    return table


class Progress:
    """A bar while a class is graded, with the time left; it turns while the first result takes its seconds.

    Parameters
    ----------
    course : Course
    slug : str
    """

    def __init__(self, course, slug):
        from rich import progress

        self.total, console = len(course.students(slug)), Console(stderr=True, soft_wrap=True)
        columns = (
            progress.SpinnerColumn("line" if console.options.ascii_only else "dots"),
            progress.TextColumn("{task.description}"),
            progress.BarColumn(),
            progress.MofNCompleteColumn(),
            progress.TimeElapsedColumn(),
            progress.TextColumn("left:"),
            progress.TimeRemainingColumn(),
        )
        self.bar = progress.Progress(*columns, console=console, transient=True)
        self.task = self.bar.add_task(slug, total=self.total)

    def __enter__(self):
        self.bar.start()
        return self

    def __exit__(self, *failure):
        self.bar.stop()

    def __call__(self, student, status, reused):
        """Move the bar."""
        self.bar.advance(self.task)


def publish(course, slug, run=None, *, names=False, regrade=False, alike=None):
    """Show a graded class, and write its feedback pages and its report.

    Parameters
    ----------
    course : Course
    slug : str
    run : cnnlab.grading.grade.Run, optional
        What came of grading just now.
    names : bool
        Show students' ids in the report.
    regrade : bool
        Whether a mended check was the reason to grade: that no mark changed is then worth a line.
    alike : callable, optional
        Returns the submissions that are alike, where that was worked out meanwhile.
    """
    from cnnlab.grading.pages.feedback import write_feedback
    from cnnlab.grading.pages.report import write_report
    from cnnlab.grading.results import read_class
    from cnnlab.grading.similar import similar

    submissions, exercise = read_class(course, slug), find_exercise(slug)
    console = Console(soft_wrap=True)
    plain = console.options.ascii_only
    if len(submissions) <= SHOWN:
        Console().print(class_table(slug, submissions, plain=plain), legend(plain=plain))
    if run:
        for line in told(run, submissions, regrade=regrade, arrow="->" if plain else "→"):
            console.print(Text(line))
    console.print(f"Feedback: {write_feedback(course, exercise, submissions)}", highlight=False)
    pairs = alike() if alike else similar(course, slug)
    report = write_report(course, exercise, submissions, names=names, similar=pairs)
    console.print(f"Report:   {report}", highlight=False)


def told(run, submissions, *, regrade=False, arrow="→"):
    """Tell what came of grading: how many ended how, who could not be graded, which marks changed."""
    yield summary_line(run)
    if bare := sum(submission.isolation.startswith(UNPROTECTED) for submission in submissions):
        count = f"{bare} of {len(submissions)}"
        yield f"WITHOUT ISOLATION, with your rights, on your files, ran {count} submissions."
    for student, status in sorted(run.statuses.items()):
        if status.name != "graded":
            yield f"{student}: {status.name}: {status.note}"
    for change in run.changes:
        marks = "to be looked at" if change.after is None else f"{change.before:g} {arrow} {change.after:g}"
        yield f"{change.student}: {change.cell}: {marks}: {change.reason}"
    if regrade and not run.changes:
        yield "No mark changed."


def summary_line(run):
    """Say in a line what came of a class: how many ended how, and how long it took."""
    ends = Counter(status.name for status in run.statuses.values())
    said = ", ".join(f"{count} {name}" for name, count in ends.most_common())
    new = len(run.statuses) - len(run.reused)
    pace = f", {1000 * run.seconds / new:.0f} ms each" if new else ""
    return f"{len(run.statuses)} submissions: {said}; {new} graded now in {run.seconds:.1f} s{pace}."


def show_doctor():
    """Show what protects this machine from student code and how to get the rest; return if all is here."""
    from cnnlab.grading.doctor import examine

    table = Table(title="What keeps student code from this machine", title_justify="left", show_lines=True)
    for heading in ("layer", "here", "what it does, and how to get it"):
        table.add_column(heading, overflow="fold")
    layers = examine()
    for layer in layers:
        here = Text("yes", "green") if layer.present else Text("missing", "magenta")
        table.add_row(layer.name, here, Text(layer.why if layer.present else f"{layer.why}\n{layer.how}"))
    Console().print(table)
    return all(layer.present for layer in layers)
