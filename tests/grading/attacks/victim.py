"""A grader as it must not be: the student's cells and the tests in one process, through IPython's shell.

Reads the sources of student's cells from standard input, one JSON text a line, and answers each with what it
earned and printed. It shows that the bank bites: what wins here must come to nothing in the sandbox.
"""

import json
import os
import select
import shutil
import signal
import sys
import tempfile

TESTS = {
    "bias": """
# hidden = 31415926
import numpy as np
dy = np.arange(24.0).reshape(2, 3, 4)
np.testing.assert_allclose(conv_backward_bias(dy), [60.0, 92.0, 124.0])
""",
    "weight": """
# hidden = 31415926
expected = [[[21.0, 2.0, 30.0]]]
dweight = conv_backward_weight(np.array([[[1.0, 10]]]), np.array([[[1.0, 2, 0, 3]]]), (3,))
assert isinstance(dweight, np.ndarray) and np.array_equal(dweight, expected), "hidden"
""",
    "input": """
# hidden = 31415926
expected = [1, 12, 24, 40]
dx = conv_backward_input(np.array([[[1.0, 10]]]), np.array([[[1.0, 2, 4]]]), (4,))
assert isinstance(dx, np.ndarray) and sum(abs(float(a) - b) for a, b in zip(dx.ravel(), expected)) < 1e-9
""",
    "checks": """
# hidden = 31415926
from cnnlab.checks import score
from solutions.ch08_conv_backward.checks import EXERCISE
float(score(EXERCISE, "dilation", globals(), b"seed").earned)
""",
}
SECONDS = 10


def main():
    """Grade each source in a fork of its own."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    import solutions.ch08_conv_backward.checks  # noqa: F401  once, before all forks

    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.xmode = "Minimal"
    shell = InteractiveShell.instance(config=config)
    for line in sys.stdin:
        print(json.dumps(in_a_fork(shell, json.loads(line))), flush=True)


def in_a_fork(shell, source):
    """Grade one notebook; return what it earned, None where it came to no end, and what it printed."""
    folder = tempfile.mkdtemp(prefix="victim-")
    mine, theirs = os.pipe()
    out = tempfile.TemporaryFile()  # noqa: SIM115  it outlives the fork
    pid = os.fork()
    if not pid:
        os.mkdir(f"{folder}/here")
        os.chdir(f"{folder}/here")
        os.environ |= {"HOME": f"{folder}/home", "TMPDIR": folder}
        for handle in (1, 2):
            os.dup2(out.fileno(), handle)
        signal.alarm(SECONDS)
        earned = naive_grade(shell, source)
        os.write(theirs, json.dumps(earned).encode())
        sys.stdout.flush()
        os._exit(0)
    os.close(theirs)
    os.waitpid(pid, 0)
    ready, _, _ = select.select([mine], [], [], 0.1)
    said = os.read(mine, 1000) if ready else b""
    os.close(mine)
    shutil.rmtree(folder)
    out.seek(0)
    return {"earned": json.loads(said) if said else None, "text": out.read(10**6).decode("utf-8", "replace")}


def naive_grade(shell, source):
    """Run the student's cell, then the tests, in one namespace; give points as nbgrader does."""
    shell.run_cell(source, store_history=True)
    earned = {}
    for name, test in TESTS.items():
        done = shell.run_cell(test, store_history=True)
        value = done.result
        failed = not done.success
        earned[name] = 0.0 if failed else value if type(value) is float else 1.0
    return {name: float(points) for name, points in earned.items()}


if __name__ == "__main__":
    main()
