"""What data there is, where it lies, and how to fetch it."""

from typing import Annotated

import typer

from .command import app, command

data = typer.Typer(
    no_args_is_help=True,
    help="Say what data there is, fetch it, and tell all about it.",
    epilog="Example: `cnnlab data list`",
)
app.add_typer(data, name="data")

DataSet = Annotated[str, typer.Argument(help="A name that `cnnlab data list` shows.")]


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
