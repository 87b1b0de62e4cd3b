"""Learning rates over time: PyTorch's where it has them, and by hand."""

import math

import numpy as np
import pytest
from record_torch_basics import SCHEDULES, STEPS, TARGET

from cnnlab.schedules import constant, cosine_decay, one_cycle, step_decay, warm_up

# PyTorch's one-cycle ends its phases on the last step but one of each, and its last step is the end itself.
OURS = {
    "step_decay": (step_decay(0.5, at=(0.3, 0.7), factor=0.25), STEPS),
    "cosine_decay": (cosine_decay(0.5, floor=0.125), STEPS),
    "warm_up": (warm_up(cosine_decay(0.5, floor=0.125), share=0.2, start=0.1), STEPS),
    "warm_up step_decay": (warm_up(step_decay(0.5, at=(0.5, 0.8), factor=0.25), share=0.2, start=0.1), STEPS),
    "one_cycle": (one_cycle(0.5, warm_up=(0.3 * STEPS - 1) / (STEPS - 1), start=1 / 25), STEPS - 1),
}


@pytest.mark.parametrize("name", SCHEDULES)
def test_rates_are_pytorchs(name):
    schedule, steps = OURS[name]
    rates = [schedule(step / steps) for step in range(STEPS)]
    np.testing.assert_allclose(rates, np.load(TARGET)[f"schedule {name}/rates"], rtol=1e-12, atol=1e-15)


def test_a_constant_is_the_number_itself():
    assert [constant(0.25)(i / 7) for i in range(8)] == [0.25] * 8
    assert warm_up(0.5, share=0)(0.0) == warm_up(constant(0.5), share=0)(0.0) == 0.5


@pytest.mark.parametrize("steps", [7, 10, 30, 100, 390, 4690])
@pytest.mark.parametrize("share", [0.0, 0.1, 0.2, 0.3])
def test_no_step_comes_late_for_rounding(steps, share):
    """Counted in whole steps: the first rate after a share is that of the first step at or after it."""
    at = [0.1, 0.3, 0.5, 0.6, 0.7, 0.9]
    rise = round(share * 10) * steps
    schedule = warm_up(step_decay(1.0, at=at, factor=0.5), share=share)
    for step in range(math.ceil(rise / 10), steps):
        done = sum((10 * step - rise) >= round(10 * a) * (10 * steps - rise) / 10 for a in at)
        assert schedule(step / steps) == 0.5**done, (step, done)


def test_one_cycle_rises_then_sinks():
    rates = np.array([one_cycle(2.0, warm_up=0.25, start=0.5)(i / 100) for i in range(101)])
    assert (rates[0], rates.max(), rates[-1]) == (1.0, 2.0, 0.0)
    assert rates.argmax() == 25
    assert (np.diff(rates[:26]) > 0).all() and (np.diff(rates[25:]) < 0).all()
    assert one_cycle(2.0, warm_up=0)(0.0) == 2.0


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: constant(-1), "rate is -1, but it must be at least 0 and finite"),
        (lambda: cosine_decay(1, floor=math.nan), "floor is nan, but it must be at least 0 and finite"),
        (lambda: step_decay(math.inf), "rate is inf, but it must be at least 0 and finite"),
        (lambda: step_decay(1, at=[0.5, 1.5]), r"at is 1\.5, but as a share it must be at most 1"),
        (lambda: step_decay(1, factor=-0.1), r"factor is -0\.1, but it must be at least 0"),
        (lambda: warm_up(-1), "rate is -1, but it must be at least 0"),
        (lambda: warm_up(1, share=1), "share is 1, but as a share it must be below 1"),
        (lambda: warm_up(1, start=2), "start is 2, but as a share it must be at most 1"),
        (lambda: one_cycle(1, warm_up=1), "warm_up is 1, but as a share it must be below 1"),
    ],
)
def test_bad_numbers_are_refused_when_the_schedule_is_made(make, complaint):
    with pytest.raises(ValueError, match=complaint):
        make()
