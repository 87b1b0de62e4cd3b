"""Make a failing case small: groups, dilation, stride, padding, batch, channels, axes, sizes, values."""


def shrink(case, fails, steps, *, tries=150):
    """Take every step towards a smaller case for as long as the case still fails.

    Parameters
    ----------
    case : Case
        One that fails.
    fails : callable
        `fails(case) -> bool`.
    steps : sequence of callables
        `step(case) -> iterator of cases`, each smaller, the boldest first.
    tries : int
        How many candidates may be looked at.

    Returns
    -------
    Case

    Examples
    --------
    The smallest number above 10, by halving and by taking 1 off:

    >>> shrink(100, lambda n: n > 10, [lambda n: [n // 2], lambda n: [n - 1]])
    11
    """
    for step in steps:
        found = True
        while found:
            found = False
            for candidate in step(case):
                tries -= 1
                if tries < 0:
                    return case
                if fails(candidate):
                    case, found = candidate, True
                    break
    return case
