"""The course's own cells: whose names they see, and what their errors may say."""

import numpy as np
import pytest

from cnnlab.grading.core import points_of
from cnnlab.grading.trusted import Names, Ran, run_trusted


class Process:
    """Stand in for a student's process."""

    def __init__(self, **names):
        self.names, self.asked = names, []

    def get(self, name):
        self.asked.append(name)
        return self.names[name]


def test_names_that_the_course_lacks_are_the_students():
    names = Names(Process(f=lambda x: x + 1, y=20))
    assert run_trusted("def twice(x):\n    return f(f(x))\ntwice(y)", names).value == 22
    assert run_trusted("z", names).error == ("NameError", "")


def test_a_students_name_never_replaces_one_of_the_courses_or_of_python():
    process = Process(isinstance=lambda *_: True, float=lambda x: 1.0, np=None, mark=lambda *_: 99)
    names = Names(process)
    run_trusted("import numpy as np\ndef mark(x):\n    return float(isinstance(x, str))", names)
    assert run_trusted("mark(np.float64(2))", names).value == 0.0
    assert process.asked == []


def test_what_the_assignment_asks_for_is_the_students_though_python_has_the_name():
    process = Process(sum=lambda numbers: "theirs")
    assert run_trusted("sum([1, 2])", Names(process, asked={"sum"})).value == "theirs"
    assert run_trusted("sum([1, 2])", Names(process)).value == 3


def test_a_tests_own_variables_stay_on_its_side():
    process = Process(helper="theirs")
    names = Names(process)
    run_trusted("helper = 'the test's'".replace("the test's", "ours"), names)
    assert run_trusted("helper", names).value == "ours" and process.names["helper"] == "theirs"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("assert 1 == 2, 'the middle is asked for'", ("AssertionError", "the middle is asked for")),
        ("np.testing.assert_allclose([1.0], [2.5])", ("AssertionError", "")),
        ("raise ValueError('hidden: 2.5')", ("ValueError", "")),
        ("assert f(3) == 7", ("AssertionError", "")),
        ("1 / 0", ("ZeroDivisionError", "")),
        ("exit()", ("SystemExit", "")),
        ("x ==", ("SyntaxError", "")),
    ],
)
def test_an_error_says_only_what_its_author_wrote_for_students(source, said):
    names = Names(Process(f=lambda x: x))
    names["np"] = np
    assert run_trusted(source, names).error == said


def test_what_a_cell_prints_is_kept_and_magics_are_left_out():
    ran = run_trusted("%matplotlib inline\n!ls\nprint('a')\n3", Names(Process()))
    assert (ran.text, ran.value, ran.error) == ("a\n", 3, None)


@pytest.mark.parametrize(
    ("value", "points"),
    [
        (None, 3),
        (2, 2),
        (2.5, 2.5),
        (-1, 0),
        (99, 3),
        (np.float64(1.5), 1.5),
        (True, 3),
        ("1", 3),
        (float("nan"), 0),
    ],
)
def test_points_are_the_last_value_where_that_is_a_number(value, points):
    assert points_of(Ran(value=value), 3) == points
