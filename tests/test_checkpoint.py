"""A training that was stopped, at whatever point, goes on to the same bits; another's file is refused."""

import functools
import os
import subprocess
import sys
from pathlib import Path

import a_training
import numpy as np
import pytest
from a_training import BATCHES, build, remains, shake, signals, train, written

import cnnlab.checkpoint
from cnnlab import Adam, Dense, LeakyReLU, Optimiser, Sequential, fit, mse, one_cycle
from cnnlab.augment import add_noise, chain, random_shift
from cnnlab.sameness import in_words
from cnnlab.saving import read_archive, write_archive


@pytest.mark.skipif(not hasattr(os, "fork"), reason="children are forked, which is POSIX's")
@pytest.mark.parametrize(
    ("kind", "seed", "sharing", "pause"),
    [
        ("one_cycle", 1, "shared", 0),
        ("one_cycle", 2, "apart", 60),
        ("adadelta", 3, "shared", 0),
        ("adamw", 4, "apart", 0),
        ("momentum", 5, "shared", 60),
    ],
)
def test_killed_again_and_again(tmp_path, kind, seed, sharing, pause):
    """Killed at a batch, within a write, before and after the renaming; in the end all bits are the same."""
    command = [sys.executable, a_training.__file__, tmp_path, kind, str(seed), sharing, str(pause)]
    root = Path(__file__).parents[1]
    environment = os.environ | {"PYTHONPATH": str(root), "OPENBLAS_NUM_THREADS": "1"}
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


class Stop(Exception):
    """What ends a training that is to be continued."""


def stopping(batches):
    """Disturb as ever, and stop after so many batches."""
    left = iter(range(batches))

    @functools.wraps(shake)
    def stopped(x, labels, rng, *, scale):
        if next(left, None) is None:
            raise Stop
        return shake(x, labels, rng, scale=scale)

    return functools.partial(stopped, scale=0.2)


def interrupted(path, batches, **options):
    with pytest.raises(Stop):
        train(path, augment=stopping(batches), **options)


@pytest.mark.parametrize(
    ("batches", "pause"), [*((batches, 0) for batches in range(3 * BATCHES)), (4, 60), (5, 60), (12, 60)]
)
def test_stopped_before_any_batch(tmp_path, monkeypatch, batches, pause):
    monkeypatch.setattr(cnnlab.checkpoint, "PAUSE", pause)
    interrupted(tmp_path / "run", batches)
    epoch, batch = divmod(batches, BATCHES)
    if pause == 0:
        assert written(tmp_path / "run") == (epoch, batch)
    else:
        assert written(tmp_path / "run") == (epoch, 0)
    assert train(tmp_path / "run")[0] == train()[0]


def test_a_file_of_the_first_moment_is_there_before_the_first_batch(tmp_path):
    """So even unseeded nets begin again as they began."""
    interrupted(tmp_path / "run", 0)
    rng = np.random.default_rng(99)
    assert train(tmp_path / "run", model=build(rng), rng=rng)[0] == train()[0]


@pytest.mark.parametrize("bits", ["PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64"])
def test_every_generator_of_numpys_goes_on(tmp_path, bits):
    def rng(seed):
        return np.random.Generator(getattr(np.random, bits)(seed))

    interrupted(tmp_path / "run", 7, rng=rng(1))
    assert train(tmp_path / "run", rng=rng(1))[0] == train(rng=rng(1))[0]


def test_an_early_stop_stays_one(tmp_path):
    options = dict(patience=2, epochs=40, optimiser=None)
    first, model = train(tmp_path / "run", **options)
    again, twin = train(tmp_path / "run", **options)
    assert first == again == train(**options)[0]
    assert b"stopped after epoch" in first
    for key, array in model.parameters.items():
        np.testing.assert_array_equal(twin.parameters[key], array)


def test_at_a_constant_rate_there_may_be_more_epochs(tmp_path):
    def run(path, epochs):
        return train(path, epochs=epochs, optimiser=Adam(lr=0.01))[0]

    run(tmp_path / "run", 2)
    assert run(tmp_path / "run", 5) == run(None, 5)


def ten(x):
    return np.arange(len(x))


OTHERS = {
    "batch_size is 4 there, 5 here": dict(batch_size=5),
    "patience is None there, 3 here": dict(patience=3),
    r"optimiser is Adam\(lr=one_cycle, l1=0.0001\) there, Adam\(lr=one_cycle, beta1=0.0\) here": dict(
        optimiser=Adam(lr=one_cycle(0.02), beta1=0.0)
    ),
    "learning rate is from 0.0008 to 0 there, from 0.0016 to 0 here": dict(
        optimiser=Adam(lr=one_cycle(0.04), l1=1e-4)
    ),
    r"schedule is \(1001,\) of float64, checksum \w{8} there, \(1001,\) of float64": dict(
        optimiser=Adam(lr=one_cycle(0.02, warm_up=0.26), l1=1e-4)
    ),
    "epochs is 3 there, 4 here": dict(epochs=4),
    r"augment is shake\(scale=0.2\) there, shake\(scale=0.3\) here": dict(
        augment=functools.partial(shake, scale=0.3)
    ),
    r"augment is shake\(scale=0.2\) there, None here": dict(augment=None),
    "measure is accuracy there, ten here": dict(measure=ten),
    "loss is softmax_cross_entropy there, mse here": dict(loss=mse),
    r"x is \(19, 1, 8\) of float32, checksum \w{8} there, \(19, 1, 8\) of float32, checksum": dict(
        data=(signals(0, 19)[0] + 1, signals(0, 19)[1])
    ),
    r"x is \(19, 1, 8\) of float32, .* there, \(18, 1, 8\) of float32": dict(data=signals(0, 18)),
    r"targets is \(19,\) of int64, .* there, \(19,\) of int64": dict(
        data=(signals(0, 19)[0], 1 - signals(0, 19)[1])
    ),
    r"validation x is .* there, \(8, 1, 8\)": dict(validation=signals(1, 8)),
    "validation targets is .* there": dict(validation=(signals(1, 9)[0], 1 - signals(1, 9)[1])),
    r"validation x is .* there, missing here": dict(validation=None, keep_best=False),
}


@pytest.mark.parametrize("complaint", OTHERS)
def test_another_training_is_refused(tmp_path, complaint):
    refused(tmp_path / "run", complaint, **OTHERS[complaint])


def rebuilt(change, **options):
    """The net of the training with other layers."""
    net = build(np.random.default_rng(1), **options)
    layers = list(net.layers)
    change(layers)
    return Sequential(*layers)


def leak(layers):
    layers[2] = Sequential(LeakyReLU(), layers[2].layers[1])


def drop_more(layers):
    layers[4].p = 0.5


def be_wide(layers):
    layers[5] = Dense(12, 2, dtype=np.float64)


def be_narrow(layers):
    del layers[4]


MODELS = {
    r"layer 2\.0 is ReLU\(\) there, LeakyReLU\(\) here": leak,
    r"layer 4 is Dropout\(0\.3\) there, Dropout\(0\.5\) here": drop_more,
    r"array 5\.weight is \(2, 12\) of float32 there, \(2, 12\) of float64 here": be_wide,
    r"layer 4 is Dropout\(0\.3\) there, Dense\(12, 2\) here": be_narrow,
}


@pytest.mark.parametrize("complaint", MODELS)
def test_another_models_training_is_refused(tmp_path, complaint):
    rng = np.random.default_rng(1)
    model = build(rng)
    layers = list(model.layers)
    MODELS[complaint](layers)
    refused(tmp_path / "run", complaint, model=Sequential(*layers), rng=rng)


def test_other_draws_are_refused(tmp_path):
    other = np.random.Generator(np.random.MT19937(1))
    refused(tmp_path / "run", "rng is PCG64 there, MT19937 here", rng=other)
    refused(tmp_path / "run", r"layer 2\.1\.rng is that of rng there, PCG64 here", shared=False)


def refused(path, complaint, **changes):
    """Hold that a training with these changes does not go on from that file, and that nothing has changed."""
    interrupted(path, 7)
    held = path.read_bytes()
    rng = changes.pop("rng", None) or np.random.default_rng(1)
    model = changes.pop("model", None) or build(rng, changes.pop("shared", True))
    optimiser = changes.pop("optimiser", None) or a_training.OPTIMISERS["one_cycle"]()
    before = remains(model, optimiser, rng)
    advice = r"\. Make it as it was, or delete the file to begin anew\.$"
    with pytest.raises(ValueError, match=f"run belongs to another training: {complaint}.*{advice}"):
        train(path, model=model, rng=rng, optimiser=optimiser, **changes)
    assert remains(model, optimiser, rng) == before
    assert path.read_bytes() == held


def spoil(path, way):
    """Damage a file in some way; say what the error says."""
    whole = path.read_bytes()
    if way == "truncated":
        path.write_bytes(whole[:-200])
    elif way == "flipped":
        middle = whole.index(b"s\0\0\0e\0\0\0t\0\0\0t\0\0\0i")  # of the settings
        path.write_bytes(whole[:middle] + b"b" + whole[middle + 1 :])
    elif way == "empty":
        path.write_bytes(b"")
    elif way == "newer":
        write_archive(path, "checkpoint", 2, read_archive(path, "checkpoint", 1))
        return "was written by a newer cnnlab: its format is 2, this one reads up to 1"
    elif way == "a model":
        build(np.random.default_rng(0)).save(path)
        return 'is no checkpoint: it holds cnnlab model, not "cnnlab checkpoint"'
    return "is not a whole archive .*: delete it and train again"


@pytest.mark.parametrize("way", ["truncated", "flipped", "empty", "newer", "a model"])
def test_a_file_that_is_none_is_refused(tmp_path, way):
    path, rng = tmp_path / "run", np.random.default_rng(1)
    interrupted(path, 7)
    complaint = spoil(path, way)
    model, optimiser = build(rng), a_training.OPTIMISERS["one_cycle"]()
    before, held = remains(model, optimiser, rng), path.read_bytes()
    with pytest.raises(ValueError, match=f"run {complaint}"):
        train(path, model=model, rng=rng, optimiser=optimiser)
    assert remains(model, optimiser, rng) == before
    assert path.read_bytes() == held


class Idle(Dense):
    def forward(self, x, *, train=False):
        raise AssertionError("work was done")


@pytest.mark.parametrize("place", ["absent/run", "."])
def test_a_place_that_cannot_be_written_is_told_before_the_first_batch(tmp_path, place):
    options = dict(model=Idle(8, 2), augment=None, validation=None, keep_best=False)
    with pytest.raises(OSError, match=r"absent|directory"):
        train(tmp_path / place, **options)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_read_only_is_told_before_the_first_batch(tmp_path, monkeypatch):
    def mkdir(path, mode=0o777):
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(os, "mkdir", mkdir)  # for root may write everywhere
    with pytest.raises(PermissionError) as caught:
        train(tmp_path / "run", model=Idle(8, 2))
    assert caught.value.__notes__ == [
        f"{tmp_path / 'run'} cannot be written: its folder must be there, writable, and have room for it."
    ]


def test_the_file_decides_what_an_optimiser_remembers(tmp_path):
    optimiser = a_training.OPTIMISERS["one_cycle"]()
    interrupted(tmp_path / "run", 7)
    rng = np.random.default_rng(1)
    model = build(rng)
    train(optimiser=optimiser, model=model)  # now it remembers other steps, of the same model
    assert train(tmp_path / "run", optimiser=optimiser, model=model, rng=rng)[0] == train()[0]


def test_another_models_optimiser_is_refused_before_the_first_batch(tmp_path):
    optimiser = Adam()
    train(optimiser=optimiser)
    with pytest.raises(ValueError, match="remembers the steps of another model"):
        fit(
            Idle(8, 2),
            (np.zeros((4, 8)), np.zeros(4, int)),
            epochs=1,
            batch_size=2,
            optimiser=optimiser,
            rng=np.random.default_rng(0),
            checkpoint=tmp_path / "run",
        )
    assert list(tmp_path.iterdir()) == []


def counting(parameter, gradient, state, *, lr):
    """A rule that remembers a number of NumPy's, a tuple within a tuple, and None."""
    steps, rest = state or (np.float32(0), (None, gradient))
    return parameter - lr * gradient / (1 + float(steps)), (steps + np.float32(1), rest)


def hoarding(parameter, gradient, state, *, lr):
    """A rule that remembers what no file keeps."""
    return parameter, {"any": "thing"}


def test_a_rule_of_ones_own_remembers(tmp_path):
    interrupted(tmp_path / "run", 7, optimiser=Optimiser(counting, lr=0.1))
    resumed = train(tmp_path / "run", optimiser=Optimiser(counting, lr=0.1))[0]
    assert resumed == train(optimiser=Optimiser(counting, lr=0.1))[0]
    with pytest.raises(
        TypeError, match=r"optimiser 0\.weight holds a dict, but a checkpoint keeps numbers, arr"
    ):
        train(tmp_path / "other", optimiser=Optimiser(hoarding, lr=0.1))


def test_the_options_within_a_chain_of_augmentations_are_told_apart():
    chains = [
        chain(functools.partial(random_shift, most=most), functools.partial(add_noise, scale=0.1))
        for most in (1, 2)
    ]
    assert len({in_words(steps) for steps in chains}) == 2
    assert in_words(chains[0]) == in_words(chain(*chains[0].args[0]))
