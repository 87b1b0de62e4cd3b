"""Functions, layers and random numbers that a call lends: used there, computed here."""

import json

import numpy as np
import pytest
from course.test_model_answers import code_cells

from cnnlab.checks.lent import Made
from cnnlab.grading.convert import open_gradebook
from cnnlab.grading.course import Course
from cnnlab.grading.engine import Grader, Task
from cnnlab.grading.export import export_spec
from cnnlab.grading.release import release
from cnnlab.grading.sandbox import Budget, Isolation, Sandbox, StudentDied, build_site
from solutions.ch03_gradcheck.checks import EXERCISE

from .conftest import ROOT, SECRET, answered

SLUG = EXERCISE.slug


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    """Without walls, so that this runs on any Unix."""
    with Sandbox(build_site(tmp_path_factory.mktemp("sites")), Isolation().waive(), Budget()) as sandbox:
        yield sandbox


@pytest.fixture
def ask(sandbox):
    """Define a function of a student's, and return it."""
    with sandbox.student() as student:

        def define(source):
            ran = student.run(f"import copy\nimport numpy as np\n{source}")
            assert ran.error is None, ran.error
            return student.get("f")

        yield define


def layer():
    def forward(x, weight):
        return x * weight

    def backward(dy, x, weight):
        return dy * weight, {"weight": (dy * x).sum()}

    made = Made("a secret", forward, backward, (3,), {"weight": np.array(2.0)})
    return made.lend(None)


def test_a_generator_begins_anew_there(ask):
    f = ask("def f(rng): return isinstance(rng, np.random.Generator), rng.normal(size=3)")
    real, drawn = f(np.random.default_rng(5))
    assert real is True
    np.testing.assert_array_equal(drawn, np.random.default_rng(5).normal(size=3))


def test_a_generator_without_a_seed_cannot_cross(ask):
    f = ask("def f(rng): return 1")
    with pytest.raises(TypeError, match="cannot be handed to the student's code"):
        f(np.random.Generator(np.random.PCG64(np.random.SeedSequence(5, spawn_key=(1,)))) and object())
    with pytest.raises(TypeError):
        f(np.random.default_rng([1, 2]))


def test_a_layer_is_run_nudged_and_copied(ask):
    f = ask("""
def f(layer, x):
    y = layer.forward(x, train=True)
    dx = layer.backward(np.ones(3))
    layer.parameters["weight"] += 1
    nudged = layer.forward(x)
    twin = copy.deepcopy(layer)
    twin.parameters = {"weight": np.array(10.0)}
    z = twin.forward(x * 1j)
    return y, dx, layer.gradients["weight"], nudged, z, list(layer.parameters)""")
    y, dx, dweight, nudged, z, names = f(layer(), np.array([1.0, 2, 3]))
    np.testing.assert_array_equal(y, [2, 4, 6])
    np.testing.assert_array_equal(dx, [2, 2, 2])
    assert dweight == 6 and names == ["weight"]
    np.testing.assert_array_equal(nudged, [3, 6, 9])
    np.testing.assert_array_equal(z, [10j, 20j, 30j])


def test_nothing_of_a_layer_says_what_it_is(ask):
    f = ask("""
def f(layer):
    seen = [repr(layer), *dir(layer), repr(vars(layer)), repr(vars(vars(layer)["_run"]))]
    return " ".join(map(str, seen))""")
    assert "secret" not in f(layer())


@pytest.mark.parametrize(
    "call",
    [
        "layer.forward(np.ones(4))",
        "layer.backward(np.ones(3))",
        "layer.forward('three')",
        "layer._run('anything')",
        "layer._run('backward', np.ones(9), np.ones(3), {'weight': 1.0})",
        "layer._run('forward', np.ones(3), {'weights': 1.0})",
        "layer.source",
    ],
)
def test_a_call_that_does_not_fit_is_an_error_there(ask, call):
    f = ask(f"""
def f(layer):
    try:
        {call}
    except Exception as error:
        return type(error).__name__""")
    assert f(layer()) in ("ValueError", "RuntimeError", "TypeError", "AttributeError", "KeyError")


def test_a_layer_is_lent_for_one_call(ask):
    f = ask("""
kept = []
def f(layer):
    if kept:
        try:
            return kept[0].forward(np.ones(3))
        except RuntimeError as error:
            return str(error)
    kept.append(layer)""")
    f(layer())
    assert "was lent for one call" in f(layer())


@pytest.mark.parametrize("kind", ["layer", "generator"])
def test_nobody_there_makes_one_for_us(ask, kind):
    f = ask(f"""
import sys
def f():
    worker = sys.modules["cnnlab_inside.worker"]
    thing = object()
    there = worker.Worker.there
    worker.Handle = lambda *parts: __import__("cnnlab_inside.wire").wire.Handle("{kind}", 1, "")
    return thing""")
    with pytest.raises(StudentDied):
        f()


# A submission from end to end, behind all walls that this machine has.


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gradcheck")
    course = Course(ROOT, folder / "build", folder / "exercises")
    course.prepare()
    path = release(course, SLUG)
    with open_gradebook(course) as gradebook:
        spec = export_spec(gradebook, SLUG, SLUG, path)
    released = path.read_text(encoding="utf-8")
    worker = Grader(spec, course.apart(SLUG), SECRET)

    def grade(cells):
        notebook = answered(json.loads(released), cells)
        return worker(Task("ada", json.dumps(notebook).encode()))

    yield grade
    worker.close()


def model():
    cells = code_cells(SLUG)
    return {name: cells[name] for name in EXERCISE.functions}


def test_the_model_answer_gets_full_marks_in_the_sandbox(graded):
    found = graded(model())
    assert found.status.name == "graded"
    assert found.marks == {f"gradcheck-{c.name}": c.points for c in EXERCISE.capabilities}


def test_a_detective_that_looks_at_dx_alone_gets_a_part(graded):
    loose = model()["check_layer"].replace("max(errors) < 1e-6", "errors[0] < 1e-6")
    found = graded({**model(), "check_layer": loose})
    assert found.marks["gradcheck-detective"] == 2
    said = found.results["gradcheck-detective"]
    assert said["finding"] == "Of 8 layers with a mistake it finds 4, of 4 right ones it accuses 0."
    assert said["case"] == said["replay"] == said["mistake"] == ""


CHEATS = {
    "looks at the layer's name": "return 'wrong' not in repr(vars(layer)) + type(layer).__name__",
    "reads the layer's source": "import inspect; return 'right' in inspect.getsource(layer._run)",
    "accuses everyone": "return False",
    "trusts everyone": "return True",
    "calls the package": "import cnnlab; return cnnlab.check_layer(layer, x, rng).ok",
    "goes by the order": "globals()['n'] = globals().get('n', 0) + 1; return n % 2 == 0",
}


@pytest.mark.parametrize("cheat", CHEATS)
def test_who_does_not_measure_gets_next_to_nothing(graded, cheat):
    found = graded({**model(), "check_layer": f"def check_layer(layer, x, rng):\n    {CHEATS[cheat]}\n"})
    assert found.marks["gradcheck-detective"] <= (1.5 if cheat == "goes by the order" else 0)
    assert found.marks["gradcheck-directional"] == 1


def test_calls_are_counted_here(graded):
    source = model()["numerical_gradient"].replace("ahead = f(x)", "f(x), f(x); ahead = f(x)")
    found = graded({**model(), "numerical_gradient": source})
    assert found.marks["gradcheck-numerical"] == 0
    assert "RuntimeError: f was called more than 6 times" in found.results["gradcheck-numerical"]["finding"]
