"""Remove what a process left behind, however deep it lies and whatever its modes say."""

import itertools
import os
import time

PATIENCE = 1.0  # seconds: whoever waits for it waits longer


def sweep(folder, seconds=PATIENCE):
    """Remove a folder, whose process has ended, and everything in it; follow no links.

    Each folder within is first moved beside the outermost one: no path is ever long, and nothing recurs.

    Parameters
    ----------
    folder : str
    seconds : float
        When to give up.

    Returns
    -------
    bool
        Whether nothing is left.
    """
    until, waiting, numbers = time.monotonic() + seconds, [folder], itertools.count()
    try:
        while waiting:
            place = waiting.pop()
            os.chmod(place, 0o700)
            for entry in _entries(place):
                if time.monotonic() > until:
                    return False
                if entry.is_dir(follow_symlinks=False):
                    os.chmod(entry.path, 0o700)  # what must not be written to is not to be moved
                    waiting.append(f"{folder}.{next(numbers)}")
                    os.rename(entry.path, waiting[-1])
                else:
                    os.unlink(entry.path)
            os.rmdir(place)
    except OSError:
        return False
    return True


def _entries(place):
    """List a folder whole, for it changes meanwhile."""
    with os.scandir(place) as entries:
        return list(entries)
