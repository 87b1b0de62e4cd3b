"""The `cnnlab` command, one module for each kind of user."""

try:
    import typer  # noqa: F401
except ModuleNotFoundError:
    raise SystemExit(
        "cnnlab: the command needs more than the library: pip install 'cnnlab[student]'"
    ) from None

from . import data, instructor, student
from .command import app

__all__ = ["app", "data", "instructor", "student"]
