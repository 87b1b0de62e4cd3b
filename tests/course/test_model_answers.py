"""The model answer runs alone: NumPy, its arguments, and what the notebook's first cell imports."""

import re
from pathlib import Path

import numpy as np
import pytest

from cnnlab.checks import check_all, score
from cnnlab.datasets import load_volume

ROOT = Path(__file__).parents[2]
HELPERS = {
    slug: {"output_size", "resolve_padding"}
    for slug in ("ch07_conv_forward", "ch08_conv_backward", "ch09_pool")
}


def code_cells(slug):
    """Read the code of the instructors' notebook, by grade id, with the answers stamped in."""
    from cnnlab.grading.release import stamp

    text = stamp((ROOT / "solutions" / slug / "notebook.py").read_text(encoding="utf-8"))
    cells = re.split(r"^# %%", text, flags=re.MULTILINE)[1:]
    headed = (cell.partition("\n") for cell in cells if not cell.startswith(" [markdown]"))
    return {re.search(r'"grade_id": "([^"]+)"|$', head)[1]: body for head, _, body in headed}


@pytest.fixture
def answers(slug, exercise):
    """The model answers' functions, from a namespace that holds nothing else."""
    cells, namespace = code_cells(slug), {"__name__": "__main__"}
    for grade_id in (f"{exercise.stem}-imports", *exercise.functions):
        exec(cells[grade_id], namespace)
    return namespace


def test_the_first_cell_imports_what_is_promised(slug, exercise):
    names = {}
    exec(code_cells(slug)[f"{exercise.stem}-imports"], names)
    assert set(names) - {"__builtins__"} == {"np", "check"} | HELPERS.get(slug, set())


def test_the_model_answer_gets_full_marks(exercise, answers):
    results = [score(exercise, c.name, answers, b"model") for c in exercise.capabilities]
    assert [r.text() for r in results if r.status != "right"] == []


def test_the_model_answer_passes_every_visible_check(slug, answers):
    assert {r.status for r in check_all(slug, answers)} == {"right"}


def test_the_trophy_works_with_the_model_answer(slug, exercise, answers, monkeypatch, capsys):
    monkeypatch.delenv("CNNLAB_DATA", raising=False)
    monkeypatch.setenv("MPLBACKEND", "agg")
    exec(code_cells(slug)[f"{exercise.stem}-trophy"], answers)
    if slug == "ch00_start":
        plain, sunrise, sea = (axis.images[0].get_array() for axis in answers["figure"].axes)
        np.testing.assert_allclose(sunrise - plain, np.broadcast_to([0.5, 0.2, 0], (8, 8, 3)))
        np.testing.assert_allclose(sea - plain, np.broadcast_to([0, 0.2, 0.5], (8, 8, 3)))
        assert 0 == plain.min() < sunrise.max() <= 1
    elif slug == "ch02_dense":
        relu_before, relu, sigmoid_before, sigmoid = map(int, re.findall(r"(\d+)%", capsys.readouterr().out))
        assert max(relu_before, sigmoid_before) < 30
        assert min(relu, sigmoid) >= 85
        assert len(answers["axis"].lines) == 2
    elif slug == "ch03_gradcheck":
        said = capsys.readouterr().out.splitlines()
        assert [line.split()[-1] for line in said] == ["right", "right", "right", "wrong"]
        ahead, aside = (line.get_ydata() for line in answers["axis"].lines)
        assert ahead.min() > 1e-13
        assert aside[:20].max() < 1e-15
    elif slug == "ch04_convolution":
        assert answers["heard"].shape == (599,)
        assert answers["edges"].shape == (38, 38)
    elif slug == "ch06_geometry":
        assert capsys.readouterr().out.splitlines()[-1] == "conv 5 x 5, stride 1: 1 x 1"
        assert len(answers["figure"].axes) == 4
    elif slug == "ch07_conv_forward":
        titles = [axis.get_title() for axis in answers["figure"].axes]
        assert titles == [
            "a digit, 40 x 40",
            "its edges, found by you",
            load_volume().name,
            "its edges, found by you",
        ]
        assert all(axis.images[0].get_array().max() > 1 for axis in answers["figure"].axes[1::2])
    elif slug == "ch09_pool":
        titles = [axis.get_title() for axis in answers["figure"].axes]
        yours = ["your maxima", "your means", "who won"]
        assert titles == ["a digit, 40 x 40", *yours, load_volume().name, *yours]
        digit, largest, mean, won = (axis.images[0].get_array() for axis in answers["figure"].axes[:4])
        assert (largest >= mean).all()
        assert won.sum() == largest.size == digit.size / 16
    else:
        before, after = re.findall(r"(\d+)%", capsys.readouterr().out)
        assert int(before) < 30
        assert int(after) >= 85
