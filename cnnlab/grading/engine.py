"""Spread submissions over this machine's cores or a cluster's; one that breaks a worker harms no other."""

import contextlib
import gc
import os
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from dataclasses import dataclass, replace
from multiprocessing import get_context
from queue import SimpleQueue

from cnnlab.grading.core import Status, grade, nothing
from cnnlab.grading.forking import get_ready

PATIENCE = 120  # seconds for a worker's sandbox to start, and to be built where it is the first
WINDOW = 4  # submissions a worker may have waiting: memory stays flat however large the class


@dataclass(frozen=True)
class Task:
    """One submission to grade, whole: it can be graded anywhere.

    Parameters
    ----------
    student : str
    data : bytes or None
        The file that was handed in.
    status : Status, optional
        What is known without running it: that there is no one file.
    note : str
        What to add to the status: how the file was found.
    """

    student: str
    data: bytes | None = None
    status: Status | None = None
    note: str = ""


class Grader:
    """What a worker does: it knows the assignment, and keeps one sandbox for all that it grades.

    Parameters
    ----------
    spec : cnnlab.grading.spec.Spec
    make_sandbox : callable
        Returns a new `cnnlab.grading.sandbox.Sandbox`; called in the worker.
    secret : str
        The course's.
    """

    def __init__(self, spec, make_sandbox, secret):
        self.spec, self.make_sandbox, self.secret = spec, make_sandbox, secret
        self.sandbox = None

    def __call__(self, task):
        """Grade a submission; a sandbox that broke over it is not used again."""
        if task.status:
            return nothing(self.spec, task.status)
        try:
            graded = grade(task.data, self.spec, task.student, self.open(), self.secret)
        except Exception as failure:
            self.close()
            return nothing(self.spec, failed(f"{type(failure).__name__}: {failure}".splitlines()[0][:300]))
        note = " ".join(filter(None, [task.note, graded.status.note]))
        graded.status = replace(graded.status, note=note)
        return graded

    def open(self):
        """Return the sandbox, started if need be."""
        if self.sandbox is None:
            self.sandbox = self.make_sandbox().__enter__()
        return self.sandbox

    def close(self):
        """End the sandbox."""
        sandbox, self.sandbox = self.sandbox, None
        if sandbox is not None:
            with contextlib.suppress(Exception):
                sandbox.__exit__(None, None, None)


def failed(text):
    """Return the status of a submission over which the grader itself stumbled."""
    return Status(
        "failed",
        f"the grader could not go on: {text}",
        "Your notebook could not be graded yet. Your instructor has been told, and nothing is lost.",
    )


WORKER = []  # the Grader of a worker's process


def start_worker(number, make_sandbox):
    """Make this process a worker, the next by that number."""
    stay_on_a_core(number)
    gc.freeze()  # what was imported stays: nobody need look for garbage in it again and again
    WORKER[:] = [Grader(None, make_sandbox, None)]


def open_worker():
    """Start the sandbox of a worker's process; where that fails, a submission's status will say so."""
    with contextlib.suppress(Exception):
        WORKER[0].open()


def stay_on_a_core(number):
    """Keep this process and its students' on one core, the next one's on another, where that can be said.

    A grader and a student's process take turns many times a second. One that is woken where the other has
    just stopped is there sooner than on a core that was asleep, and finds the numbers in the cache. As batch
    work, neither is interrupted for the other before it waits, nor anybody's editor for either.
    """
    if hasattr(os, "sched_setaffinity"):
        with number.get_lock():
            number.value += 1
            own = number.value
        cores = sorted(os.sched_getaffinity(0))
        with contextlib.suppress(OSError):  # a container may forbid it
            os.sched_setaffinity(0, {cores[own % len(cores)]})
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def work(task, spec, secret):
    """Grade a submission in a worker's process, which learns with each what it is of."""
    WORKER[0].spec, WORKER[0].secret = spec, secret
    return WORKER[0](task)


@contextlib.contextmanager
def beside(work, *args):
    """Do something in a process of its own while the block runs; it ends with the block.

    Parameters
    ----------
    work : callable
    *args

    Yields
    ------
    callable
        Waits for what ``work(*args)`` returns, and returns it, or raises what that raises.
    """
    from pebble import ProcessPool

    get_ready()
    pool = ProcessPool(1, context=get_context("forkserver"))
    with ThreadPoolExecutor(1) as starting:  # that waits for the process which others are forked from
        begun = starting.submit(pool.schedule, work, args=args)
        try:
            yield lambda: begun.result().result()
        finally:
            pool.stop()
            pool.join()


@contextlib.contextmanager
def workers(make_sandbox, jobs):
    """Start workers on this machine's cores, each with a sandbox, before it is known what is to be graded.

    Parameters
    ----------
    make_sandbox : callable
        As in `Grader`.
    jobs : int
        How many.

    Yields
    ------
    pebble.ProcessPool
        Of workers that `on_cores` gives their work; they end with the block.
    """
    from pebble import ProcessPool

    context = get_context("forkserver")
    start = context.Value("i", random.randrange(jobs)), make_sandbox  # another run begins on another core
    pool = ProcessPool(jobs, initializer=start_worker, initargs=start, context=context, max_tasks=500)
    try:
        for _ in range(jobs):  # each takes one, for to start a sandbox takes longer than to start a worker
            pool.schedule(open_worker, timeout=PATIENCE)
        yield pool
    finally:
        pool.stop()
        pool.join()


def on_cores(tasks, spec, secret, *, pool, jobs, seconds):
    """Grade on this machine's cores.

    Parameters
    ----------
    tasks : iterable of Task
        Read as they are needed.
    spec : cnnlab.grading.spec.Spec
    secret : str
        As in `Grader`.
    pool : pebble.ProcessPool
        Of `workers`.
    jobs : int
        How many these are.
    seconds : float
        After so long a worker is taken to be stuck, and replaced: the last of all limits.

    Yields
    ------
    task : Task
    graded : cnnlab.grading.core.Graded
    """
    from pebble import ProcessExpired

    def submit(task):
        return pool.schedule(work, args=[task, spec, secret], timeout=seconds)

    for future, task in windowed(tasks, submit, jobs):
        try:
            yield task, future.result()
        except Late:
            yield task, nothing(spec, failed(f"it was still busy after {seconds:g} s"))
        except ProcessExpired as expired:
            yield task, nothing(spec, failed(f"its worker ended with code {expired.exitcode}"))
        except Exception as failure:
            yield task, nothing(spec, failed(f"{type(failure).__name__}: {failure}"))


def windowed(tasks, submit, jobs):
    """Submit a few tasks ahead, and give back each with its future when that is done."""
    tasks, running, done = iter(tasks), {}, SimpleQueue()
    while True:
        for task in tasks:
            future = submit(task)
            running[future] = task
            future.add_done_callback(done.put)
            if len(running) >= jobs * WINDOW:
                break
        if not running:
            return
        future = done.get()
        yield future, running.pop(future)


def on_cluster(tasks, arguments, *, address):
    """Grade on a Dask cluster's workers, which need this package and a sandbox of their own.

    A worker that dies loses nothing: what it had is graded by another. A submission over which several died
    is given up as failed. Whoever reaches a scheduler may run anything on it: keep it in a network you trust.

    Parameters
    ----------
    tasks : iterable of Task
    arguments : tuple
        Of `Grader`.
    address : str
        Of the scheduler, ``tcp://host:8786``.

    Yields
    ------
    task : Task
    graded : cnnlab.grading.core.Graded
    """
    from distributed import Client

    with Client(address, set_as_default=False) as client:
        workers = sum(client.nthreads().values())

        def submit(task):
            return client.submit(work_anywhere, task, arguments, pure=False, retries=1)

        spec = arguments[0]
        for future, task in windowed(tasks, submit, workers or 1):
            try:
                graded = future.result()
            except Exception as failure:
                graded = nothing(spec, failed(f"{type(failure).__name__}: {failure}".splitlines()[0][:300]))
            future.release()
            yield task, graded


KEPT = {"which": "", "grader": None}  # of a cluster's worker: what it graded with last
ONE = threading.Lock()


def work_anywhere(task, arguments):
    """Grade a submission in a cluster's worker, one at a time: checks change what the whole process has."""
    with ONE:
        if KEPT["which"] != (which := repr(arguments)):
            if KEPT["grader"]:
                KEPT["grader"].close()
            KEPT.update(which=which, grader=Grader(*arguments))
        return KEPT["grader"](task)
