"""`cnnlab audit`: wrong versions that are wrong, and a fair word on tests that do not notice them."""

import io
import re
from dataclasses import replace
from functools import partial
from textwrap import dedent

import pytest
from rich.console import Console
from tqdm import tqdm

from cnnlab.checks import score
from cnnlab.grading import audit as auditing
from cnnlab.grading.audit import audit, audit_table, run, under_test
from cnnlab.grading.audit.mutants import BIAS, FORWARD, FUNCTIONS, INPUT, WEIGHT, mutants, right
from cnnlab.grading.practice.exercises import ExerciseError
from solutions.ch07_conv_forward.checks import EXERCISE as CH07
from solutions.ch08_conv_backward.checks import EXERCISE as CH08


def written(folder, text, name="test_mine.py"):
    """Write a file of tests."""
    (folder / name).write_text(dedent(text), encoding="utf-8")
    return folder / name


def loses(mutant):
    """Whether a wrong version loses a capability."""
    exercise = CH07 if mutant.function == FORWARD else CH08
    functions = {name: right(name) for name in exercise.functions} | {mutant.function: mutant.build()}
    return not all(score(exercise, c.name, functions, b"").earned for c in exercise.capabilities)


# The wrong versions.


@pytest.mark.parametrize("exercise", [CH07, CH08], ids=lambda exercise: exercise.slug)
def test_the_loops_unchanged_are_right(exercise):
    functions = {name: right(name) for name in exercise.functions}
    assert all(score(exercise, c.name, functions, b"").earned for c in exercise.capabilities)


@pytest.mark.parametrize("mutant", mutants(), ids=lambda m: f"{m.function}-{m.says}".replace(" ", "-"))
def test_every_wrong_version_is_wrong(mutant):
    assert loses(mutant)


def test_there_are_many_and_no_two_have_one_name():
    assert len({(m.function, m.says) for m in mutants()}) == len(mutants()) == 46
    assert {m.function for m in mutants()} == set(FUNCTIONS)


def test_a_piece_that_is_no_longer_there_is_told():
    stale = replace(mutants([BIAS])[0], old="np.einsum")
    with pytest.raises(LookupError, match=r"cnnlab\.naive\.conv_backward_bias says 0 times np\.einsum"):
        stale.build()
    with pytest.raises(ValueError, match=r"there are wrong versions of conv_forward, .*, not of max_pool"):
        mutants(["max_pool"])


# What is under test.


@pytest.mark.parametrize(
    ("text", "functions", "module"),
    [
        ("from cnnlab import conv_forward", [FORWARD], "cnnlab"),
        ("import cnnlab as c\nc.conv_backward_input", [INPUT], "cnnlab"),
        ("from cnnlab.naive import conv_backward_bias", [BIAS], "cnnlab.naive"),
        ("from cnnlab import naive, conv_forward\nnaive.conv_forward", [FORWARD], "cnnlab"),
        ("from cnnlab.naive import conv_forward as f\nfrom cnnlab import conv_forward", [FORWARD], "cnnlab"),
        ("from cnnlab import conv_backward", [BIAS, WEIGHT, INPUT], "cnnlab"),
        ("from mine import conv_forward as f\nfrom cnnlab import conv_forward", [FORWARD], "mine"),
        ("import my.layers\nmy.layers.conv_forward", [FORWARD], "my.layers"),
        ("def conv_forward(x): pass", [FORWARD], ""),
    ],
)
def test_functions_are_found_where_the_file_takes_them_from(tmp_path, text, functions, module):
    assert under_test(written(tmp_path, text)) == (functions, module)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("import numpy", "test_mine.py names none of conv_forward, conv_backward_bias"),
        ("def f(:", "test_mine.py cannot be read: invalid syntax"),
        (
            "from a import conv_forward\nfrom b import conv_forward",
            "takes its functions from a, b: say which",
        ),
        ("from .a import conv_forward", r"takes its functions from \.a: say which with --module"),
    ],
)
def test_where_they_are_not_found_it_says_why(tmp_path, text, words):
    with pytest.raises(ExerciseError, match=words):
        under_test(written(tmp_path, text))
    with pytest.raises(ExerciseError, match=r"nowhere\.py cannot be read"):
        under_test(tmp_path / "nowhere.py")


# Whole audits.


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # an audit does without any of the plugins


WEAK = """
    import numpy as np
    from cnnlab import conv_backward_bias

    def test_by_hand():
        assert conv_backward_bias(np.array([[[1.0, 10]]])).tolist() == [11]
"""
OWN = """
    import unittest

    import numpy as np
    import cnnlab

    {definition}

    DY = np.arange(24.0).reshape(2, 3, 4)
    FIRST = conv_backward_bias(DY)

    class Bias(unittest.TestCase):
        def test_against_the_package(self):
            dy = DY.copy()
            self.assertEqual(conv_backward_bias(dy).tolist(), cnnlab.conv_backward_bias(DY).tolist())
            self.assertEqual(dy.tolist(), DY.tolist())

        def test_as_it_was(self):
            self.assertEqual(conv_backward_bias(DY.copy()).tolist(), FIRST.tolist())
"""
BIAS_ITSELF = "def conv_backward_bias(dy): return dy.sum(axis=(0, 2))"


def few(monkeypatch, *says, function=BIAS):
    """Audit with some wrong versions only, for each takes a process."""
    chosen = [m for m in mutants([function]) if m.says in says]
    assert len(chosen) == len(says)
    monkeypatch.setattr(auditing, "mutants", lambda functions: chosen)


def test_weak_tests_are_told_what_they_lack(tmp_path, monkeypatch):
    few(monkeypatch, "averages over the batch", "forgets the last place", "changes dy")
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("tqdm.tqdm", partial(tqdm, file=terminal, mininterval=0))
    verdicts = audit(written(tmp_path, WEAK))
    assert re.search("wrong versions: .*0/3.*wrong versions: .*3/3", terminal.getvalue(), re.DOTALL)
    seen = {verdict.mutant.says: verdict.caught_by for verdict in verdicts}
    assert seen == {
        "forgets the last place": "test_mine.py::test_by_hand",
        "averages over the batch": "",
        "changes dy": "",
    }
    page = io.StringIO()
    Console(file=page, width=200).print(audit_table(verdicts))
    text = page.getvalue()
    Console(file=(plain := io.StringIO()), width=200).print(audit_table(verdicts, plain=True))
    assert plain.getvalue().isascii()
    assert plain.getvalue().split() == text.replace("✗", "x").replace("✓", "ok").split()
    assert re.search("averages over the batch +✗ +nobody; it would take several images that differ", text)
    assert re.search("forgets the last place +✓ +test_by_hand", text)
    assert {p.name for p in tmp_path.iterdir()} == {"test_mine.py"}  # nothing is left behind


@pytest.mark.parametrize(
    ("definition", "module"), [("from mine import conv_backward_bias", BIAS_ITSELF), (BIAS_ITSELF, "")]
)
def test_ones_own_function_is_replaced_and_the_package_stays_right(tmp_path, monkeypatch, definition, module):
    few(monkeypatch, "averages over the batch", "changes dy")
    if module:
        written(tmp_path, module, "mine.py")
    verdicts = audit(written(tmp_path, OWN.format(definition=definition)))
    assert [verdict.caught_by for verdict in verdicts] == ["test_mine.py::Bias::test_against_the_package"] * 2


def test_one_function_is_wrong_at_a_time(tmp_path, monkeypatch):
    tests = written(
        tmp_path,
        """
        import numpy as np
        from cnnlab import conv_backward_bias, conv_backward_input, conv_forward

        def test_backward():
            dy, weight = np.array([[[1.0, 10]]]), np.array([[[1.0, 2, 4]]])
            assert conv_backward_input(dy, weight, (4,)).tolist() == [[[1, 12, 24, 40]]]
            assert conv_backward_bias(np.concatenate([dy, dy])).tolist() == [22]
        """,
    )
    few(monkeypatch, "pads with the border, not with zeros", "turns the kernel round", function=FORWARD)
    assert [verdict.caught_by for verdict in audit(tests)] == ["", ""]
    few(monkeypatch, "averages over the batch", function=INPUT)  # of one image
    assert [verdict.caught_by for verdict in audit(tests)] == [""]


def test_what_fails_without_a_mistake_says_nothing_about_mistakes(tmp_path):
    wrong = written(tmp_path, WEAK.replace("[11]", "[12]"))
    with pytest.raises(ExerciseError, match=r"does not pass as it is: test_mine\.py::test_by_hand"):
        audit(wrong)
    special = WEAK.replace("assert", "assert conv_backward_bias.__code__.co_filename.endswith('conv.py') and")
    with pytest.raises(
        ExerciseError, match=r"does not pass when the loops of cnnlab\.naive stand in for cnnlab"
    ):
        audit(written(tmp_path, special))
    with pytest.raises(ExerciseError, match="holds no test that runs"):
        audit(written(tmp_path, WEAK.replace("def test_", "def no_")))


@pytest.mark.parametrize("made", ["functools.partial(right)", "remembering(right)"])
def test_a_function_that_cannot_be_replaced_is_told(tmp_path, made):
    mine = """
        import functools
        from cnnlab import conv_backward_bias as right

        def remembering(function):
            return lambda dy: function(dy)

    """
    written(tmp_path, f"{dedent(mine)}conv_backward_bias = {made}\n", "mine.py")
    tests = written(tmp_path, WEAK.replace("from cnnlab", "from mine"))
    with pytest.raises(ExerciseError, match=r"mine\.conv_backward_bias is no plain function"):
        audit(tests)


def test_tests_that_never_end_are_stopped(tmp_path):
    tests = written(tmp_path, "def test_endless():\n    while True: pass\n")
    said, _ = run(tests, "cnnlab", [BIAS], mutants([BIAS])[0], seconds=4)
    assert said["failed"] == "the clock: still running after 4 s"


def test_an_exception_on_import_counts_as_noticed(tmp_path):
    text = WEAK + "\n    assert conv_backward_bias(np.ones((2, 1, 1))) == 2\n"
    said, _ = run(written(tmp_path, text), "cnnlab", [BIAS], mutants([BIAS])[0], seconds=60)
    assert said["failed"] == "test_mine.py, while it is imported"
