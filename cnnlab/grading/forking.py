"""The process that workers are forked from: it imports what they need, once, while others are busy."""

from multiprocessing import forkserver

EARLY = ["__main__", "numpy.random"]  # what every worker imports
EARLY += [f"cnnlab.grading.{name}" for name in ("engine", "marking", "apart")]


def get_ready():
    """Start it, unless it runs already; whoever starts a worker waits until it has done its imports."""
    forkserver.set_forkserver_preload(EARLY)
    forkserver.ensure_running()
