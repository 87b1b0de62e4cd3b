"""How large a step, and when? A schedule is a function of progress, 0 to 1, that returns a learning rate.

A schedule has nothing to remember, so a training that goes on after a stop goes on at the right rate.
"""

import math

__all__ = ["constant", "cosine_decay", "one_cycle", "step_decay", "warm_up"]

ROUNDING = 1e-9  # of progress, which `warm_up` computes: no step may come a batch late for it


def constant(rate):
    """Keep the learning rate; the same as giving the number itself.

    Parameters
    ----------
    rate : float

    Returns
    -------
    callable
        From progress to learning rate.

    Raises
    ------
    ValueError
        For a rate that is negative or no number.

    Examples
    --------
    >>> constant(0.1)(0.7)
    0.1
    """
    check("rate", rate)
    return lambda progress: rate


def step_decay(rate, *, at=(0.5, 0.75), factor=0.1):
    """Take large steps until they only rattle from wall to wall, then smaller ones.

    Parameters
    ----------
    rate : float
        The first learning rate.
    at : sequence of float
        The shares of the training after each of which the rate is multiplied by `factor`.
    factor : float

    Returns
    -------
    callable
        From progress to learning rate.

    Raises
    ------
    ValueError
        For a number out of its range.

    Examples
    --------
    >>> schedule = step_decay(8, at=(0.5, 0.75), factor=0.25)
    >>> [schedule(progress) for progress in (0, 0.49, 0.5, 0.75)]
    [8.0, 8.0, 2.0, 0.5]
    """
    check("rate", rate)
    check("factor", factor)
    at = tuple(check("at", share, most=1) for share in at)
    return lambda progress: rate * factor ** float(sum(progress > share - ROUNDING for share in at))


def cosine_decay(rate, *, floor=0.0):
    """Let the learning rate sink along half a cosine: slowly, then fast, then slowly.

    Parameters
    ----------
    rate : float
        The first learning rate.
    floor : float
        The last one.

    Returns
    -------
    callable
        From progress to learning rate.

    Raises
    ------
    ValueError
        For a number out of its range.

    References
    ----------
    Loshchilov and Hutter (2017), SGDR: stochastic gradient descent with warm restarts.

    Examples
    --------
    >>> schedule = cosine_decay(1.0, floor=0.5)
    >>> [round(schedule(progress), 3) for progress in (0, 0.5, 1)]
    [1.0, 0.75, 0.5]
    """
    check("rate", rate)
    check("floor", floor)
    return lambda progress: floor + (rate - floor) * (1 + math.cos(math.pi * progress)) / 2


def warm_up(schedule, *, share=0.1, start=0.1):
    """Begin with small steps, while gradients are wild, and rise along a line to where a schedule begins.

    Parameters
    ----------
    schedule : callable or float
        What follows in the rest of the training, or a number that stays.
    share : float
        The share of the training that the rise takes.
    start : float
        The first learning rate, as a share of that with which the schedule begins.

    Returns
    -------
    callable
        From progress to learning rate.

    Raises
    ------
    ValueError
        For a number out of its range.

    References
    ----------
    Goyal et al. (2017), Accurate, large minibatch SGD: training ImageNet in 1 hour.

    Examples
    --------
    >>> schedule = warm_up(step_decay(8, at=[0.5], factor=0.25), share=0.2, start=0.5)
    >>> [schedule(progress) for progress in (0, 0.1, 0.2, 0.59, 0.61)]
    [4.0, 6.0, 8.0, 8.0, 2.0]
    """
    check("share", share, below=1)
    check("start", start, most=1)
    schedule = schedule if callable(schedule) else constant(schedule)

    def warmed(progress):
        if progress < share:
            return schedule(0.0) * (start + (1 - start) * progress / share)
        return schedule((progress - share) / (1 - share))

    return warmed


def one_cycle(peak, *, warm_up=0.25, start=0.04):
    """Raise the learning rate from a fraction of its peak, then let it sink to 0, both along half a cosine.

    Large steps in the middle find a wide valley, small ones at the end settle to its floor.

    Parameters
    ----------
    peak : float
        The largest learning rate.
    warm_up : float
        The share of the training after which it is reached.
    start : float
        The first learning rate as a share of the peak.

    Returns
    -------
    callable
        From progress to learning rate.

    Raises
    ------
    ValueError
        For a number out of its range.

    References
    ----------
    Smith (2018), A disciplined approach to neural network hyper-parameters, part 1.

    Examples
    --------
    >>> schedule = one_cycle(0.5, warm_up=0.25)
    >>> [round(schedule(progress), 3) for progress in (0, 0.25, 0.625, 1)]
    [0.02, 0.5, 0.25, 0.0]
    """
    check("peak", peak)
    check("warm_up", warm_up, below=1)
    check("start", start, most=1)
    sink = cosine_decay(peak)

    def schedule(progress):
        if progress < warm_up:
            return peak * (start + (1 - start) * (1 - math.cos(math.pi * progress / warm_up)) / 2)
        return sink((progress - warm_up) / (1 - warm_up))

    return schedule


def check(name, value, *, most=math.inf, below=math.inf):
    """Hold that a number is at least 0 and within its bound."""
    if not 0 <= value < math.inf:
        raise ValueError(f"{name} is {value}, but it must be at least 0 and finite")
    if value > most or value >= below:
        bound = f"at most {most}" if value > most else f"below {below}"
        raise ValueError(f"{name} is {value}, but as a share it must be {bound}")
    return value
