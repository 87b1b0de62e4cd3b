"""A notebook's cells run in the student's process as they ran at home."""

import numpy as np
import pytest

from cnnlab.grading.sandbox import Isolation, Sandbox, Trouble, build_site


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    """Without walls, so that this runs on any Unix."""
    with Sandbox(build_site(tmp_path_factory.mktemp("sites")), Isolation().waive()) as sandbox:
        yield sandbox


@pytest.fixture
def student(sandbox):
    with sandbox.student(seed=3) as student:
        yield student


def runs(student, *sources):
    """Run cells of which none may fail; return the last."""
    for source in sources:
        ran = student.run(source)
        assert ran.error is None and not ran.timed_out and not ran.died, ran
    return ran


CELLS = {
    "magics": ("%matplotlib inline\n%load_ext autoreload\n%autoreload 2\nx = 1", {"x": 1}),
    "a magic in a body": (
        "def f():\n    %time y = 3\n    !ls \\\n       -l\n    return y\nx = f()",
        {"x": 3},
    ),
    "what a magic returns": ("files = !ls\nwhere = %pwd\nt = %timeit -o f()", {"files": [], "where": None}),
    "a line that begins with %": (
        "x = (17\n     % 5)\ns = '''\n%no magic\n!nor this\n'''",
        {"x": 2, "s": "\n%no magic\n!nor this\n"},
    ),
    "both": ("x = (17\n     % 5)\n!ls\ny = 2", {"x": 2, "y": 2}),
    "a cell that is timed": ("%%time\nx = 1", {"x": 1}),
    "a cell that is captured": ("\n%%capture out\nprint(3)\nx = 1", {"x": 1}),
    "a cell in another language": ("x = 1\n", {"x": 1}),
    "help": ("?print\nprint?\nx = 1\nnp.dot??", {"x": 1}),
    "a package installed without a %": ("pip install numpy\nx = 1", {"x": 1}),
    "await": ("import asyncio\nawait asyncio.sleep(0.01)\nasync def f(): return 5\nx = await f()", {"x": 5}),
    "the last value": ("21 * 2", {"_": 42}),
    "a name of their own that is _": ("_ = 5\n7", {"_": 5}),
    "all that came out": ("3\n4", {"Out": {1: 4}}),
    "all that went in": ("x = 1", {"In": ["", "x = 1"]}),
    "input": ("x = input('your name? ')", {"x": ""}),
    "what notebooks have at hand": ("display(3)\nget_ipython().magic('pylab')\nhelp(print)\nx = 1", {"x": 1}),
    "the main module": (
        "x = __name__\nimport sys\ny = sys.modules['__main__'].x",
        {"x": "__main__", "y": "__main__"},
    ),
    "the future": ("from __future__ import annotations\ndef f(x: nothing): pass\nx = 1", {"x": 1}),
    "warnings": ("import warnings\nwarnings.warn('careful')\nx = 1", {"x": 1}),
    "an escape that is none": ("x = '\\d'", {"x": "\\d"}),
    "plots": (
        "import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nax.plot([1])\nplt.show()\nx = 1",
        {"x": 1},
    ),
    "names that are commands, too": ("ls, l = 5, 2\nls -l", {"_": 3}),
    "nothing": ("", {}),
    "a comment": ("# nothing to do", {}),
    "its own folder": (
        "import tempfile\nopen('a', 'w').write('b')\nx = open(tempfile.gettempdir() + '/a').read()",
        {"x": "b"},
    ),
    "windows' line ends": ("x = 1\r\nif x:\r\n    y = 2\r\n", {"x": 1, "y": 2}),
}


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_runs_as_in_a_notebook(student, name):
    source, expected = CELLS[name]
    runs(student, source)
    assert {name: student.get(name) for name in expected} == expected


@pytest.mark.parametrize("first", ["%%bash", "%%html", "%%javascript", "%%writefile a.py", "\n%%script ruby"])
def test_a_cell_in_another_language_is_left_out(student, first):
    runs(student, f"{first}\nx = 1")
    assert student.names() == {}


def test_cells_share_one_namespace_where_pickle_and_dataclasses_work(student):
    runs(
        student,
        "from __future__ import annotations\nimport pickle, typing\nfrom dataclasses import dataclass",
        "@dataclass\nclass Point:\n    x: int\n    y: Unknown = 2",
        "def f():\n    return 5\np = pickle.loads(pickle.dumps(Point(1)))",
        "import inspect\nsource = inspect.getsource(f)",
    )
    assert student.get("p").y == 2 and student.get("source") == "def f():\n    return 5\n"


def test_names_are_told_with_their_sorts_and_without_those_that_were_there(student):
    runs(
        student,
        "import numpy as np\nfrom math import sin\nx = 1\nclass A: pass\ndef f(): pass\ng = lambda: 0\n7",
    )
    assert student.names() == {
        **{"np": "module", "sin": "function", "x": "value", "A": "class", "f": "function", "g": "function"},
    }


def test_the_last_value_is_that_of_the_last_cell(student):
    runs(student, "1", "2", "_ = _ + 5")
    assert student.get("_") == 7
    runs(student, "3")
    assert student.get("_") == 7  # it is a name of their own now


TROUBLES = {
    "x = 1\n1 / 0\nx = 2": Trouble("ZeroDivisionError", "division by zero", 2, "1 / 0"),
    "def f():\n    raise ValueError('a\\nb')\nx = 1\nf()": Trouble("ValueError", "a", 4, "f()"),
    "def f(:\n    pass": Trouble("SyntaxError", "invalid syntax", 1, "def f(:"),
    "raise NotImplementedError": Trouble("NotImplementedError", "", 1, "raise NotImplementedError"),
    "exit()": Trouble("SystemExit", "", 1, "exit()"),
    "raise KeyboardInterrupt": Trouble("KeyboardInterrupt", "", 1, "raise KeyboardInterrupt"),
    "assert 1 == 2, 'no'": Trouble("AssertionError", "no", 1, "assert 1 == 2, 'no'"),
    "class E(Exception):\n    def __str__(self): return 1 / 0\nraise E": Trouble("E", "", 3, "raise E"),
    "%matplotlib inline\n1 / 0": Trouble("ZeroDivisionError", "division by zero", 2, "1 / 0"),
    "a\0b": Trouble("SyntaxError", "source code string cannot contain null bytes", 0, ""),
    "import nothing_of_that_name": Trouble(
        "ModuleNotFoundError", "No module named 'nothing_of_that_name'", 1, "import nothing_of_that_name"
    ),
    "from scipy.signal import correlate\ncorrelate(1, 2)": Trouble(
        "ClosedFunctionError", "scipy.signal.correlate", 2, "correlate(1, 2)"
    ),
}


@pytest.mark.parametrize("source", TROUBLES)
def test_a_cell_that_fails_says_where(student, source):
    assert student.run(source).error == TROUBLES[source]


def test_what_a_failing_cell_defined_stands(student):
    student.run("x = 1\n1 / 0\nx = 2")
    assert student.get("x") == 1
    with pytest.raises(KeyError, match="y"):
        student.get("y")


def test_what_a_cell_prints_is_kept_up_to_a_limit(student):
    ran = runs(student, "import sys\nprint('out')\nprint('err', file=sys.stderr)\n3")
    assert ran.text == "out\nerr\n3\n"
    assert len(runs(student, "for _ in range(9999): print('x' * 99)").text) == 20_000
    assert runs(student, "print('\\x1b[31m\\u202e\\ud800')").text == "[31m\\ud800\n"


def test_streams_that_were_closed_or_replaced_are_there_again(student):
    for end in ("sys.stdout.close()", "sys.stdout.detach()", "sys.stdout = None"):
        runs(student, f"import sys\ndef f(): print('lost')\n{end}")
        assert student.get("f")() is None
        assert runs(student, "print('here')").text == "here\n"


def test_what_is_written_past_python_goes_nowhere(sandbox, student, capfd):
    assert runs(student, "import os\nos.write(1, b'x')\nos.write(2, b'x')\nopen(0).read()").text == "''\n"
    assert capfd.readouterr() == ("", "") and sandbox._zygotes[False].jail.said == ""


def test_only_its_own_socket_is_open(student):
    runs(student, "import os\nhandles = [h for h in range(256) if os.path.exists(f'/dev/fd/{h}')]")
    assert set(student.get("handles")) <= {0, 1, 2, 3, 4}


NUMBERS = """
import random, numpy as np
x = [random.random(), np.random.rand(), np.random.default_rng().random(), hash("a")]
"""


def test_the_same_seed_gives_the_same_numbers(sandbox):
    def drawn(seed):
        with sandbox.student(seed) as student:
            runs(student, NUMBERS)
            first = student.get("x")
            runs(student, NUMBERS)
            return first, student.get("x")

    (one, two), other = drawn(3), drawn(4)
    assert (one, two) == drawn(3)
    assert all(a != b for a, b in zip(one[:3], two[:3], strict=True))
    assert all(a != b for a, b in zip(one[:3], other[0][:3], strict=True))


def test_students_see_nothing_of_each_other(sandbox):
    with sandbox.student() as one, sandbox.student() as two:
        runs(one, "import numpy as np\nnp.pi = 3\nx = 1\nopen('a', 'w').close()")
        runs(two, "import numpy as np, os\npi, files = np.pi, os.listdir()")
        assert two.get("pi") == np.pi and two.get("files") == [] and "x" not in two.names()
