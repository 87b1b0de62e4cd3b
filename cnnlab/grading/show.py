"""What the terminal shows: a line for each submission, tables for a class and for one's own practice."""

from collections import Counter

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cnnlab.checks import find_exercise
from cnnlab.grading.pages.report import MEANINGS, SIGNS

SHOWN = 40  # students that a terminal's table may have
STYLES = {"right": "green", "wrong": "magenta", "missing": "dim", "error": "yellow", "timeout": "yellow"}


def class_table(slug, submissions):
    """Show a class: one row a student, one column a capability; fits 80 columns."""
    points = submissions[0].points if submissions else 0
    table = Table(title=slug, title_justify="left", header_style="bold", box=None, padding=(0, 1, 0, 0))
    table.add_column("student", no_wrap=True)
    table.add_column(f"of {points:g}", justify="right")
    for mark in submissions[0].marks if submissions else ():
        table.add_column(mark.capability, justify="center")
    for submission in submissions:
        cells = [Text(SIGNS[mark.status], STYLES.get(mark.status, "")) for mark in submission.marks]
        table.add_row(Text(submission.student), f"{submission.earned:g}", *cells)
    return table


def legend():
    """Explain the signs of `class_table`."""
    return Text("  ".join(f"{SIGNS[status]} {meaning}" for status, meaning in MEANINGS.items()), "dim")


def practice_table(practice):
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
        table.add_row(result.capability, Text(SIGNS[result.status], STYLES[result.status]), said)
    return table


class Progress:
    """A bar while a class is graded, with the time left; a line for each submission that could not be.

    Parameters
    ----------
    course : Course
    slug : str
    """

    def __init__(self, course, slug):
        from rich import progress

        self.total = len(course.students(slug))
        columns = (
            progress.TextColumn("{task.description}"),
            progress.BarColumn(),
            progress.MofNCompleteColumn(),
        )
        left = progress.TextColumn("left:"), progress.TimeRemainingColumn()
        self.bar = progress.Progress(
            *columns, *left, console=Console(stderr=True, soft_wrap=True), transient=True
        )
        self.task = self.bar.add_task(slug, total=self.total)

    def __enter__(self):
        self.bar.start()
        return self

    def __exit__(self, *failure):
        self.bar.stop()

    def __call__(self, student, status, reused, left):
        """Move the bar; say what happened where a submission was not graded."""
        self.bar.advance(self.task)
        if status.name != "graded" and not reused:
            self.bar.console.print(Text(f"{student}: {status.name}: {status.note}"))


def publish(course, slug, run=None, *, names=False):
    """Show a graded class, and write its feedback pages and its report."""
    from cnnlab.grading.pages.feedback import write_feedback
    from cnnlab.grading.pages.report import write_report
    from cnnlab.grading.results import read_class
    from cnnlab.grading.similar import similar

    submissions, exercise = read_class(course, slug), find_exercise(slug)
    console = Console(soft_wrap=True)
    if len(submissions) <= SHOWN:
        Console().print(class_table(slug, submissions), legend())
    if run:
        console.print(Text(summary_line(run)))
        for change in run.changes:
            marks = f"{change.before:g} → {change.after:g}" if change.after is not None else "to be looked at"
            console.print(Text(f"{change.student}: {change.cell}: {marks}: {change.reason}"))
    console.print(f"Feedback: {write_feedback(course, exercise, submissions)}", highlight=False)
    report = write_report(course, exercise, submissions, names=names, similar=similar(course, slug))
    console.print(f"Report:   {report}", highlight=False)


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
