"""Student code answers from its process as if it were here, within its budget, and does no harm here."""

import builtins
import copy
import dataclasses
import os
import re
import socket
import time

import numpy as np
import pytest

from cnnlab.checks.closed import ClosedFunctionError
from cnnlab.grading.sandbox import (
    Budget,
    Isolation,
    Sandbox,
    SandboxError,
    StudentDied,
    StudentError,
    StudentFunction,
    StudentObject,
    build_site,
    find_isolation,
    process,
)
from cnnlab.grading.sandbox.channel import Channel
from cnnlab.grading.sandbox.inside.sweep import sweep
from cnnlab.grading.sandbox.wire import WireError, pack

QUICK = Budget(call=0.3, check=0.5, cell=0.3, notebook=6, wall=8)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return build_site(tmp_path_factory.mktemp("sites"))


@pytest.fixture(scope="module")
def sandbox(site):
    """Without walls, so that this runs on any Unix."""
    with Sandbox(site, Isolation().waive(), QUICK) as sandbox:
        yield sandbox


@pytest.fixture
def student(sandbox):
    with sandbox.student() as student:
        yield student


def define(student, source):
    """Run a cell, and return its last definition."""
    ran = student.run(source)
    assert ran.error is None, ran.error
    return student.get([*student.names()][-1])


# Values and calls.


def test_a_function_is_called_as_if_it_were_here(student):
    f = define(student, "def f(x, *more, by=2, **options):\n    return x * by, more, options")
    assert isinstance(f, StudentFunction) and f.__name__ == "f" and repr(f) == "<the student's f>"
    y, more, options = f(np.arange(3.0), "a", None, by=3, path=1, do=2)
    assert y.tolist() == [0, 3, 6] and more == ("a", None) and options == {"path": 1, "do": 2}


@pytest.mark.parametrize(
    "x", [np.zeros((2, 3), ">f4"), np.asfortranarray(np.ones((2, 3))), np.arange(12)[::3]]
)
def test_an_array_is_the_same_for_the_function(student, x):
    f = define(student, "def f(x): return x.dtype.str, x.flags.c_contiguous, x.flags.f_contiguous, x")
    dtype, c, fortran, y = f(x)
    assert (dtype, c, fortran) == (x.dtype.str, x.flags.c_contiguous, x.flags.f_contiguous)
    assert np.array_equal(x, y) and y.dtype == x.dtype


def test_what_a_call_changes_is_changed_here_too(student):
    body = "x[0] = 9", "steps[0][:] = 7", "steps.append(1)", "found['a'] = 2"
    f = define(student, "\n    ".join(["def f(x, steps, found, y):", *body]))
    x, y, inner = np.zeros(2), np.zeros(2), np.zeros(2)
    steps, found = [inner], {}
    f(x, steps, found=found, y=y)
    assert x.tolist() == [9, 0] and y.tolist() == [0, 0]
    assert inner.tolist() == [7, 7] and steps[0] is inner and steps[1:] == [1] and found == {"a": 2}


def test_what_a_call_changes_before_it_fails_is_changed_too(student):
    x = np.zeros(2)
    with pytest.raises(StudentError):
        define(student, "def f(x):\n    x[0] = 9\n    1 / 0")(x)
    assert x[0] == 9


def test_an_array_that_must_not_be_written_to_says_so_there(student):
    f = define(student, "def f(x): x[0] = 1")
    x = np.zeros(2)
    x.flags.writeable = False
    with pytest.raises(ValueError, match="assignment destination is read-only"):
        f(x)


def test_a_subclass_of_an_array_arrives_as_an_array(student):
    f = define(
        student,
        "import numpy as np\nclass Same(np.ndarray):\n    def __eq__(self, other): return np.True_\n"
        "def f(): return np.zeros(2).view(Same)",
    )
    assert type(f()) is np.ndarray and not (f() == 1).any()


def test_what_cannot_cross_is_said_before_anything_is_asked(student):
    f = define(student, "def f(*x): return 5")
    with pytest.raises(TypeError, match="this cannot be handed to the student's code: a object cannot cross"):
        f(object())
    with pytest.raises(TypeError, match="a ndarray cannot cross"):
        f(np.array(["a"]))
    assert f() == 5
    with pytest.raises(TypeError, match="a object cannot cross"):
        f(len, object())
    assert not student._exchange._ours


def test_what_cannot_cross_from_there_is_an_error_of_the_call(student):
    f = define(student, "def f():\n    a = []\n    a.append(a)\n    return a")
    with pytest.raises(
        ValueError, match="what it returned cannot be handed over: values are nested too deep"
    ):
        f()


# Objects.

CLASS = """
class Layer:
    def __init__(self, w): self.w, self._cache = w, 5
    def forward(self, x): return x * self.w
    def __len__(self): return 3
    def __getitem__(self, key): return key
    def __setitem__(self, key, value): self.w = key, value
    def __iter__(self): return iter([1, self, "a"])
    def __eq__(self, other): return True
    def __add__(self, other): return Layer((self.w, "+", other))
    def __radd__(self, other): return Layer((other, "+", self.w))
    def __neg__(self): return -5
    def __lt__(self, other): return "less"
    def __contains__(self, item): return item == 7
    def __bool__(self): return False
    @property
    def late(self): raise KeyError("w")
"""


def test_an_object_is_used_as_if_it_were_here(student):
    layer = define(student, CLASS)(3.0)
    assert isinstance(layer, StudentObject) and (layer._kind, layer._name) == ("object", "Layer")
    assert layer.w == 3 and layer.forward(np.ones(2)).tolist() == [3, 3]
    assert len(layer) == 3 and layer[1, ...] == (1, ...) and layer[2:] == slice(2, None)
    assert [*layer] == [1, layer, "a"]
    layer.w = 8
    assert layer.w == 8
    layer["a"] = 1
    assert layer.w == ("a", 1)
    with pytest.raises(KeyError):
        layer.late  # noqa: B018
    with pytest.raises(AttributeError, match="'Layer' object has no attribute 'v'"):
        layer.v  # noqa: B018


ANSWERS = {
    "+": lambda layer: np.ones(2) + layer,
    "-": lambda layer: layer - 1,
    "@": lambda layer: 1 @ layer,
    "<=": lambda layer: layer <= 6,
    "abs()": abs,
    "`in`": lambda layer: 7 in layer,
    "truth": bool,
    "isinstance()": lambda layer: isinstance(3, layer),
}


@pytest.mark.parametrize("operator", ANSWERS)
def test_an_object_does_not_answer_for_itself(student, operator):
    layer = define(student, CLASS)(1)
    said = rf"^a Layer of the student's has no {re.escape(operator)} here$"
    with pytest.raises(TypeError, match=said):
        ANSWERS[operator](layer)


def test_an_object_answers_for_itself_where_a_course_is_about_that(sandbox):
    with (
        Sandbox(sandbox.site, sandbox.isolation, QUICK, operators=True) as other,
        other.student() as student,
        student.fresh() as fresh,
    ):
        Layer = define(student, CLASS)
        layer = Layer(3.0)
        assert isinstance(layer, Layer) and not isinstance(3, Layer) and not layer
        assert 7 in layer and 8 not in layer and -layer == -5 and (layer < 1) == "less"
        assert (layer + 1).w == (3.0, "+", 1) and (1 + layer).w == (1, "+", 3.0)
        assert fresh.operators


def test_a_module_has_its_own_name(student):
    student.run("import numpy.linalg as a, types\nb = types.ModuleType('os')\nb.__name__ = 5\nc = int")
    found = [(student.get(name)._kind, student.get(name)._name) for name in "ab"]
    assert found == [("module", "numpy.linalg"), ("module", "5")]


def test_an_object_that_equals_everything_equals_nothing(student):
    layer = define(student, CLASS)(1)
    assert layer != 3 and layer != np.ones(2) and not np.any(layer == 3)
    with pytest.raises(TypeError):
        np.testing.assert_allclose(layer, 3)


@pytest.mark.parametrize(
    "name", ["_cache", "__array_interface__", "__wrapped__", "__code__", "__class_getitem__"]
)
def test_names_with_an_underscore_are_not_looked_up(student, name):
    layer = define(student, CLASS + f"    {name} = 5\n")(1)
    with pytest.raises(AttributeError, match="of a student's object is not looked up"):
        getattr(layer, name)
    assert layer.__class__ is StudentObject


def test_an_object_is_no_array_and_not_to_be_copied(student):
    layer = define(student, CLASS)(1)
    with pytest.raises(TypeError, match="the student's Layer is no array of numbers"):
        np.asarray(layer)
    with pytest.raises(TypeError):
        np.ones(2) + define(student, "class Plain: pass")()
    with pytest.raises(TypeError, match="cannot be copied"):
        copy.deepcopy(layer)


def test_an_object_that_answers_strangely_is_still_an_object(student):
    bunch = define(
        student,
        "class Bunch(dict):\n    def __getattr__(self, name): return self[name]\nx = Bunch(a=1)\n"
        "class Any:\n    def __getattr__(self, name): raise OSError(name)\ny = [Any(), x]",
    )
    assert repr(bunch) == "[<the student's Any>, <the student's Bunch>]" and bunch[1].a == 1


def test_the_same_object_is_the_same_here(student):
    f = define(student, "a = object()\ndef f(x=None): return a if x is None else x is a")
    a = student.get("a")
    assert f() is a and f(a) is True


def test_a_generator_is_gone_through(student):
    f = define(student, "def f(n):\n    for i in range(n):\n        yield i")
    assert list(f(3)) == [0, 1, 2]


# Functions of ours.


def test_a_function_of_ours_is_called_from_there(student):
    check = define(student, "def check(layer, x):\n    return layer(x, by=2) + layer(x)")
    assert check(lambda x, by=1: x * by, np.ones(2)).tolist() == [3, 3]
    assert check(lambda x, by=0: by, 1) == 2


def test_their_functions_are_passed_back_as_themselves(student):
    same = define(student, "def f(x): return 1\ndef same(g): return g is f")
    assert same(student.get("f")) is True


def test_what_our_function_raises_is_theirs_to_catch(student):
    def refuse(x):
        raise ValueError(f"{x} is odd")

    f = define(
        student,
        "def f(g):\n    try:\n        g(3)\n    except ValueError as error:\n        return str(error)",
    )
    assert f(refuse) == "3 is odd"
    g = define(student, "def g(h): return h(3)")
    with pytest.raises(ValueError, match="3 is odd"):
        g(refuse)


@pytest.mark.parametrize("given", ["Asks()", "a=[1, {'b': Asks()}]", "Asks", "call"])
def test_a_function_of_ours_is_not_called_with_what_is_theirs(student, given):
    call = define(student, f"class Asks: pass\ndef call(g):\n    return g({given})")
    called = []
    with pytest.raises(TypeError, match="a function that is lent takes plain values"):
        call(lambda *args, **options: called.append(args))
    assert not called
    assert define(student, "def again(g): return g(g)")(lambda g: g is not None)


def test_calls_go_both_ways_so_deep_and_so_often(student):
    f = define(student, "def f(g, n): return n and g(n - 1)")

    def deeper(n):
        return f(deeper, n)

    assert f(deeper, 5) == 0
    with pytest.raises(StudentDied, match="their process was ended"):
        f(deeper, 50)
    often = define(student, "def often(g):\n    for _ in range(20_000): g()")
    with pytest.raises(TimeoutError):
        often(lambda: None)


def test_a_function_of_ours_is_lent_for_one_call(student):
    later = define(
        student,
        "kept = []\ndef get(): return kept[0]\ndef keep(g): kept.append(g)\ndef later(g): return kept[0]()",
    )
    student.get("keep")(lambda: "secret")
    with pytest.raises(RuntimeError, match="this function was lent for one call, which is over"):
        later(lambda: "other")
    with pytest.raises(RuntimeError, match="which is over"):
        student.get("get")()()


# Errors.


def test_an_error_can_be_caught_as_what_it_is(student):
    f = define(student, "class ShapeError(ValueError): pass\ndef f(x):\n    raise ShapeError(f'{x} is odd')")
    with pytest.raises(ValueError, match="3 is odd") as caught:
        f(3)
    assert isinstance(caught.value, StudentError)
    assert (
        caught.value.said == "ShapeError: 3 is odd, in line 3 of your cell: `raise ShapeError(f'{x} is odd')`"
    )


@pytest.mark.parametrize(
    "name", ["NotImplementedError", "IndexError", "AssertionError", "OSError", "RecursionError"]
)
def test_built_in_errors_are_themselves(student, name):
    with pytest.raises(getattr(builtins, name)):
        define(student, f"def f(): raise {name}")()


@pytest.mark.parametrize(
    "name", ["SystemExit", "KeyboardInterrupt", "StopIteration", "TimeoutError", "GeneratorExit"]
)
def test_errors_that_would_mean_something_else_here_do_not(student, name):
    with pytest.raises(StudentError, match=r"^out$") as caught:
        define(student, f"def f(): raise {name}('out')")()
    assert caught.value.said.startswith(f"{name}: out, in line 1")
    assert not isinstance(
        caught.value, SystemExit | KeyboardInterrupt | StopIteration | TimeoutError | GeneratorExit
    )


def test_errors_with_unusual_makers_arrive(student):
    f = define(student, "def f(n):\n    [b'\\xff'.decode, lambda: compile('(', '', 'exec')][n]()")
    with pytest.raises(StudentError, match="can't decode byte"):
        f(0)
    with pytest.raises(StudentError, match="was never closed"):
        f(1)


def test_the_innermost_line_of_theirs_is_named(student):
    f = define(
        student,
        "import numpy as np\ndef inner(x):\n    return np.reshape(x, (5, 5))\ndef f(x):\n    return inner(x)",
    )
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        f(np.zeros(3))
    assert caught.value.said.endswith("in line 3 of your cell: `return np.reshape(x, (5, 5))`")


def test_something_closed_says_what_it_is(student):
    f = define(student, "from scipy.signal import correlate\ndef f(x): return correlate(x, x)")
    with pytest.raises(ClosedFunctionError, match=r"scipy\.signal\.correlate"):
        f(3)


def test_warnings_and_prints_of_a_call_are_dropped(student):
    f = define(
        student,
        "import warnings, numpy as np\ndef f(x):\n    print(x)\n    warnings.warn('x')\n    return np.log(x)",
    )
    assert f(0.0) == -np.inf
    assert student.run("print('own')").text == "own\n"


# Budgets, and ends.

BUSY = """
import time
def busy(seconds):
    until = time.process_time() + seconds
    while time.process_time() < until: pass
"""
LOOPS = """
import time, os, signal
def loop():
    while True: pass
def stubborn():
    for number in (signal.SIGPROF, signal.SIGALRM): signal.signal(number, signal.SIG_IGN)
    while True: pass
def sleep(): time.sleep(60)
def leave(): os._exit(3)
def crash(): os.kill(os.getpid(), signal.SIGSEGV)
def fine(): return 5
"""


@pytest.mark.parametrize("name", ["loop", "stubborn", "sleep"])
def test_a_call_that_does_not_end_is_ended_and_not_tried_again(student, name):
    define(student, LOOPS)
    with pytest.raises(TimeoutError, match=r"it was still running after 0\.3 s"):
        student.get(name)()
    with pytest.raises(TimeoutError, match="it did not finish in an earlier check, so it was not run again"):
        student.get(name)()
    assert student.get("fine")() == 5


def test_all_calls_of_a_check_share_a_budget(student):
    f = define(student, BUSY + "def f(): busy(0.1)")
    with student.check(0.15), pytest.raises(TimeoutError, match=r"still running|together took too long"):
        _ = [f() for _ in range(3)]
    with student.check():
        f()
    define(student, LOOPS)
    with student.check(0.3):
        with pytest.raises(TimeoutError, match="still running"):
            student.get("loop")()
        with pytest.raises(TimeoutError, match="all calls of this check together took too long"):
            student.get("fine")()


def test_a_check_within_a_check_has_what_that_has_left(student):
    f = define(student, BUSY + "def f(): busy(0.1)")
    with student.check(0.15):
        with student.check(5):
            f()
        assert student._pool.left < 0.06
        with student.check(), pytest.raises(TimeoutError):
            _ = f(), f()
    f()


def test_to_sleep_and_to_dawdle_use_up_a_check(sandbox):
    budget = dataclasses.replace(QUICK, check=1, wall=0.5)
    with Sandbox(sandbox.site, sandbox.isolation, budget) as small, small.student() as student:
        f = define(student, "import time\ndef f(): time.sleep(0.12)")
        with student.check():
            f()
            assert student._pool.left < 0.77
            student.get("f")
            assert student._pool.left < 0.77
        assert student._pool is None


def test_a_call_within_a_call_has_what_that_has_left(student):
    with student.check(1):
        exchange = student._living()
        with exchange.process.limit(0.1, 1), exchange.process.limit(5, 50):
            assert exchange.process.limits[1] == exchange.process.limits[0]


# Many calls at once.


def each(student, function, *calls):
    """Call a function for each of these arguments; return its values, and what ended the row."""
    values = []
    for answer in student.call_each(function, [((argument,), {}) for argument in calls]):
        try:
            values.append(answer())
        except Exception as error:
            return values, error
    return values, None


def test_calls_that_are_handed_over_at_once_are_answered_one_by_one(student):
    f = define(student, "def f(x, by=2):\n    x += 1\n    return x.sum() * by")
    xs = [np.zeros(n) for n in (1, 2, 0)]
    calls = [([xs[0]], {}), ([xs[1]], {"by": 5}), ([xs[2]], {})]
    assert [answer() for answer in student.call_each(f, calls)] == [2, 10, 0]
    assert [x.tolist() for x in xs] == [[1], [1, 1], []]
    assert [answer() for answer in student.call_each(f, [])] == []
    assert f(np.ones(3)) == 12


def test_much_is_handed_over_and_answered_at_once(student):
    student.run("import numpy as np")
    f = define(student, "def f(x): return np.append(x, x)")
    values, error = each(student, f, *[np.full(50_000, n) for n in range(5)])
    assert error is None and [(y.shape, y[-1]) for y in values] == [((100_000,), n) for n in range(5)]
    values, error = each(student, f, *[np.full(3, n) for n in range(999)])
    assert error is None and [y.tolist() for y in values] == [[n] * 6 for n in range(999)]


def test_the_first_call_that_raises_is_the_last(student):
    f = define(student, "calls = []\ndef f(x):\n    calls.append(x)\n    return 1 / x")
    values, error = each(student, f, 1, 2, 0, 4)
    assert values == [1, 0.5] and isinstance(error, ZeroDivisionError)
    assert student.get("calls") == [1, 2, 0] and f(4) == 0.25
    g = define(student, "a = []\na.append(a)\ndef g(x): return [] if x else a")
    values, error = each(student, g, 1, 0, 1)
    assert values == [[]] and "cannot be handed over" in str(error)
    assert g(1) == []


@pytest.mark.parametrize(
    ("name", "kind"), [("loop", TimeoutError), ("stubborn", TimeoutError), ("leave", StudentDied)]
)
def test_a_call_among_others_that_does_not_end_is_known_by_what_came_before(student, name, kind):
    f = define(student, f"{LOOPS}\ndef f(x): return {name}() if x == 2 else x")
    values, error = each(student, f, 0, 1, 2, 3)
    assert values == [0, 1] and isinstance(error, kind), error
    values, error = each(student, f, 5)
    assert values == [] and isinstance(error, kind) and "so it was not run again" in str(error)
    assert student.get("fine")() == 5


def test_calls_that_are_handed_over_at_once_share_what_the_check_has_left(student):
    f = define(student, f"{BUSY}\ndef f(x):\n    busy(0.1)\n    return x")
    with student.check(0.25):
        values, error = each(student, f, *range(9))
        assert isinstance(error, TimeoutError) and values in ([0], [0, 1])
        with pytest.raises(TimeoutError):
            f(1)
    with student.check():
        assert each(student, f, 7) == ([7], None)
        assert student._pool.left < QUICK.check - 0.08


def test_who_stops_listening_ends_the_process(student):
    f = define(student, "def f(x): return x")
    answers = student.call_each(f, [((x,), {}) for x in range(3)])
    assert next(answers)() == 0
    before = student._exchange
    answers.close()
    assert not before.alive and student.get("f")(5) == 5


def test_more_answers_than_calls_are_an_end_of_the_process(student):
    twice = 'def g(x):\n    say(b\'["d","value",5]\')\n    return x\n'
    g = define(student, SPEAKS + twice)

    def listen():
        assert each(student, g, 1, 2)[1] is None
        student.names()

    with pytest.raises((StudentDied, AssertionError), match="nonsense"):
        listen()


def test_values_that_come_together_are_told_apart_and_none_is_left_over():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        channel = Channel(ours)
        theirs.sendall(b"".join(b"".join(pack(value)) for value in ("one", [2, 3], "four", "five", "six")))
        assert channel.receive(alone=False) == "one" and channel.receive(alone=False) == [2, 3]
        with pytest.raises(WireError, match="an answer to nothing"):
            channel.expect_silence()
        with pytest.raises(WireError, match="more than an answer"):
            channel.receive()


@pytest.mark.parametrize(("name", "said"), [("leave", "with status 3"), ("crash", "by SIGSEGV")])
def test_a_process_that_ends_is_replaced_a_few_times(student, name, said):
    define(student, LOOPS + "".join(f"def end{number}(): {name}()\n" for number in range(6)))
    ends, fine = [student.get(f"end{number}") for number in range(6)], student.get("fine")
    for end in ends:
        with pytest.raises(StudentDied, match=f"their process ended {said}"):
            end()
    with pytest.raises(StudentDied, match="their process ended 6 times, and was not started again"):
        fine()


def test_a_function_that_ended_its_process_is_not_run_again(student):
    define(student, LOOPS)
    leave, fine = student.get("leave"), student.get("fine")
    with pytest.raises(StudentDied, match="with status 3"):
        leave()
    for _ in range(9):
        with pytest.raises(StudentDied, match="in an earlier check, so it was not run again"):
            leave()
    assert fine() == fine()


def test_functions_are_found_again_in_another_process_and_objects_are_not(student):
    define(student, CLASS + LOOPS + "layer = Layer(2)\n")
    layer, forward, made = student.get("layer"), student.get("layer").forward, student.get("Layer")(5)
    with pytest.raises(StudentDied):
        student.get("leave")()
    assert student.get("fine")() == 5  # which takes the number that something else had before
    assert layer.w == 2 and forward(3) == 6
    with pytest.raises(StudentDied, match="<the student's Layer> is gone with the process that it lived in"):
        made.w  # noqa: B018


def test_a_cell_that_does_not_end_is_ended_and_what_it_defined_stands(student):
    ran = student.run("x = 1\nwhile True: pass")
    assert ran.timed_out and not ran.died and ran.error.text == "it was still running after 0.3 s"
    assert student.get("x") == 1


def test_a_cell_that_will_not_end_is_left_out_of_the_next_process(student):
    assert student.run("x = 1").error is None
    assert student.run(f"y = 1\n{LOOPS}\nstubborn()").died
    assert student.run("z = x").error is None
    assert [*student.names()] == ["x", "z"] and student._forked == 2


def test_a_cell_that_ends_the_process_is_left_out_of_the_next(student):
    student.run("x = 1")
    ran = student.run("import os\nos._exit(0)")
    assert ran.died and ran.error.said == "StudentDied: their process ended"
    assert student.run("x").error is None


def test_all_cells_together_have_a_budget(sandbox):
    budget = dataclasses.replace(QUICK, notebook=0.05, wall=500)
    with Sandbox(sandbox.site, sandbox.isolation, budget) as small, small.student() as student:
        assert student.run(f"x = 1\n{BUSY}\nbusy(0.1)").timed_out
        ran = student.run("x = 2")
        assert ran.timed_out and ran.error.text == "the notebook's cells together took too long"
        assert student.get("x") == 1


def test_a_fresh_student_has_seen_no_call(student):
    f = define(student, "seen = []\ndef f(x):\n    seen.append(x)\n    return seen")
    f("hidden")
    with student.fresh() as fresh:
        assert fresh.get("f")("shown") == ["shown"]
    assert f("more") == ["hidden", "more"]


def test_a_fresh_student_comes_from_elsewhere_and_has_a_budget(sandbox):
    with sandbox.student() as student, student.fresh() as fresh, sandbox.student(apart=True) as shown:
        assert student.run(f"{BUSY}\nbusy(0.1)\ndef f(): busy(0.2)").error is None
        assert shown.run("x = 1").error is None
        apart = sandbox._zygotes[True]
        with student.fresh() as fresh:
            for _ in range(2):
                fresh.get("f")()
            with pytest.raises(TimeoutError):
                _ = fresh.get("f")(), fresh.get("f")()
            zygotes = [each._exchange.process.zygote for each in (student, fresh, shown)]
            assert zygotes == [sandbox._zygotes[False], apart, apart]
            assert student._again is fresh._again is fresh._first
            assert student._again.left < QUICK.notebook - 0.09


def test_what_is_shown_has_one_budget_for_its_cells(sandbox):
    with sandbox.student(apart=True) as shown:
        assert shown.run(f"{BUSY}\nbusy(0.1)").error is None
        assert shown.run("import os\nos._exit(0)").died
        assert shown.run("x = 1").error is None
        assert shown._first.left < QUICK.notebook - 0.19 - 0.3  # twice, and what ended it counts in full


def test_all_cells_print_no_more_than_a_page_can_hold(sandbox):
    budget = dataclasses.replace(QUICK, outputs=50)
    with Sandbox(sandbox.site, sandbox.isolation, budget) as small, small.student() as student:
        ran = [student.run("print('x' * 29)\n1 / 0") for _ in range(4)]
    said = "\n[what the cells print from here on is left out: it is too much]\n"
    assert [each.text for each in ran] == ["x" * 29 + "\n", "xxxx" + said, "", ""]
    assert [each.error.said for each in ran[:2]] == [
        "ZeroDivisionError: division by zero, in line 2 of your cell: `1 / 0`",
        "ZeroDivisionError, in line 2 of your cell",
    ]


def test_after_the_end_there_is_no_other_process(sandbox):
    with sandbox.student() as student:
        f = define(student, "def f(): pass")
    for use in (f, lambda: student.run("1"), student.names):
        with pytest.raises(StudentDied, match="their process was ended, for it was no longer needed"):
            use()


def test_memory_has_a_limit(student):
    f = define(student, "def f(): return bytearray(2**31)")
    with pytest.raises(MemoryError):
        f()


# What a hostile process may say.

SPEAKS = """
import gc, json, os, socket, struct
def say(header, payload=b""):
    os.write(3, struct.pack("<II", len(header), len(payload)) + header + payload)
def f(what):
    if what == "nothing": os.close(3)
    elif what == "noise": os.write(3, b"\\xff" * 999)
    elif what == "a flood":
        while True: os.write(3, b"\\0" * 999)
    elif what == "half": os.write(3, b"\\5\\0")
    elif what == "a promise": os.write(3, struct.pack("<II", 2**22, 2**28))
    elif what == "a list": say(b'["l"]')
    elif what == "a number": say(b'5')
    elif what == "an error": say(b'["d","error",5]')
    elif what == "an error without text": say(b'["d","error",["d","kind","E"]]')
    elif what == "changes": say(b'["d","changed",7]')
    elif what == "a call": say(b'["d","callback",["l"],"args",1,"options",2]')
    elif what == "a call of nothing": say(b'["d","callback",1]')
    elif what == "a call of a secret": say(b'["d","callback",1,"args",["l"],"options",["d",1,2]]')
    elif what == "a nameless error": say(b'["d","error",["d","kind","a","text","","line",0,"base",5]]')
    elif what == "handles": say(b'["d","value",["h","callback",-1,""]]')
    else: say(b'["d","changed",["l",["l",["l"],1],["l",7,["l"]],["l","x",1],["l",-1,1]]]')
    while True: pass
"""
SAYINGS = [line.split('"')[1] for line in SPEAKS.splitlines() if "if what ==" in line]


@pytest.mark.parametrize("what", SAYINGS)
def test_whatever_a_process_says_is_an_end_of_that_process(student, what):
    f = define(student, SPEAKS)
    with pytest.raises((StudentDied, TimeoutError), match=r"nonsense|process ended|still running"):
        f(what)
    assert student.run("1").error is None


STRANGE_NAMES = [b'["d","value",5]', b'["d","value",["d","a",5]]', b'["d","value",["d",1,"class"]]']


@pytest.mark.parametrize("says", STRANGE_NAMES)
def test_names_that_are_none_are_an_end_of_the_process(student, says):
    worker = "next(thing for thing in gc.get_objects() if type(thing).__name__ == 'Worker')"
    ran = student.run(f"{SPEAKS}\n{worker}.names = lambda: say({says!r}) or os._exit(0)")
    assert ran.error is None
    with pytest.raises(StudentDied, match="nonsense"):
        student.names()


def test_changes_of_what_was_not_handed_over_change_nothing(student):
    f = define(student, SPEAKS)
    assert f("a change nowhere") is None


def test_an_answer_before_anything_is_asked_is_an_end_of_the_process(student):
    soon = 'import threading\nthreading.Timer(0.1, say, [b\'["d","value",5]\']).start()'
    assert student.run(f"{SPEAKS}\n{soon}").error is None
    time.sleep(0.4)
    with pytest.raises(StudentDied, match="nonsense"):
        student.get("f")


def test_a_process_that_answers_for_itself_gains_a_value_and_no_more(student):
    f = define(student, SPEAKS + 'def g():\n    say(b\'["d","value",["t",1]]\')\n    while True: pass')
    assert f is not None and student.get("g")() == (1,)


def test_an_error_that_has_no_name_is_an_exception(student):
    says = b'["d","error",["d","kind","<b>","text","no","line",0,"quoted","","base","__import__"]]'
    g = define(student, f"{SPEAKS}\ndef g():\n    say({says!r})\n    while True: pass")
    with pytest.raises(StudentError, match="no") as caught:
        g()
    assert caught.value.said == "Exception: no"


def test_a_cell_that_answers_for_itself_prints_no_more_than_others(student):
    assert (
        len(student.run(SPEAKS + "say(b'[\"d\",\"text\",\"' + b'x' * 10**6 + b'\"]')").text) == QUICK.output
    )


def test_texts_from_there_can_be_written_anywhere(student):
    f = define(
        student,
        "class \u1e9eigError(ValueError): pass\ndef f(): raise \u1e9eigError('\\ud800\\x1b[2J' + 'x' * 9999)",
    )
    with pytest.raises(ValueError, match=r"^\?\[2Jxxx") as caught:
        f()
    assert caught.value.said.startswith("\u1e9eigError: ?[2Jxxx") and len(caught.value.said) < 250
    assert len(str(caught.value)) <= 500


# The sandbox itself.


def test_a_zygote_that_is_gone_is_replaced(site):
    with Sandbox(site, Isolation().waive(), QUICK) as sandbox:
        with sandbox.student() as student:
            student.run("x = 1")
            os.kill(sandbox._zygotes[False].jail.pid, 9)
        with sandbox.student() as student:
            assert define(student, "x = 1") == 1


def test_nothing_is_left_of_a_student(sandbox):
    with sandbox.student() as student:
        folder = define(student, "import os\nopen('a', 'w').close()\nx = os.getcwd()")
        number = define(student, "y = os.getpid()")
        assert os.path.exists(f"{folder}/a")
    assert not os.path.exists(folder)
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)


def test_what_lies_deep_and_is_locked_is_removed(tmp_path):
    folder, outside = tmp_path / "of-ada", tmp_path / "outside"
    outside.mkdir()
    (outside / "mine").touch()
    here = os.open(tmp_path, os.O_RDONLY)
    os.mkdir(folder)
    try:
        os.chdir(folder)
        for _ in range(200):
            os.mkdir("d" * 100)
            os.symlink(outside, "link")
            os.chdir("d" * 100)
        os.mkdir("locked", 0o300)
        os.chmod("..", 0)
    finally:
        os.fchdir(here)
        os.close(here)
    assert not sweep(str(folder), 0)
    assert sweep(str(folder), 60) and os.listdir(tmp_path) == ["outside"] and (outside / "mine").exists()


@pytest.mark.skipif(not find_isolation().complete, reason="needs bubblewrap and seccomp")
def test_what_can_be_removed_keeps_the_zygote_and_what_cannot_ends_it(site):
    with Sandbox(site, find_isolation()) as sandbox:
        with sandbox.student() as student:
            assert (
                student.run("import os\nfor mode in (0, 0o300, 0o500): os.mkdir(str(mode), mode)").error
                is None
            )
            zygote = sandbox._zygotes[False]
        assert not zygote.closed
        with sandbox.student() as student:
            student.run("x = 1")
            assert sandbox._zygotes[False] is zygote
            ask = zygote._ask
            zygote._ask = lambda *args: {**ask(*args), "left": True}
        assert zygote.closed
        zygote.fork = None  # it is not asked again
        with sandbox.student() as student:
            assert student.run("x = 1").error is None


@pytest.mark.skipif(not find_isolation().complete, reason="needs bubblewrap and seccomp")
def test_who_makes_files_without_end_is_ended(site):
    with Sandbox(site, find_isolation()) as sandbox, sandbox.student() as student:
        ran = student.run("n = 0\nwhile True:\n    n += 1\n    open(str(n), 'w').close()")
        assert ran.died and not ran.timed_out
        assert student.run("x = 1").error is None


class StubJail:
    """A zygote that has answered already."""

    said = "nothing"

    def __init__(self, answer):
        self.connection, theirs = socket.socketpair()
        with theirs:
            theirs.sendall(b"".join(pack(answer)))

    def close(self):
        self.connection.close()


@pytest.mark.parametrize("answer", [5, {"order": 0, "pid": 3}, {"order": 1}, {"order": 1, "pid": "3"}])
def test_a_zygote_that_answers_something_else_is_ended(answer):
    zygote = process.Zygote(StubJail(answer))
    send, zygote._send = zygote._send, lambda order, passed: None
    said = r"^the sandbox (answered what it was not asked|did not tell the pid)$"
    with pytest.raises(SandboxError, match=said):
        zygote.fork({})
    assert zygote.closed
    zygote._send = send
    assert zygote.end(3) == "their process ended" and zygote.end_of_it() == "nothing"


def test_time_is_measured_where_the_kernel_has_no_clock_for_it(monkeypatch):
    started = time.process_time()
    exact = process.cpu_seconds(os.getpid())
    monkeypatch.delattr("time.clock_gettime")
    assert process.cpu_seconds(os.getpid()) == pytest.approx(exact, abs=0.5) and exact >= started
    assert process.cpu_seconds(2**22 - 1) == np.inf


@pytest.mark.parametrize("name", ["call", "check", "cell", "notebook", "memory", "output", "outputs", "wall"])
def test_a_budget_is_more_than_nothing(name):
    with pytest.raises(ValueError, match=f"{name} is 0, but a budget is more than nothing"):
        Budget(**{name: 0})


@pytest.mark.skipif(not find_isolation().complete, reason="needs bubblewrap and seccomp")
@pytest.mark.parametrize("apart", [False, True])
def test_within_walls_everything_is_the_same(site, apart):
    isolation = dataclasses.replace(find_isolation(), landlock=0) if apart else find_isolation()
    with Sandbox(site, isolation, QUICK) as sandbox, sandbox.student() as student:
        define(student, LOOPS + "import asyncio\nawait asyncio.sleep(0.01)\nx = 1")
        for name in ("loop", "stubborn"):
            with pytest.raises(TimeoutError, match="still running"):
                student.get(name)()
        with pytest.raises(StudentDied, match="with status 3"):
            student.get("leave")()
        with pytest.raises(PermissionError):
            student.get("crash")()
        with student.fresh() as fresh:
            assert fresh.get("fine")() == 5
