"""How much a student's code may use."""

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Budget:
    """Seconds are of CPU time, so that a busy machine costs nobody a mark.

    Parameters
    ----------
    call, check, cell, notebook : float
        For one call, all calls of one check, one cell, all cells.
    memory : int
        Bytes of address space.
    output : int
        Bytes that are kept of what a cell prints.
    wall : float
        By the clock, everything may take so many times its CPU budget: for code that sleeps.

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
    wall: float = 4

    def __post_init__(self):
        for field in fields(self):
            if not getattr(self, field.name) > 0:
                raise ValueError(
                    f"{field.name} is {getattr(self, field.name)}, but a budget is more than nothing"
                )
