"""Damaged notebooks become whole ones: what runs, in which order, and what was said about it."""

import copy

import numpy as np
import pytest
from grading.damaged import BANK
from grading.damaged.bank import ANSWERS, BIAS, INPUT, TESTS, WEIGHT, find, own, right_answer, untouched
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnlab import naive
from cnnlab.grading.practice.notebook import run_cell
from cnnlab.grading.reading import REPAIRS, plain_notebook, read_notebook
from cnnlab.grading.reading.fitting import fit
from cnnlab.grading.reading.parsing import Unreadable
from cnnlab.grading.spec import PASTIME, Cell, Spec
from solutions.sample_class import SLUG

SPEC = Spec.of_notebook(untouched(), SLUG)
POINTS = {cell.name: cell.points for cell in SPEC.cells if cell.kind == "test"}
rng = np.random.default_rng(8)
X, W, DY = (rng.integers(-4, 5, shape) * 1.0 for shape in ((2, 3, 8, 7), (4, 3, 3, 2), (2, 4, 4, 3)))
OPTIONS = {"stride": 2, "padding": ((1, 0), (0, 0))}
CALLS = {
    BIAS: ((DY,), {}),
    WEIGHT: ((DY, X, W.shape[2:]), OPTIONS),
    INPUT: ((DY, W, X.shape[2:]), OPTIONS),
}
NEEDS = {TESTS[0]: [BIAS], TESTS[1]: [WEIGHT], TESTS[2]: [INPUT]}


def grade_id(cell):
    return cell["metadata"].get("nbgrader", {}).get("grade_id", "")


def is_right(name, namespace):
    args, options = CALLS[name]
    try:
        return np.array_equal(namespace[name](*args, **options), getattr(naive, name)(*args, **options))
    except Exception:
        return False


def earned(fitted):
    """Run the cells in this process; a test has its points where its functions are right at that place."""
    namespace, points = {"__name__": "__main__"}, 0
    for number, cell in enumerate(fitted.cells):
        name = grade_id(cell)
        if name in POINTS:
            points += POINTS[name] * all(is_right(f, namespace) for f in NEEDS.get(name, [WEIGHT, INPUT]))
        elif cell["cell_type"] == "code" and not name.endswith(PASTIME):
            run_cell(cell["source"], namespace, number)
    return points


def is_whole(fitted, spec=SPEC):
    """Whether every cell of the assignment stands once, as its author wrote it, and the course's in order."""
    known = {cell.name: cell for cell in spec.cells}
    assert sorted(filter(None, map(grade_id, fitted.cells))) == sorted(known)
    for cell in fitted.cells:
        if grade_id(cell):
            asked = known[grade_id(cell)]
            assert (cell["metadata"], cell["cell_type"]) == (asked.metadata, asked.cell_type)
            assert asked.kind in ("answer", "written") or cell["source"] == asked.source
        else:
            assert cell["metadata"] == {}
    assert len({cell["id"] for cell in fitted.cells}) == len(fitted.cells)
    places = {grade_id(cell): place for place, cell in enumerate(fitted.cells)}
    for number, cell in enumerate(spec.cells):
        if cell.kind not in ("answer", "written"):
            assert all(places[earlier.name] < places[cell.name] for earlier in spec.cells[:number])
    return True


@pytest.mark.parametrize("damage", BANK, ids=lambda damage: damage.name)
def test_damaged_work_earns_what_is_fair(damage):
    if damage.status == "unreadable":
        with pytest.raises(Unreadable):
            read_notebook(damage.data())
        return
    fitted = fit(read_notebook(damage.data()), SPEC)
    assert is_whole(fitted)
    assert tuple(fitted.repairs) == damage.repairs
    assert damage.apart or earned(fitted) == damage.earns


@given(st.data())
@settings(max_examples=40)
def test_whatever_is_moved_copied_deleted_or_stripped_right_answers_earn_all(data):
    cells = right_answer()["cells"]
    deleted = data.draw(st.sets(st.integers(0, len(cells) - 1)))
    cells = [cell for i, cell in enumerate(cells) if i not in deleted or grade_id(cell) in ANSWERS]
    cells += copy.deepcopy(data.draw(st.lists(st.sampled_from(cells + untouched()["cells"]), max_size=5)))
    cells = data.draw(st.permutations(cells))
    for cell in data.draw(st.lists(st.sampled_from(cells))):
        cell["metadata"] = {}
    for number in data.draw(st.sets(st.integers(0, len(cells) - 1))):
        cells[number]["id"] = f"new{number}"
    fitted = fit(plain_notebook({"cells": cells}), SPEC)
    assert is_whole(fitted)
    assert earned(fitted) == 14


NAMES = st.sampled_from([cell.name for cell in SPEC.cells] + ["", "own"])
SOURCES = st.sampled_from(
    [cell.source for cell in SPEC.cells] + ["", "x = 1", "# remark", "def conv_backward_bias"]
)
CELLS = st.fixed_dictionaries(
    {
        "cell_type": st.sampled_from(["code", "markdown", "raw"]),
        "id": NAMES,
        "metadata": st.builds(lambda name: {"nbgrader": {"grade_id": name}}, NAMES),
        "source": st.builds("\n".join, st.lists(SOURCES, max_size=3)) | st.text(max_size=20),
    }
)


@given(st.lists(CELLS, min_size=1, max_size=30))
def test_any_notebook_becomes_whole(cells):
    before = plain_notebook({"cells": cells})
    fitted = fit(before, SPEC)
    assert is_whole(fitted)
    assert fitted == fit(copy.deepcopy(before), SPEC)
    assert is_whole(fit(plain_notebook({"cells": fitted.cells}), SPEC))


# --- An assignment with written answers, hidden tests and data -----------------------------------------

HIDDEN = "assert area(2) == 4\n### BEGIN HIDDEN TESTS\nassert area(3) == 9\n### END HIDDEN TESTS"
SQUARES = Spec(
    "squares",
    "squares",
    (
        Cell("data", "given", "code", "side = 2"),
        Cell("area", "answer", "code", "# YOUR CODE HERE\nraise NotImplementedError()"),
        Cell("area-test", "test", "code", HIDDEN, 2),
        Cell("why", "written", "markdown", "YOUR ANSWER HERE", 3),
        Cell("more", "given", "code", "sides = [area(side)]"),
        Cell("program", "written", "code", "# YOUR CODE HERE", 4),
        Cell("task", "task", "markdown", "Draw it below.", 5),
    ),
)
HANDED_OUT = [
    {"cell_type": cell.cell_type, "id": cell.name, "metadata": cell.metadata, "source": cell.shown}
    for cell in SQUARES.cells
]


def fit_squares(*cells, **sources):
    """Fit the notebook that was handed out with other sources in some cells, and with cells before it."""
    handed_out = [{**cell, "source": sources.get(cell["id"], cell["source"])} for cell in HANDED_OUT]
    return fit(plain_notebook({"cells": [*cells, *handed_out]}), SQUARES)


def source_of(fitted, name):
    return next(cell["source"] for cell in fitted.cells if grade_id(cell) == name)


def test_hidden_tests_come_from_the_assignment():
    fitted = fit_squares(area="def area(side): return side**2")
    assert source_of(fitted, "area-test") == HIDDEN
    assert (fitted.repairs, fitted.found, fitted.answers) == ([], 7, 1)


def test_what_was_edited_in_a_test_counts_for_nothing_and_is_kept():
    fitted = fit_squares(**{"area-test": "assert True"})
    place = next(i for i, cell in enumerate(fitted.cells) if grade_id(cell) == "area-test")
    assert [cell["source"] for cell in fitted.cells[place - 1 : place + 1]] == ["assert True", HIDDEN]


@pytest.mark.parametrize("text", ["mine = 1\n{}", "{}\nmine = 1"])
def test_of_what_stands_around_a_tests_lines_the_students_is_kept_alone(text):
    fitted = fit_squares(**{"area-test": text.format(SQUARES.cells[2].shown)})
    assert [cell["source"] for cell in fitted.cells if not grade_id(cell)] == ["mine = 1"]


def test_copies_of_tests_and_visible_checks_go():
    notebook = right_answer()
    notebook["cells"] += copy.deepcopy(
        [find(notebook, name) for name in (TESTS[0], f"{TESTS[0]}-visible")] * 2
    )
    assert len(fit(plain_notebook(notebook), SPEC).cells) == 34


def test_nothing_is_said_twice():
    changed = {**HANDED_OUT[0], "source": "side = 3"}
    fitted = fit(plain_notebook({"cells": [changed, changed, *HANDED_OUT[1:]]}), SQUARES)
    assert fitted.repairs == ["The cell data was changed: what was written into it stands before it."]


def test_metadata_are_the_assignments_alone():
    for cell in fit_squares().cells:
        grading = cell["metadata"]["nbgrader"]
        assert grading["points"] == 2 if grading["grade_id"] == "area-test" else True
        assert (cell.get("outputs", []), cell.get("execution_count")) == ([], None)
    kinds = {cell["id"]: cell["metadata"]["nbgrader"] for cell in fit_squares().cells}
    flags = ("grade", "solution", "locked", "task")
    assert {name: tuple(kind[flag] for flag in flags) for name, kind in kinds.items()} == {
        "data": (False, False, True, False),
        "area": (False, True, False, False),
        "area-test": (True, False, True, False),
        "why": (True, True, False, False),
        "more": (False, False, True, False),
        "program": (True, True, False, False),
        "task": (False, False, True, True),
    }


def test_of_copies_of_a_written_answer_the_one_with_text_counts():
    answer = {**HANDED_OUT[3], "source": "Because it is so."}
    fitted = fit_squares(answer)
    assert source_of(fitted, "why") == "Because it is so."
    assert fitted.repairs[0] == "The cell why was there twice: the one that was written counts."
    assert [cell["source"] for cell in fitted.cells].count("YOUR ANSWER HERE") == 0


def test_a_written_answer_in_a_code_cell_becomes_text_again():
    cells = [{**cell, "cell_type": "code", "source": "2 < 3"} for cell in HANDED_OUT if cell["id"] == "why"]
    fitted = fit(plain_notebook({"cells": [*HANDED_OUT[:3], *cells, *HANDED_OUT[4:]]}), SQUARES)
    assert "The cell why had become code: it is Markdown again." in fitted.repairs
    assert source_of(fitted, "why") == "2 < 3"


def test_what_is_drawn_into_a_task_stands_before_it():
    fitted = fit_squares(task="Draw it below.\n\nA square.")
    assert [cell["source"] for cell in fitted.cells[-2:]] == ["A square.", "Draw it below."]


def test_an_answer_whose_stub_names_nothing_is_known_by_its_place_in_metadata():
    assert (
        source_of(fit_squares(area="def area(side): return side**2"), "area")
        == "def area(side): return side**2"
    )
    assert source_of(fit_squares(area="  \n"), "area") == SQUARES.cells[1].source


def test_a_function_that_two_rungs_ask_for_is_no_answer_to_the_other_one():
    stub = "def f(x):\n    raise NotImplementedError"
    spec = Spec(
        "two", "two", (Cell("one", "answer", "code", stub), Cell("two", "answer", "code", stub + "  # 2-D"))
    )
    cells = [{"cell_type": "code", "id": "one", "source": "def f(x): return x"}, own(stub)]
    fitted = fit(plain_notebook({"cells": cells}), spec)
    assert [source_of(fitted, name) for name in ("one", "two")] == ["def f(x): return x", stub + "  # 2-D"]
    assert fitted.repairs == [
        "The cell one was there twice: the one that was written counts.",
        "The cell two was missing: it was put back.",
    ]


def test_copies_of_given_cells_run_again_as_the_students_own():
    fitted = fit_squares(area="def area(side): return 0\nside = 5")
    again = fit(plain_notebook({"cells": [*HANDED_OUT, HANDED_OUT[0]]}), SQUARES)
    assert fitted.repairs == again.repairs == []
    assert again.cells[-1]["source"] == "side = 2" and again.cells[-1]["metadata"] == {}


def test_what_reading_mended_is_said_first():
    notebook = plain_notebook({"cells": HANDED_OUT[1:]}, ["It was torn."])
    assert fit(notebook, SQUARES).repairs == ["It was torn.", "The cell data was missing: it was put back."]
    assert notebook["metadata"][REPAIRS] == ["It was torn."]


def test_own_cells_keep_their_type_and_their_place():
    notebook = right_answer()
    notebook["cells"].insert(notebook["cells"].index(find(notebook, WEIGHT)), own("a *remark*", "markdown"))
    cells = fit(plain_notebook(notebook), SPEC).cells
    place = next(i for i, cell in enumerate(cells) if grade_id(cell) == WEIGHT)
    assert (cells[place - 1]["cell_type"], cells[place - 1]["source"]) == ("markdown", "a *remark*")
