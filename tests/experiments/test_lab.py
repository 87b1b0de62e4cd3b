"""The frame of the experiments: what is held out, how sure a mean is, and a result that is written whole."""

import importlib
import json
import subprocess
import sys
import types
from pathlib import Path

import numpy as np
import pytest
import scipy.stats
from experiments import command, lab
from experiments.results import interval, result_of

FOLDER = Path(lab.__file__).parent


def test_what_is_held_out_is_not_learnt_from():
    x = np.arange(20)
    (learn, learn_labels), (choose, choose_labels) = lab.hold_out(x, -x, 6, seed=3)
    assert (len(learn), len(choose)) == (14, 6)
    assert sorted([*learn, *choose]) == x.tolist()
    np.testing.assert_array_equal(learn_labels, -learn)
    np.testing.assert_array_equal(choose_labels, -choose)
    np.testing.assert_array_equal(lab.hold_out(x, -x, 6, seed=3)[1][0], choose)
    assert (lab.hold_out(x, -x, 6, seed=4)[1][0] != choose).any()


@pytest.mark.parametrize("values", [[0.991, 0.994, 0.9925], [0.1, 0.9], [3.0, 3.0, 3.0, 4.0]])
@pytest.mark.parametrize("confidence", [0.95, 0.5])
def test_the_interval_is_students(values, confidence):
    found = interval(values, confidence)
    expected = scipy.stats.ttest_1samp(values, 0).confidence_interval(confidence)
    assert (found["low"], found["high"]) == pytest.approx((expected.low, expected.high), rel=1e-4)
    assert found["mean"] == pytest.approx(np.mean(values), rel=1e-4)


def test_of_one_run_nobody_can_tell():
    assert interval([0.5]) == {"mean": 0.5, "low": None, "high": None, "values": [0.5]}


@pytest.fixture
def coin(monkeypatch):
    """An experiment of a moment."""
    module = types.ModuleType("experiments.coin", "Which side falls up?\n\nMore words.")
    module.run = lambda frame: {"side": frame.choose("heads", "tails")}
    monkeypatch.setitem(sys.modules, "experiments.coin", module)
    return module


def test_a_result_says_what_was_asked_and_where(coin, tmp_path):
    path = tmp_path / "deep" / "coin.json"
    result = lab.conduct("coin", lab.Lab(), path)
    assert json.loads(path.read_text(encoding="utf-8")) == result
    assert result["asks"] == "Which side falls up?" and result["results"] == {"side": "heads"}
    assert not result["quick"] and set(result["machine"]) == {"date", "processor", "versions"}
    assert [p.name for p in path.parent.iterdir()] == ["coin.json"]


def test_a_quick_run_keeps_away_from_the_committed_results(coin, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert lab.conduct("coin", lab.Lab(quick=True))["results"] == {"side": "tails"}
    assert (tmp_path / "build/experiments/coin.json").exists()
    assert not (FOLDER / "coin.json").exists()


def test_a_run_that_fails_leaves_the_old_result(coin, tmp_path):
    path = tmp_path / "coin.json"
    lab.conduct("coin", lab.Lab(), path)
    before = path.read_text(encoding="utf-8")
    coin.run = lambda frame: {"side": object()}  # no JSON
    with pytest.raises(TypeError, match="not JSON serializable"):
        lab.conduct("coin", lab.Lab(), path)
    assert path.read_text(encoding="utf-8") == before and list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", lab.NAMES)
def test_every_experiment_asks_a_question_and_has_a_whole_result(name):
    module, result = importlib.import_module(f"experiments.{name}"), result_of(name)
    assert callable(module.run)
    assert result["experiment"] == name and result["asks"] == module.__doc__.splitlines()[0]
    assert not result["quick"] and result["minutes"] > 0 and result["machine"]["versions"]["NumPy"]


def test_every_committed_result_has_its_experiment():
    others = {"bench", "grading", "rosetta"}  # have frames of their own
    assert {path.stem for path in FOLDER.glob("*.json")} - others == set(lab.NAMES)


def test_all_experiments_take_at_most_90_minutes_on_two_cores():
    results = [result_of(name) for name in lab.NAMES]
    minutes = [result.get("processor minutes", result["minutes"]) for result in results]  # of one core
    assert sum(minutes) / 2 + max(minutes) / 2 <= 90  # no order of them takes two cores longer


def test_failures_are_named_and_the_others_run(monkeypatch, tmp_path, capsys):
    (tmp_path / "__main__.py").write_text(
        "import sys\nprint(sys.argv[1], sys.argv[2:])\nsys.exit('broken' if sys.argv[1] == 'b' else 0)\n"
    )
    monkeypatch.setattr(command, "FOLDER", tmp_path)
    assert command.run_all(["a", "b", "c"], 2, ["--quick"]) == ["b"]
    said = capsys.readouterr().out
    assert "a ['--quick']" in said and "c ['--quick']" in said and "b:\nbroken" in said


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["mnits"], "there is no experiment mnits; there are denoising, "),
        (["mnist", "--jobs", "0"], "--jobs is 0, but at least 1 must run"),
        (["mnist", "canvases", "--out", "x.json"], "--out is for a single experiment"),
    ],
)
def test_the_command_says_what_is_wrong(words, complaint):
    run = subprocess.run([sys.executable, str(FOLDER), *words], capture_output=True, text=True)
    assert run.returncode == 2 and complaint in run.stderr
