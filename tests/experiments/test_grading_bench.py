"""How fast a class is graded: the class that is measured, a short run of all parts, the committed result."""

import json
import re
from collections import Counter

import pytest
from experiments.grading import records, run
from experiments.grading.handed_in import COUNTS, MISTAKES, answers, notebook, right_answers
from figures import grading

from solutions.sample_class import LOOPS

PAGE = run.ROOT / "book" / "grading.md"


@pytest.fixture(scope="module")
def result():
    return grading.load()


@pytest.fixture(scope="module")
def short(tmp_path_factory):
    """A run of all parts, on a few notebooks."""
    path = tmp_path_factory.mktemp("short") / "grading.json"
    run.main(["--quick", "--out", str(path)])
    return json.loads(path.read_text(encoding="utf-8"))


def structure(value):
    """The keys, all the way down; of a list its first item's."""
    if isinstance(value, dict):
        return {key: structure(part) for key, part in value.items() if key not in ("points", "statuses")}
    return structure(value[0]) if isinstance(value, list) and value else "end"


def test_a_hundred_notebooks_of_which_a_little_more_than_half_are_right():
    assert sum(COUNTS.values()) == len(answers()) == 100
    right = [cells for cells, _ in zip(right_answers(), range(27), strict=False)]
    assert len({json.dumps(cells) for cells in right}) == 27
    assert sum(cells in right for cells in answers()) == COUNTS["right"]


def test_no_stretch_of_the_class_is_harder_than_another():
    wrong = [cells in list(MISTAKES.values()) for cells in answers()]
    assert all(4 <= sum(wrong[start : start + 20]) <= 9 for start in range(0, 100, 20))


def test_every_notebook_has_a_line_of_its_own():
    cell = {"metadata": {"nbgrader": {"grade_id": "conv_backward_bias"}}, "source": "raise"}
    released = {"cells": [cell, {"metadata": {}, "source": "text"}]}
    one, other = (json.loads(notebook(released, LOOPS, f"by {who}")) for who in "ab")
    assert one["cells"][0]["source"].startswith("def conv_backward_bias") and one != other
    assert one["cells"][1] == other["cells"][1] == released["cells"][1]
    assert released["cells"][0]["source"] == "raise"


def test_rows_are_written_a_line_each(tmp_path):
    records.write(tmp_path / "x.json", {"memory": [[0.5, 1.0, 2.0, 3.0]], "a": 1})
    assert (tmp_path / "x.json").read_text("utf-8").splitlines()[2] == "  [0.5, 1.0, 2.0, 3.0]"


def test_a_short_run_measures_what_the_whole_run_has_measured(short, result):
    assert structure(short) == structure(result)
    assert short["ours"]["statuses"] == {"graded": short["ours"]["submissions"]}
    assert [row["submissions"] for row in short["sizes"]] == list(run.QUICK["sizes"])
    assert short["loop"]["with"]["others"] < short["loop"]["with"]["all"]


def test_the_committed_result_is_of_a_whole_run_and_right(result):
    assert not result["how"]["quick"] and result["class"] == COUNTS
    ours = result["ours"]
    assert ours["submissions"] == 100 and ours["statuses"] == {"graded": 100}
    earned = Counter(ours["points"])
    assert earned["14"] == COUNTS["right"] and sum(earned.values()) == 100
    assert result["stock"]["submissions"] == 100 and ours["seconds"] == sorted(ours["runs"])[1]


def test_the_committed_result_reaches_the_aim_and_the_page_would_say_if_one_did_not(result):
    missed = f"We had aimed at {grading.AIM} for 100."
    for reached in (result["ratio"]["as it comes"]["with feedback"], grading.AIM - 0.1, grading.AIM):
        ratio = {**result["ratio"], "as it comes": {"with feedback": reached, "marks alone": reached}}
        assert (missed in grading.sentence({**result, "ratio": ratio})) == (reached < grading.AIM)
    assert result["ratio"]["as it comes"]["with feedback"] >= grading.AIM
    assert grading.ratio_of(result, 200) >= grading.AIM


def test_each_submission_costs_the_same_in_a_class_of_any_size(result):
    start, *sizes = result["sizes"]
    assert [row["submissions"] for row in sizes] == [10, 50, 200, 500, 1000, 2000]
    each = [grading.further(row, start) for row in sizes[1:]]
    assert max(each) < 1.5 * min(each)
    memory = sizes[-1]["memory"]
    early, late = memory[len(memory) // 4], memory[3 * len(memory) // 4]  # the pages of all come last
    assert late[1] < 1.1 * early[1] and late[2] < 1.1 * early[2]
    assert result["loop"]["with"]["others"] < result["loop"]["without"]["others"] + 2


def test_the_page_says_what_the_committed_result_says(result):
    said = grading.sentence(result)
    assert f"{result['ratio']['as it comes']['with feedback']:.0f} times" in said
    page = PAGE.read_text(encoding="utf-8")
    stated = re.findall(r"(\d+) times (?:as fast|its throughput|as long)", page)
    assert set(stated) <= set(re.findall(r"(\d+) times", said))


def test_figures_and_tables_are_made_from_the_result(result):
    assert "<svg" in grading.fig_throughput()._repr_svg_()
    assert "<svg" in grading.fig_cost_per_submission()._repr_svg_()
    assert len(grading.costs().rows) == len(result["sizes"]) - 1
