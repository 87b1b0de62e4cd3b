"""The release step: answers are stamped in, then stripped; twice the same bytes; nothing hidden gets out."""

import json

import pytest

from cnnlab.grading.convert import ConversionError, open_gradebook
from cnnlab.grading.release import instructors_notebook, release

SLUG = "ch08_conv_backward"
HIDDEN = ("HIDDEN TESTS", "BEGIN SOLUTION", "END SOLUTION", "stamp:", "cnnlab.grading", "solutions.", "mark(")


@pytest.fixture(scope="module")
def released(course):
    """The bytes of both notebooks."""
    release(course, SLUG)
    return course.notebook("source", SLUG).read_bytes(), course.notebook("exercises", SLUG).read_bytes()


def test_twice_the_same_bytes(course, released):
    release(course, SLUG)
    again = course.notebook("source", SLUG).read_bytes(), course.notebook("exercises", SLUG).read_bytes()
    assert again == released


def test_an_unchanged_file_is_not_written_again(course, released):
    path = course.notebook("exercises", SLUG)
    before = path.stat().st_mtime_ns
    release(course, SLUG)
    assert path.stat().st_mtime_ns == before


def test_only_the_notebooks_are_left_behind(course, released):
    assert [path.name for path in course.exercises.rglob("*") if path.is_file()] == [f"{SLUG}.ipynb"]
    assert not list(course.build.glob(".new-*"))


def test_students_get_nothing_hidden(released):
    text = released[1].decode()
    assert [word for word in HIDDEN if word in text] == []
    assert "np.ndindex(*kernel_size)" not in text


def test_instructors_get_the_answers_and_the_checks(released):
    text = released[0].decode()
    assert "np.ndindex(*kernel_size)" in text
    assert 'mark(EXERCISE, \\"padding\\", globals())' in text
    assert "# stamp" not in text


def test_cells_are_named_after_their_grade_ids_and_carry_no_outputs(released):
    notebook = json.loads(released[1])
    for cell in notebook["cells"]:
        if "nbgrader" in cell["metadata"]:
            assert cell["id"] == cell["metadata"]["nbgrader"]["grade_id"]
        if cell["cell_type"] == "code":
            assert (cell["outputs"], cell["execution_count"]) == ([], None)
    assert len({cell["id"] for cell in notebook["cells"]}) == len(notebook["cells"])
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"


def test_other_cells_under_graded_submissions_are_refused(course, released, monkeypatch):
    with open_gradebook(course) as gradebook:
        gradebook.update_or_create_student("loops")
        gradebook.update_or_create_submission(SLUG, "loops")

    def without_the_last_rung(text):
        notebook = json.loads(instructors_notebook(text))
        grading = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in notebook["cells"]]
        del notebook["cells"][grading.index("conv_backward-axes")]
        return json.dumps(notebook)

    monkeypatch.setattr("cnnlab.grading.release.instructors_notebook", without_the_last_rung)
    before = course.notebook("exercises", SLUG).read_bytes()
    with pytest.raises(ConversionError, match="holds submissions of an earlier edition"):
        release(course, SLUG)
    assert course.notebook("exercises", SLUG).read_bytes() == before
