"""What a history tells: as text, in a notebook, as a picture, and to those who hear it read."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from cnnlab.history import History


def full():
    return History(
        loss=[1.5, 0.25, 0.125],
        score=[0.5, 0.875, 1.0],
        validation_loss=[1.25, 0.75, 1.0],
        validation_score=[0.25, 0.75, 0.5],
        seconds=[2.0, 1.0, 1.0],
        best=2,
    )


def test_the_table():
    assert str(full()).splitlines() == [
        "epoch    loss  accuracy  validation loss  validation accuracy  seconds",
        "    1  1.5000    50.00%           1.2500               25.00%      2.0",
        "    2  0.2500    87.50%           0.7500               75.00%      1.0",
        "    3  0.1250   100.00%           1.0000               50.00%      1.0",
    ]
    assert str(History(loss=[2.0], seconds=[1.0])) == "epoch    loss  seconds\n    1  2.0000      1.0"
    assert repr(full()) == str(full())


def test_a_measure_of_ones_own_is_no_percentage():
    """Even one that is called as another column is."""
    history = History(loss=[2.0], score=[12.5], validation_score=[11.0], seconds=[1.0], measure="loss")
    assert str(history).splitlines() == [
        "epoch    loss     loss  validation loss  seconds",
        "    1  2.0000  12.5000          11.0000      1.0",
    ]


def test_the_notebooks_table():
    page = ET.fromstring(f"<body>{full()._repr_html_()}</body>")
    names = [cell.text for cell in page.iter("th")]
    assert names == ["epoch", "loss", "accuracy", "validation loss", "validation accuracy", "seconds"]
    assert [cell.text for cell in list(page.iter("tr"))[3].iter("td")][:3] == ["3", "0.1250", "100.00%"]
    assert page.find("p") is None


def test_a_history_that_stopped_says_why():
    history = full()
    history.stopped = "stopped by hand & in epoch 4"
    assert str(history).splitlines()[-1] == history.stopped
    assert ET.fromstring(f"<body>{history._repr_html_()}</body>").find("p").text == history.stopped
    assert str(History(stopped="stopped by hand in epoch 1")) == "stopped by hand in epoch 1"
    assert str(History()) == ""


def points(line):
    return [tuple(point) for point in np.asarray(line.get_xydata()).tolist()]


def test_the_picture():
    loss, score = full().plot().axes
    assert (loss.get_title(), score.get_title()) == ("loss", "accuracy")
    assert loss.get_xlabel() == score.get_xlabel() == "epoch"
    learnt, held_out, best = loss.get_lines()
    assert points(learnt) == [(1, 1.5), (2, 0.25), (3, 0.125)]
    assert points(held_out) == [(1, 1.25), (2, 0.75), (3, 1.0)]
    assert points(score.get_lines()[1]) == [(1, 0.25), (2, 0.75), (3, 0.5)]
    assert set(best.get_xdata()) == {2}
    assert [text.get_text() for text in loss.get_legend().get_texts()] == ["learnt from", "held out", "best"]
    assert learnt.get_marker() != held_out.get_marker()  # told apart without colour


def test_a_picture_of_less():
    (loss,) = History(loss=[2.0, 1.0], seconds=[1.0, 1.0]).plot().axes
    (line,) = loss.get_lines()
    assert points(line) == [(1, 2.0), (2, 1.0)]
    assert all(tick == int(tick) for tick in loss.get_xticks())
    with pytest.raises(ValueError, match="there is nothing to draw: no epoch has ended yet"):
        History().plot()


def test_the_picture_can_be_heard():
    history = full()
    history.stopped = 'stopped "by hand" in epoch 4'
    root = ET.fromstring(history.plot()._repr_svg_().encode())
    assert root.get("role") == "img"
    assert root.get("aria-label") == (
        "Training over 3 epochs: loss of what is learnt from: 1.5 to 0.125; "
        "loss of what is held out: 1.25 to 1; accuracy of what is learnt from: 0.5 to 1; "
        "accuracy of what is held out: 0.25 to 0.5. "
        'Best: epoch 2. Stopped "by hand" in epoch 4.'
    )
