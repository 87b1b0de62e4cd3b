"""The `cnnlab` command: what goes wrong is said in one line, and in an exit code that scripts can trust."""

import functools
import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

try:
    import typer
except ModuleNotFoundError:
    raise SystemExit(
        "cnnlab: the command needs more than the library: pip install 'cnnlab[student]'"
    ) from None

app = typer.Typer(
    name="cnnlab",
    help="Convolutional networks by hand: a book, exercises that explain themselves, and their grading.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    epilog="Students: `start`, `check`. Instructors, in a checkout: `release`, `grade`, `report`, `serve`. "
    "Everything in one go: `demo`. Exit codes: 0 all is well; 1 something is not, and the last line says "
    "what; 2 the command was misspelt; 130 stopped by Ctrl-C.",
)

data = typer.Typer(
    no_args_is_help=True,
    help="Say what data there is, fetch it, and tell all about it.",
    epilog="Example: `cnnlab data list`",
)
app.add_typer(data, name="data")

Slugs = Annotated[
    list[str] | None, typer.Argument(help="Exercises, such as ch08; all of them if none is named.")
]
DataSet = Annotated[str, typer.Argument(help="A name that `cnnlab data list` shows.")]
Port = Annotated[
    int, typer.Option(min=0, max=65535, help="The port to listen at, on 127.0.0.1 only; 0 takes a free one.")
]


def command(example, *, needs="student", group=app, name=None):
    """Register a command with an example; what goes wrong in it becomes one line and an exit code."""

    def register(function):
        @functools.wraps(function)
        def guarded(*args, **options):
            try:
                return function(*args, **options)
            except typer.Exit:
                raise
            except KeyboardInterrupt:
                stop("stopped; nothing was left half-written", 130)
            except ModuleNotFoundError as missing:
                stop(f"this needs {missing.name}: pip install 'cnnlab[{needs}]'")
            except Exception as error:
                if os.environ.get("CNNLAB_DEBUG"):
                    raise
                stop(one_line(error))

        return group.command(name, epilog=f"Example: `{example}`")(guarded)

    return register


def stop(line, code=1):
    """End the command with one line."""
    typer.echo(f"cnnlab: {line}", err=True)
    raise typer.Exit(code)


def one_line(error):
    """Say an error in a line; one that we did not foresee also says where to look."""
    from cnnlab.grading.convert import ConversionError
    from cnnlab.grading.exercises import ExerciseError

    text = " ".join(str(error).split())
    foreseen = isinstance(error, ConversionError | ExerciseError | LookupError | OSError | ValueError)
    if foreseen and not isinstance(error, KeyError | IndexError):
        return text
    return f"{type(error).__name__}: {text} (CNNLAB_DEBUG=1 shows where)"


@command("cnnlab start ch07 'my course'")
def start(
    exercise: Annotated[str, typer.Argument(help="Such as ch07.")],
    folder: Annotated[Path, typer.Argument(help="Where your work is to lie.")] = Path(),
    force: Annotated[
        bool, typer.Option(help="Begin afresh; your earlier work is kept under another name.")
    ] = False,
    open_: Annotated[bool, typer.Option("--open/--no-open", help="Open it in JupyterLab.")] = True,
):
    """Put an exercise into a folder of yours and open it; work that is there already stays as it is."""
    from cnnlab.checks import find_exercise
    from cnnlab.grading.exercises import put_exercise

    path, kept = put_exercise(find_exercise(exercise).slug, folder, afresh=force)
    if kept == path:
        typer.echo(
            f"Your work is still there: {path}  (--force begins afresh and keeps it under another name)"
        )
    else:
        typer.echo(f"Your exercise: {path}")
        if kept:
            typer.echo(f"Your earlier work: {kept}")
    typer.echo(f'Check it with: cnnlab check "{path}"')
    if open_:
        if not importlib.util.find_spec("jupyterlab"):
            stop("JupyterLab is missing: pip install 'cnnlab[student]', or open the notebook in your editor")
        raise typer.Exit(subprocess.call([sys.executable, "-m", "jupyterlab", str(path)]))


@command("cnnlab check ch08_conv_backward")
def check(
    notebook: Annotated[Path, typer.Argument(help="Your notebook, or the folder it is in.")] = Path(),
    case: Annotated[str, typer.Option(help='One case of a feedback line: "ch08:dy=...".')] = "",
):
    """Run the visible checks on your notebook and say what they found.

    A hint at what may lie behind a mistake is shown when a second, different answer has failed. Ends with 0
    when everything is right, with 1 when something is not.
    """
    from rich.console import Console

    from cnnlab.grading.practice import practise
    from cnnlab.grading.show import practice_table

    practice = practise(notebook, case=case)
    for trouble in practice.troubles:
        typer.echo(f"{trouble}")
    if case:
        typer.echo(practice.replay)
    else:
        Console().print(practice_table(practice))
    raise typer.Exit(0 if practice.right else 1)


@command("cnnlab train")
def train(
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bar.")] = False,
):
    """Train a LeNet on handwriting: MNIST where it is to be had, else the digits that the package carries."""
    from cnnlab.datasets import handwriting
    from cnnlab.lenet import train_lenet

    dataset, why = handwriting()
    typer.echo(why)
    _, accuracy = train_lenet(dataset, progress=not quiet)
    typer.echo(f"{accuracy:.2%} of {len(dataset.x_test):,} images that it never saw are read correctly.")


@command("cnnlab data list", group=data, name="list")
def list_():
    """List the data sets: what they hold, how large they are, who may use them, and where they lie now."""
    from rich.console import Console
    from rich.table import Table

    from cnnlab.datasets import catalogue

    table = Table(header_style="bold", box=None, padding=(0, 2, 0, 0))
    for heading in ("name", "what", "MB", "licence", "where"):
        table.add_column(heading, justify="right" if heading == "MB" else "left", overflow="fold")
    for entry in catalogue().values():
        size = f"{entry.megabytes:.1f}" if entry.megabytes else ""
        table.add_row(entry.name, entry.what, size, entry.licence, entry.state())
    Console().print(table)


@command("cnnlab data fetch mnist", group=data)
def fetch(name: DataSet):
    """Fetch a data set, once, into the cache that the system keeps for you, where only what is whole lies."""
    from cnnlab.datasets import find_entry

    typer.echo(f"{name}: {find_entry(name).fetch()}")


@command("cnnlab data info spoken-digits", group=data)
def info(name: DataSet):
    """Tell all about a data set: shapes, split, licence, source, and how to cite it."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from cnnlab.datasets import find_entry

    entry, table = find_entry(name), Table.grid(padding=(0, 2))
    for heading in ("what", "shape", "split", "licence", "source", "citation"):
        table.add_row(heading, Text(getattr(entry, heading)))
    table.add_row("where", Text(str(entry.where() or f"not here: cnnlab data fetch {name}")))
    Console().print(table)


@command("cnnlab release ch08", needs="instructor")
def release(exercises: Slugs = None):
    """Generate the students' notebooks in `exercises/` from `solutions/`."""
    from cnnlab.grading.course import Course
    from cnnlab.grading.release import release as release_one

    course = Course.find()
    for slug in course.slugs_like(exercises):
        typer.echo(release_one(course, slug))


@command("cnnlab grade ch08", needs="instructor")
def grade(
    exercises: Slugs = None,
    again: Annotated[bool, typer.Option(help="Grade also what did not change.")] = False,
):
    """Grade what was handed in, into nbgrader's gradebook; write feedback pages and the class report.

    Submissions lie in `build/submitted/<student>/<slug>/<slug>.ipynb`. None stops the run. Ends with 1 when
    one of them could not be graded.
    """
    from cnnlab.grading.course import Course
    from cnnlab.grading.grade import grade as grade_class
    from cnnlab.grading.show import publish, show_status

    course = Course.find()
    slugs = [slug for slug in course.slugs_like(exercises) if course.students(slug)]
    if not slugs:
        raise LookupError(f"nothing was handed in: {course.submitted}/<student>/<slug>/<slug>.ipynb")
    statuses = []
    for slug in slugs:
        statuses += grade_class(course, slug, again=again, on_status=show_status).values()
        publish(course, slug)
    if any(status.name != "graded" for status in statuses):
        raise typer.Exit(1)


@command("cnnlab report ch08", needs="instructor")
def report(exercises: Slugs = None):
    """Write feedback pages and class reports anew from the gradebook, as after grading by hand."""
    from cnnlab.grading.course import Course
    from cnnlab.grading.grade import read_statuses
    from cnnlab.grading.show import publish

    course = Course.find()
    slugs = [slug for slug in course.slugs_like(exercises) if read_statuses(course, slug)]
    if not slugs:
        raise LookupError("nothing was graded yet: `cnnlab grade` does")
    for slug in slugs:
        publish(course, slug)


@command("cnnlab serve --port 8080", needs="instructor")
def serve(port: Port = 8000):
    """Show book, exercises, feedback and reports in a browser of this computer, until Ctrl-C."""
    from cnnlab.grading.course import Course
    from cnnlab.grading.serve import serve as serve_course

    serve_course(Course.find(), port)


@command("make demo", needs="instructor,book")
def demo(
    serve: Annotated[bool, typer.Option(help="End by serving what was made.")] = True,
    port: Port = 8000,
):
    """Do everything once: train, build the book, release, grade a sample class of ten, report, serve."""
    from cnnlab.demo import run_demo
    from cnnlab.grading.course import Course
    from cnnlab.grading.serve import make_server
    from cnnlab.grading.serve import serve as serve_course

    if serve:
        make_server({"/": Path()}, port).server_close()  # a busy port is said now, not after the work
    course = run_demo(Course.find().root)
    if serve:
        serve_course(course, port)


if __name__ == "__main__":
    app()
