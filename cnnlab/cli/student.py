"""What students do: begin, check, practise; and data for everybody."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from .command import command, stop


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
    from cnnlab.grading.practice.exercises import put_exercise

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
        console = Console()
        console.print(practice_table(practice, plain=console.options.ascii_only))
    raise typer.Exit(0 if practice.right else 1)


@command("cnnlab status")
def status(folder: Annotated[Path, typer.Argument(help="Where your exercises lie.")] = Path()):
    """Show how far you are with every exercise, and what to do next."""
    from rich.console import Console

    from cnnlab.grading.practice.status import status_table, survey

    console = Console()
    console.print(status_table(survey(folder), plain=console.options.ascii_only))


@command("cnnlab audit my_tests.py", needs="test")
def audit(
    tests: Annotated[Path, typer.Argument(help="A file of tests, for pytest or with unittest's test cases.")],
    module: Annotated[
        str, typer.Option(help="Where the functions under test live, if the file does not say.")
    ] = "",
):
    """Try tests of convolutions on wrong ones, and say which pass unseen; ends with 1 if any does.

    The file runs as pytest would run it, unprotected: only audit what you would run yourself.
    """
    from rich.console import Console

    from cnnlab.grading.audit import audit as audit_tests
    from cnnlab.grading.audit import audit_table

    console, verdicts = Console(), audit_tests(tests, module=module)
    console.print(audit_table(verdicts, plain=console.options.ascii_only))
    unseen = sum(not verdict.caught_by for verdict in verdicts)
    typer.echo(f"{unseen} of {len(verdicts)} wrong versions pass unseen.")
    raise typer.Exit(1 if unseen else 0)


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
