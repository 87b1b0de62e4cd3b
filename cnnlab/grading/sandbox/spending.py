"""What a process has spent of its budgets."""

import time
from dataclasses import dataclass


@dataclass
class Purse:
    """Seconds to spend."""

    left: float


class Watch:
    """Measures what a process uses from now on: of the processor, or of everybody's time, if that is more.

    Parameters
    ----------
    exchange : Exchange
    wall : float
        So many seconds by the clock count for one of the processor's.
    """

    def __init__(self, exchange, wall):
        self.exchange, self.wall = exchange, wall
        self.cpu, self.clock = exchange.process.used(), time.monotonic()

    def used(self, least=0):
        """Seconds until now, and no less than some; of a process that is gone the clock alone knows."""
        cpu = self.exchange.process.used() - self.cpu if self.exchange.alive else 0
        return max(least, cpu, (time.monotonic() - self.clock) / self.wall)
