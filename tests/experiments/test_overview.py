"""The page of all experiments: every promise is kept by the committed results, and none is left untold."""

import re
from pathlib import Path

import pytest
from experiments import lab
from figures import experiments

BOOK = Path(experiments.__file__).parents[1]
MISSED = ("overlap of pixels, digits cross",)  # the page says so


@pytest.fixture(scope="module")
def results():
    return experiments.load()


def test_every_experiment_is_told_on_one_page():
    told = [name for names in experiments.PAGES.values() for name in names]
    assert sorted(told) == sorted(lab.NAMES)
    for label, names in experiments.PAGES.items():
        (page,) = [p for p in BOOK.glob("*.md") if f"({label})=\n" in p.read_text(encoding="utf-8")]
        assert all(name in page.read_text(encoding="utf-8") for name in names), page


def test_every_promise_is_kept_by_a_mean_of_several_nets_but_where_the_page_says_otherwise(results):
    claims = experiments.claims(results)
    assert len(claims) >= 8
    for name, words, interval, floor in claims:
        assert len(interval["values"]) >= 3, (name, words)
        assert interval["mean"] == pytest.approx(sum(interval["values"]) / len(interval["values"]), abs=1e-4)
        assert (interval["mean"] >= floor) == (words not in MISSED), (name, words)


def test_nets_that_clean_are_ahead_of_the_best_filter_but_where_the_page_says_otherwise(results):
    tasks = results["denoising"]["results"]["tasks"]
    assert sorted(len(task["size"]) for task in tasks.values()) == [1, 2, 3, 3]
    for name, task in tasks.items():
        tests = [found["test"] for found in task["filters"].values()]
        rival = task["filters"][experiments.best_filter(task)]
        assert rival["test"] == max(tests)
        assert rival["net ahead"]["low"] > 0 or (name == "MRI, front" and rival["net ahead"]["high"] < 0)


def test_the_tables_say_what_the_results_say(results):
    promised = experiments.promised(results)
    assert [row[-1] for row in promised.rows].count("no") == len(MISSED)
    mnist = next(row for row in promised.rows if "convolutional" in row[0])
    mean = results["mnist"]["results"]["nets"]["convolutional"]["test"]["mean"]
    assert re.match(rf"{100 * mean:.2f}\W", mnist[1])
    asked = {re.sub(r"\s", " ", row[0]): row for row in experiments.questions(results).rows}
    assert set(asked) == set(lab.NAMES)
