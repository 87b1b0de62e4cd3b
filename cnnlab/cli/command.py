"""The `cnnlab` command: what goes wrong is said in one line, and in an exit code that scripts can trust."""

import functools
import os
import sys
from typing import Annotated

import typer

app = typer.Typer(
    name="cnnlab",
    help="Convolutional networks by hand: a book, exercises that explain themselves, and their grading.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    epilog="Exit codes: 0 all is well; 1 something is not, and the last line says what; 2 the command was "
    "misspelt; 130 stopped by Ctrl-C.",
)

EXTRAS = {"psycopg": "postgresql", "distributed": "cluster", "dask": "cluster"}
PANELS = {
    "student": "For students",
    "test": "For students",
    "instructor": "For instructors, in a checkout of the course",
}

Port = Annotated[
    int, typer.Option(min=0, max=65535, help="The port to listen at, on 127.0.0.1 only; 0 takes a free one.")
]


def command(example, *, needs="student", group=app, name=None):
    """Register a command with an example; what goes wrong in it becomes one line and an exit code."""

    def register(function):
        @functools.wraps(function)
        def guarded(*args, **options):
            never_stumble()
            try:
                return function(*args, **options)
            except typer.Exit:
                raise
            except KeyboardInterrupt:
                stop("stopped; nothing was left half-written", 130)
            except ModuleNotFoundError as missing:
                extra = EXTRAS.get(missing.name, needs)
                stop(f"this needs {missing.name}: pip install 'cnnlab[{extra}]'")
            except Exception as error:
                if os.environ.get("CNNLAB_DEBUG"):
                    raise
                stop(one_line(error))

        panel = PANELS.get(needs)
        return group.command(name, epilog=f"Example: `{example}`", rich_help_panel=panel)(guarded)

    return register


def never_stumble():
    """Let a terminal or a file that does not know a letter show a question mark in its place."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def stop(line, code=1):
    """End the command with one line."""
    typer.echo(f"cnnlab: {line}", err=True)
    raise typer.Exit(code)


def one_line(error):
    """Say an error in a line; one that we did not foresee also says where to look."""
    from cnnlab.grading.convert import ConversionError
    from cnnlab.grading.practice.exercises import ExerciseError
    from cnnlab.grading.sandbox import IsolationError

    if isinstance(error, IsolationError):
        return str(error)  # several lines: what is missing, and how to get it
    if type(error).__module__.startswith("sqlalchemy"):  # a gradebook that is away, read-only or misspelt
        said = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        return f"the gradebook cannot be used: {said}"
    text = " ".join(str(error).split())
    foreseen = isinstance(error, ConversionError | ExerciseError | LookupError | OSError | ValueError)
    if foreseen and not isinstance(error, KeyError | IndexError):
        return text
    return f"{type(error).__name__}: {text} (CNNLAB_DEBUG=1 shows where)"
