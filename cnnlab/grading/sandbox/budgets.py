"""How much a student's code may use."""

from dataclasses import dataclass, fields

RESTARTS, START = 5, 2.0  # of a process that ended; seconds, at the very most, to end one and have another
GRACE = 0.5  # seconds beyond a limit, in which code that heeds it has stopped


def slack_of(seconds):
    """Say how many seconds more than its limit something may take before it is ended."""
    return GRACE + 0.1 * seconds


@dataclass(frozen=True)
class Budget:
    """Seconds are of CPU time, so that a busy machine costs nobody a mark.

    Parameters
    ----------
    call, check, cell, notebook : float
        For one call, all calls of one check, one cell, all cells.
    memory : int
        Bytes of address space.
    output, outputs : int
        Characters that are kept of what a cell prints, and of what all cells print.
    wall : float
        By the clock, everything may take so many times its CPU budget. Code that sleeps for so many seconds
        uses up one of it.

    Raises
    ------
    ValueError
        Where one of them is not positive.

    Examples
    --------
    >>> Budget(call=0)
    Traceback (most recent call last):
    ValueError: call is 0, but a budget is more than nothing
    """

    call: float = 5
    check: float = 8
    cell: float = 20
    notebook: float = 60
    memory: int = 2**30
    output: int = 20_000
    outputs: int = 200_000
    wall: float = 4

    def __post_init__(self):
        for field in fields(self):
            if not getattr(self, field.name) > 0:
                raise ValueError(
                    f"{field.name} is {getattr(self, field.name)}, but a budget is more than nothing"
                )

    def longest(self, tests):
        """Bound the time by the clock that one submission may take, whatever its code does.

        It has a process that meets the tests, another of the same cells that meets no hidden input, and one
        for what is shown: their cells three times the notebook's budget, tests and findings a check's each.
        What the course's own code computes comes on top.

        Parameters
        ----------
        tests : int
            How many of them there are, each in one `Student.check`.

        Returns
        -------
        float

        Examples
        --------
        >>> Budget(call=1, check=2, cell=5, notebook=10, wall=2).longest(tests=4)
        122.0
        """
        checks = tests + 1
        budgets = self.wall * (3 * self.notebook + checks * self.check)
        slack = 3 * slack_of(self.cell) + checks * slack_of(self.call)
        return budgets + slack + 3 * (RESTARTS + 1) * START
