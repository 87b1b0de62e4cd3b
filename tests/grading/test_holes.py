"""Holes that an attack on the grader's own code found, each as a small case that must be safe."""

import contextlib
import json
import signal
import threading
import time
import warnings
from dataclasses import replace

import numpy as np
import psutil
import pytest

from cnnlab.checks import Case
from cnnlab.checks.run import run
from cnnlab.grading import engine
from cnnlab.grading.apart import Apart
from cnnlab.grading.engine import Grader, Task
from cnnlab.grading.harmless_pages import quiet
from cnnlab.grading.sandbox import Budget, Sandbox, build_site, find_isolation, process
from cnnlab.grading.sandbox.wire import WireError, pack, unpack
from cnnlab.grading.spec import Cell, Spec
from solutions.sample_class import MATRIX_PRODUCT
from tests.grading.conftest import answered

QUICK = Budget(call=0.3, check=0.3, cell=0.5, notebook=2, wall=2)
STUB = "def double(x):\n    raise NotImplementedError"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return build_site(tmp_path_factory.mktemp("sites"))


@pytest.fixture
def sandbox(site):
    with Sandbox(site, find_isolation()) as sandbox:
        yield sandbox


def grade_own(answer, *tests, given="import numpy as np", free="", budget=None):
    """Grade an answer to the stub `double` by tests of a course that is not ours; one point each."""
    named = [Cell("imports", "given", "code", given), Cell("double", "answer", "code", STUB)]
    named += [Cell(f"test{number}", "test", "code", test, 1.0) for number, test in enumerate(tests)]
    cells = [{"cell_type": "code", "metadata": {}, "source": free}] if free else []
    for cell in named:
        source = answer if cell.kind == "answer" else cell.source
        cells.append({"cell_type": "code", "metadata": cell.metadata, "source": source})
    worker = Grader(Spec("own", "own", tuple(named)), Apart(budget=budget or QUICK), "secret")
    try:
        return worker(Task("eve", json.dumps({"cells": cells, "metadata": {}, "nbformat": 4}).encode()))
    finally:
        worker.close()


def earned(graded):
    return sum(points or 0.0 for points in graded.marks.values())


def add(notebook, source, cell_type="code"):
    notebook["cells"].append({"cell_type": cell_type, "id": "more", "metadata": {}, "source": source})
    return notebook


# Points.

YIELDING = """
import numpy as np

class Agrees:
    dtype = np.dtype(float)
    def __sub__(self, other):
        return np.zeros(np.shape(other)) if np.ndim(other) else 0.0
    __rsub__ = __sub__
    def __le__(self, other):
        return True
    __ge__ = __lt__ = __gt__ = __contains__ = __le__

def double(x):
    return Agrees()
"""


@pytest.mark.parametrize(
    "test",
    [
        "assert abs(double(3) - 6) < 1e-9",
        "assert 6 <= double(3) <= 6",
        "assert 6 in double(np.array([3]))",
        "assert np.linalg.norm(double(np.arange(3.0)) - 2 * np.arange(3.0)) < 1e-9",
        "assert ((2 * np.arange(3.0) - double(np.arange(3.0))) ** 2).sum() < 1e-9",
        "np.testing.assert_almost_equal(double(3.0), 6.0)",
        "import unittest\nunittest.TestCase().assertAlmostEqual(double(3), 6)",
    ],
)
def test_no_object_says_for_itself_how_far_it_is_from_what_is_right(test):
    assert earned(grade_own("def double(x):\n    return 2 * x", test)) == 1
    assert earned(grade_own(YIELDING, test)) == 0


@pytest.mark.parametrize(
    "test", ["np.testing.assert_allclose(double(3), 6)", "assert np.isclose(double(3), 6)"]
)
def test_a_module_is_never_the_students(test):
    """As where the cell with the imports is not locked: students may edit it."""
    patched = "np.isclose = lambda *args: True\nnp.testing.assert_allclose = lambda *args: None\n"
    answer = patched + "def double(x):\n    return 0"
    assert earned(grade_own(answer, test, given="", free="import numpy as np")) == 0


def test_an_object_is_not_handed_what_a_callable_of_ours_knows():
    """A lent function computes with what it is given: an object is asked to, and told the other operand."""
    answer = """
class Asks:
    def __matmul__(self, other):
        return other

def double(layer):
    return layer(Asks())
"""
    test = "hidden = np.arange(4.0) + 31415\nassert np.array_equal(double(lambda x: x @ hidden), hidden)"
    assert earned(grade_own(answer, test)) == 0


def test_a_list_among_the_arguments_of_a_case_is_a_fresh_one_for_each_call():
    case = Case("conv_forward", {"x": np.ones(2), "kernel_size": [1, 2]}, {"padding": [1, 1]})

    def clear(x, kernel_size, padding):
        kernel_size.clear()
        padding.clear()
        return x

    run(clear, case)
    assert (case.args["kernel_size"], case.options["padding"]) == ([1, 2], [1, 1])


# Others' marks.


# A worker of a Dask cluster has, unless told otherwise, a thread for each core. What a grading changes for a
# while, the reference's code and standard output, belongs to the process: one at a time.


def test_two_threads_of_a_worker_grade_one_after_the_other(monkeypatch):
    at_once = []

    class Slow:
        def __init__(self, *arguments):
            self.busy = 0

        def __call__(self, task):
            self.busy += 1
            time.sleep(0.2)
            at_once.append(self.busy)
            self.busy -= 1

    monkeypatch.setattr(engine, "Grader", Slow)
    monkeypatch.setattr(engine, "KEPT", {"which": "", "grader": None})
    threads = [threading.Thread(target=engine.work_anywhere, args=(task, ())) for task in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert at_once == [1, 1]


ASSAULT = """
import fcntl, os
line = 3  # by which the next cell comes
for command, value in (fcntl.F_SETOWN, {pid}), (10, 9), (fcntl.F_SETFL, os.O_ASYNC):  # F_SETSIG, SIGKILL
    try:
        fcntl.fcntl(line, command, value)
    except OSError:
        pass
"""


def test_no_signal_is_sent_through_the_owner_of_a_descriptor(site):
    """The kernels of Ubuntu 22.04 and 24.04 have a Landlock that does not bound signals: seccomp has to."""
    isolation = find_isolation()
    older = replace(isolation, landlock=min(isolation.landlock, 4))
    with Sandbox(site, older) as sandbox, sandbox.student() as ada, sandbox.student() as eve:
        assert not ada.run("x = 1").died
        pid = ada.run("import os\nprint(os.getpid())").text.strip()
        assert eve.run(ASSAULT.format(pid=pid)).error is None
        eve.run("")
        assert not ada.run("x = 2").died


FOUR_FILES = """
for n in range(4):
    with open(f"d/{n}", "wb") as file:
        file.write(bytes(15 * 2**20))
"""


@pytest.mark.parametrize("mode", [0o300, 0o777])
def test_what_one_student_leaves_takes_no_room_from_the_next(sandbox, mode):
    """A folder that may be written to, but not read, cannot be emptied by listing it."""
    with sandbox.student() as eve:
        ran = eve.run(f"import os\nos.mkdir('d', {mode})\n{FOUR_FILES}")
        assert ran.error is None or "space" in ran.error.text
    with sandbox.student() as ada:
        assert ada.run("with open('note', 'wb') as file:\n    file.write(bytes(8 * 2**20))").error is None


def test_a_long_end_of_one_student_does_not_confuse_the_next(sandbox, monkeypatch):
    """An answer that nobody waited for must not be taken for the answer to the next order."""
    eve = sandbox.student()
    assert (
        eve.run("import os\nfor n in range(60_000):\n    os.close(os.open(str(n), os.O_CREAT))").error is None
    )
    with monkeypatch.context() as patch:
        patch.setattr(process, "PATIENCE", 0.05)
        eve.close()
    time.sleep(2)
    with sandbox.student() as ada:
        assert ada.run("x = 1").error is None


IMMORTAL = """
import os, time

def stay(*args):
    until = time.monotonic() + 5
    while time.monotonic() < until:
        pass

os._exit = stay
def conv_backward_bias(dy):
    return 0 * dy
"""


def test_no_process_outlives_its_submission(grader, released):
    def living():
        here = psutil.Process().children(recursive=True)
        return sum(child.status() != psutil.STATUS_ZOMBIE for child in here)

    wrong = "def conv_backward_bias(dy):\n    return 0 * dy"
    grader(answered(released, {"conv_backward_bias": wrong}))  # which needs both of a sandbox's zygotes
    before = living()
    grader(answered(released, {"conv_backward_bias": IMMORTAL}))
    assert living() <= before


def test_no_ended_process_stays_in_the_table(grader, released):
    """They count as threads of whoever comes later, and keep their folders' files."""
    grader(released)
    before = len(psutil.Process().children(recursive=True))
    grader(answered(released, {"conv_backward_bias": "def conv_backward_bias(dy):\n    return 0 * dy"}))
    assert len(psutil.Process().children(recursive=True)) <= before


# Hidden numbers: what a process that met them can tell one that did not, whose words are shown.

TELLING = """
import fcntl, os, struct, threading

def room():
    "How much can be written until the disk is full."
    size = 0
    try:
        for n in range(9):
            with open(f"room-{n}", "wb", buffering=0) as file:
                for _ in range(60):
                    size += file.write(bytes(2**18))
    except OSError:
        pass
    for n in range(9):
        if os.path.exists(f"room-{n}"):
            os.unlink(f"room-{n}")
    return size // 2**18

def lock():
    "Where another process holds a lock on a file of Python's, which is the same in every sandbox."
    with open(os.__file__) as file:
        asked = struct.pack("hhqqi", fcntl.F_WRLCK, 0, 0, 0, 0)
        return struct.unpack("hhqqi", fcntl.fcntl(file, fcntl.F_GETLK, asked))[2]

def number():
    "How many processes and threads there have been."
    return os.getpid()

def say_room(n):
    for k in range(n):
        with open(f"said-{k}", "wb") as file:
            file.write(bytes(2**20))

def say_lock(n):
    global held
    held = open(os.__file__)
    fcntl.lockf(held, fcntl.LOCK_SH, 1, n)

def say_number(n):
    for _ in range(20 * n):
        thread = threading.Thread(target=int)
        thread.start()
        thread.join()
"""


@pytest.mark.parametrize("channel", ["room", "number", "lock"])
def test_a_process_that_met_no_hidden_input_cannot_be_told_one(sandbox, channel):
    def heard(said):
        with sandbox.student() as eve:
            assert eve.run(TELLING).error is None
            with contextlib.suppress(Exception):  # what cannot be said cannot be heard
                eve.get(f"say_{channel}")(said)
            with eve.fresh() as other, contextlib.suppress(Exception):
                return other.get(channel)()
        return 0

    assert abs(heard(0) - heard(20)) < 10


def test_a_process_cannot_be_told_anything_by_one_in_another_sandbox(sandbox, site):
    with Sandbox(site, find_isolation()) as another, sandbox.student() as eve, another.student() as bob:
        eve.run(TELLING + "\nsay_lock(20)")
        assert bob.run(TELLING + "\nprint(lock())").text.strip() in ("", "0")


# Time and room on the trusted side.


class Stuck(BaseException):
    """The test's own alarm: nothing catches it."""


@contextlib.contextmanager
def alarm(seconds):
    def ring(number, frame):
        raise Stuck

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def test_a_students_number_does_not_keep_a_test_busy_for_ever():
    with alarm(20):
        graded = grade_own("def double(x):\n    return 10**15", "for n in range(double(1)):\n    pass")
    assert earned(graded) == 0 and graded.status.name in ("graded", "timed out")


def test_a_short_frame_holds_no_endless_range():
    """`sum`, `sorted` or `np.asarray` of it, in any test, would take all time or all memory there is."""
    with pytest.raises(WireError):
        unpack(b"".join(pack(range(10**12)))[8:])
    assert unpack(b"".join(pack(range(10)))[8:]) == range(10)


def test_a_function_that_sleeps_uses_up_its_checks_time(site):
    with Sandbox(site, find_isolation(), QUICK) as sandbox, sandbox.student() as eve:
        eve.run("import time\ndef double(x):\n    time.sleep(0.4)")
        double, started = eve.get("double"), time.monotonic()
        with eve.check(), pytest.raises(TimeoutError):
            list(map(double, range(20)))
        assert time.monotonic() - started < 4


def test_cells_that_sleep_use_up_the_notebooks_time(site):
    with Sandbox(site, find_isolation(), QUICK) as sandbox, sandbox.student() as eve:
        started = time.monotonic()
        ran = [eve.run("import time\ntime.sleep(0.8)") for _ in range(12)]
        assert ran[-1].timed_out
        assert time.monotonic() - started < 8  # QUICK allows 2 s of CPU time, twice that by the clock


def test_a_number_too_large_for_a_mark_is_no_trouble_of_the_graders():
    graded = grade_own("def double(x):\n    return 10**400", "double(3)", "assert 2 + 2 == 4")
    assert graded.status.name == "graded"
    assert graded.marks["test1"] == 1


def test_many_cells_say_no_more_than_a_page_can_hold(grader, released):
    for _ in range(200):
        add(released, "print('x' * 30_000)\nraise ValueError('y' * 400)")
    graded = grader(released)
    outputs = [cell.get("outputs") for cell in graded.notebook["cells"]]
    assert len(json.dumps(outputs)) < 2 * 2**20
    assert len(graded.troubles) < 100


def test_slow_cells_are_not_run_anew_for_each_capability_that_fails(grader, released):
    zeros = "    return np.zeros(1)\n"
    answers = {name: f"def {name}(*args, **options):\n{zeros}" for name in MATRIX_PRODUCT}
    quick = grader(answered(released, answers)).status.seconds
    slow = "import time\nbegun = time.process_time()\nwhile time.process_time() < begun + 0.4:\n    pass\n"
    answers["conv_backward_bias"] = slow + answers["conv_backward_bias"]
    assert grader(answered(released, answers)).status.seconds - quick < 6 * 0.4


def test_markdown_that_is_slow_to_read_is_not_read():
    """A notebook may have a thousand such cells, and nbgrader's commands read each with no limit of time."""
    started = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for number in range(6):
            quiet(str(number) + r"\\(" * 6_600)
    assert time.process_time() - started < 2


@pytest.mark.parametrize("test", ["import pytest\nwith pytest.raises(ValueError):\n    double(-1)", "exit()"])
def test_whatever_ends_a_test_ends_that_test_alone(test):
    """`pytest.raises` fails by what is no Exception: it would end the run, and with it everybody's."""
    graded = grade_own("def double(x):\n    return 2 * x", test, "assert double(3) == 6")
    assert graded.status.name == "graded"
    assert graded.marks["test1"] == 1
