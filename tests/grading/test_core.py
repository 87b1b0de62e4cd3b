"""One submission through both processes: order, second chances, and what stays where it belongs."""

import pytest

from solutions.sample_class import LOOPS

from .conftest import answered

BIAS = LOOPS["conv_backward_bias"]
STUB = "def conv_backward_bias(dy):\n    raise NotImplementedError"


def code(source, name):
    return {
        "cell_type": "code",
        "id": name,
        "metadata": {},
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


def put(notebook, source, *, after):
    """Add a cell of the student's own behind another."""
    names = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in notebook["cells"]]
    notebook["cells"].insert(names.index(after) + 1, code(source, f"own-{len(names)}"))
    return notebook


def total(graded):
    return sum(graded.marks.values())


def test_the_right_answer_earns_everything(grader, released):
    graded = grader(answered(released, LOOPS))
    assert graded.status.name == "graded" and total(graded) == 14
    assert {result["status"] for result in graded.results.values()} == {"right"}
    assert not graded.repairs and not graded.troubles and not graded.unanswered


def test_the_stub_earns_nothing_and_is_no_trouble(grader, released):
    graded = grader(released)
    assert graded.status.name == "graded" and total(graded) == 0
    assert {result["status"] for result in graded.results.values()} == {"missing"} and not graded.troubles
    assert set(graded.unanswered) == {"conv_backward_bias", "conv_backward_weight", "conv_backward_input"}


def test_an_answer_that_is_mended_below_its_test_counts(grader, released):
    released = put(released, BIAS, after="conv_backward-axes")
    graded = grader(answered(released, {**LOOPS, "conv_backward_bias": BIAS.replace("sum", "max")}))
    assert total(graded) == 14


def test_an_answer_that_is_spoilt_below_its_test_counts_too(grader, released):
    released = put(released, BIAS.replace("sum", "max"), after="conv_backward-bias")
    assert grader(answered(released, LOOPS)).marks["conv_backward-bias"] == 1


def test_marks_are_the_same_every_time_and_numbers_each_students_own(grader, released):
    wrong = answered(
        released, {**LOOPS, "conv_backward_weight": LOOPS["conv_backward_weight"] + "    return 0 * dy"}
    )
    one, again, other = grader(wrong), grader(wrong), grader(wrong, student="bob")
    assert one.marks == again.marks == other.marks
    assert one.results == again.results


@pytest.mark.parametrize(
    ("source", "status", "said"),
    [
        ("import os\nos._exit(0)", "crashed", "A cell of yours ended its own process."),
        ("while True: pass", "timed out", "A cell of yours was stopped: it took too long."),
        (
            "1 / 0",
            "graded",
            "A cell of yours did not run to its end: ZeroDivisionError in its line 1: division by zero",
        ),
    ],
)
def test_what_a_cell_does_to_itself_costs_no_other_its_marks(grader, released, source, status, said):
    graded = grader(answered(put(released, source, after="conv_backward-imports"), LOOPS))
    assert graded.status.name == status and total(graded) == 14
    assert list(graded.troubles.values()) == [said]


def test_what_the_student_printed_is_kept_and_what_the_tests_know_is_not(grader, released):
    graded = grader(answered(put(released, "print('look', x)\n", after="conv_backward-bias"), LOOPS))
    outputs = [output for cell in graded.notebook["cells"] for output in cell.get("outputs", ())]
    texts = [output.get("text", "") + str(output.get("evalue", "")) for output in outputs]
    assert "name 'x' is not defined" in texts
    assert not any("/work" in text or "Traceback" in text for text in texts)


def test_bytes_that_are_no_notebook_have_a_status_and_advice(grader):
    graded = grader(b"%PDF-1.7")
    assert graded.status.name == "unreadable" and graded.status.advice and set(graded.marks.values()) == {0.0}


def test_a_function_that_ends_its_process_takes_no_other_along(grader, released):
    deadly = "def conv_backward_bias(dy):\n    import os\n    os._exit(3)"
    graded = grader(answered(released, {**LOOPS, "conv_backward_bias": deadly}))
    assert graded.marks["conv_backward-bias"] == 0 and total(graded) == 13
    assert graded.results["conv_backward-bias"]["finding"] == "Your function ended its process."
