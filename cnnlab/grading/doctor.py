"""What protects this machine from student code: which layers are here, and what came of trying to get out."""

import os

from .sandbox import Budget, Sandbox, SandboxError, build_site, find_isolation
from .sandbox.isolation import Layer

ATTEMPTS = {
    "read your files": f"open({__file__!r})",
    "list your home": f"import os; os.listdir({os.path.expanduser('~')!r})",
    "write to your files": f"open({__file__ + '.new'!r}, 'x')",
    "start a process": "import os; os.fork()",
    "signal a process": "import os; os.kill(os.getppid(), 0)",
    "reach the network": "import socket; socket.create_connection(('127.0.0.1', 9), 1)",
    "take all memory": "bytearray(2**40)",
}
REFUSALS = "PermissionError", "FileNotFoundError", "MemoryError", "OSError"
HOW = (
    "It was not stopped, though every layer seems to be here: please report it, with `cnnlab grade --doctor`."
)


def examine(attempts=ATTEMPTS):
    """Look what protects this machine, and let code in the sandbox try to get out.

    Parameters
    ----------
    attempts : dict
        What it tries -> one cell that does. Each must be harmless where it succeeds.

    Returns
    -------
    list of Layer
        First the layers. Then, where isolation is complete, an attempt each, which is present where it was
        refused.
    """
    isolation = find_isolation()
    return [*isolation.layers(), *(_try(isolation, attempts) if isolation.complete else ())]


def _try(isolation, attempts):
    """Run each attempt as a student's cell, and say what came of it."""
    try:
        with Sandbox(build_site(closed=()), isolation, Budget()) as sandbox, sandbox.student() as student:
            return [_attempt(student, what, source) for what, source in attempts.items()]
    except SandboxError as error:
        return [Layer("a sandbox", False, "runs student code", f"It did not start: {error}")]


def _attempt(student, what, source):
    """Run one attempt."""
    error = student.run(source).error
    refused = error is not None and error.type in REFUSALS
    came = f"tried just now: {error.type if error else 'it worked'}"
    return Layer(f"no code may {what}", refused, came, HOW)
