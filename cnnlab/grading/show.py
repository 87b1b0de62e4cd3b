"""What the terminal shows: a line for each submission, tables for a class and for one's own practice."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cnnlab.checks import find_exercise
from cnnlab.grading.report import MEANINGS, SIGNS

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


def show_status(student, status, reused):
    """Print a line for a submission that has its status."""
    took = "as before" if reused else f"{status.seconds:.1f} s"
    said = ": ".join(filter(None, [status.name, status.note]))
    Console(soft_wrap=True).print(Text(f"{student:20} {said}  ({took})"))


def publish(course, slug):
    """Show a graded class, and write its feedback pages and its report."""
    from cnnlab.grading.feedback import write_feedback
    from cnnlab.grading.report import write_report
    from cnnlab.grading.results import read_class

    submissions, exercise = read_class(course, slug), find_exercise(slug)
    console = Console(soft_wrap=True)
    Console().print(class_table(slug, submissions), legend())
    console.print(f"Feedback: {write_feedback(course, exercise, submissions)}", highlight=False)
    console.print(f"Report:   {write_report(course, exercise, submissions)}", highlight=False)
