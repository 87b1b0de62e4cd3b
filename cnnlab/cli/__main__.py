"""`python -m cnnlab.cli` is `cnnlab`."""

from . import app

app()
