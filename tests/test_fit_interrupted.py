"""Ctrl-C: once ends well, twice ends at once; and nothing of it is left behind."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import a_training
import numpy as np
import pytest
from a_training import BATCHES, build, shake, train, written

from cnnlab import evaluate


@pytest.fixture(autouse=True)
def listening():
    """Ctrl-C raises KeyboardInterrupt, as in any program; afterwards as before."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    signal.signal(signal.SIGINT, before)


def pressing(*batches):
    """Disturb as ever; press Ctrl-C at these batches, counted from 1."""
    count = 0

    def shaken(x, labels, rng):
        nonlocal count
        count += 1
        for _ in range(batches.count(count)):
            signal.raise_signal(signal.SIGINT)
        return shake(x, labels, rng, scale=0.2)

    shaken.__name__ = "shaken"
    return shaken


def stopped(batch, path=None, **options):
    """A training in which Ctrl-C is pressed at a batch: its history, and its model."""
    seen = []
    remains = a_training.remains

    def keep(model, optimiser, rng, history):
        seen.append(history)
        return remains(model, optimiser, rng, history)

    a_training.remains = keep
    try:
        _, model = train(path, augment=pressing(batch), **options)
    finally:
        a_training.remains = remains
    return seen[0], model


@pytest.mark.parametrize("batch", range(1, 3 * BATCHES + 1))
def test_the_batch_in_hand_is_finished_and_the_file_goes_on(tmp_path, batch):
    history, _ = stopped(batch, tmp_path / "run")
    epochs = batch // BATCHES
    assert len(history.loss) == len(history.validation_loss) == epochs
    if epochs < 3:
        assert history.stopped.startswith(f"stopped by hand in epoch {epochs + 1}")
        assert str(history).endswith(history.stopped)
    else:
        assert history.stopped == ""
    assert written(tmp_path / "run") == divmod(batch, BATCHES)
    assert train(tmp_path / "run", augment=pressing())[0] == train(augment=pressing())[0]


@pytest.mark.parametrize("keep_best", [True, False])
def test_the_best_is_put_back(keep_best):
    """Whether asked for or not: a training that was cut short has no better end than its best."""
    options = dict(epochs=30, keep_best=keep_best)
    history, model = stopped(12 * BATCHES + 3, **options)
    assert len(history.validation_score) == 12
    assert history.best == 1 + int(np.argmax(history.validation_score)) < 12
    assert history.stopped == (
        f"stopped by hand in epoch 13; the parameters are those of the best epoch, {history.best}"
    )
    assert evaluate(model, *a_training.signals(1, 9)) == max(history.validation_score)


def test_without_a_validation_set_the_last_stays():
    history, _ = stopped(2 * BATCHES, validation=None, keep_best=False)
    assert history.stopped == "stopped by hand in epoch 3"
    assert history.validation_score == []


def test_twice_is_at_once(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path / "run", augment=pressing(7, 7))
    assert train(tmp_path / "run", augment=pressing())[0] == train(augment=pressing())[0]


def test_an_error_leaves_ctrl_c_as_it_was():
    def fail(x, labels, rng):
        raise OSError("no more data")

    with pytest.raises(OSError, match="no more data"):
        train(augment=fail)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_who_ignores_ctrl_c_goes_on_ignoring_it():
    """A program in the background does: Ctrl-C is meant for another."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        assert train(augment=pressing(3))[0] == train(augment=pressing())[0]
    finally:
        assert signal.signal(signal.SIGINT, signal.default_int_handler) is signal.SIG_IGN


def test_a_thread_trains_without_signals():
    results = []
    thread = threading.Thread(target=lambda: results.append(train()[0]))
    thread.start()
    thread.join()
    assert results == [train()[0]]


PROGRAM = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from a_training import signals
import cnnlab, numpy as np

def wait(x, labels, rng):
    print("batch", flush=True)
    sys.stdin.readline()
    return x, labels

rng = np.random.default_rng(0)
model = cnnlab.Sequential(cnnlab.Flatten(), cnnlab.Dense(8, 2, rng=rng))
options = dict(epochs=9, batch_size=5, optimiser=cnnlab.Adam(), rng=rng, augment=wait, checkpoint=sys.argv[1])
history = cnnlab.fit(model, signals(0, 10), **options)
print(history.stopped, flush=True)
"""


@pytest.mark.skipif(os.name != "posix", reason="signals are sent as POSIX does")
def test_a_program_ends_well(tmp_path):
    here = Path(__file__).parent
    environment = os.environ | {"PYTHONPATH": f"{here.parent}{os.pathsep}{here}"}
    command = [sys.executable, "-c", PROGRAM, tmp_path / "run"]
    pipes = dict(stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with subprocess.Popen(command, env=environment, text=True, **pipes) as process:
        for batch in range(4):
            assert process.stdout.readline() == "batch\n"
            if batch == 3:
                process.send_signal(signal.SIGINT)
            process.stdin.write("\n")
            process.stdin.flush()
        output, errors = process.communicate()
    assert (process.returncode, errors) == (0, "")
    assert output in ("stopped by hand in epoch 3\n", "batch\nstopped by hand in epoch 3\n")
    assert (tmp_path / "run").exists()


def test_one_that_is_stopped_goes_on_in_the_same_session(tmp_path):
    """A cell run anew: the same model, in which the best was put back meanwhile."""
    rng = np.random.default_rng(1)
    model = build(rng)
    train(tmp_path / "run", augment=pressing(8), model=model, rng=rng)
    again = train(tmp_path / "run", augment=pressing(), model=model, rng=rng)[0]
    assert again == train(augment=pressing())[0]
