"""The race: everybody in turn, over and over; the least time of each counts.

What disturbs a measurement only ever makes it longer, so the least of many is what the machine can do. Taking
turns spreads a disturbance over all. Every second round runs backwards, so that nobody always finds the cache
as the same neighbour has left it.
"""

import time

SLOW = 12  # times its share of the budget: who took longer than that may rest


def race(runners, *, budget, rounds=15, warm_up=2):
    """Run candidates in turn and keep each one's least time.

    Parameters
    ----------
    runners : dict of str to callable
        Called without arguments; what they return is dropped within the time.
    budget : float
        Seconds a candidate, on average. Who has used up twelve times as much, and has a time, rests.
    rounds : int
        At least so many, however long they take.
    warm_up : int
        Rounds before, of which none counts.

    Returns
    -------
    seconds : dict of str to float
    rounds : int
        How often everybody that did not drop out has run.
    """
    least, spent = dict.fromkeys(runners, float("inf")), dict.fromkeys(runners, 0.0)
    done, began = -warm_up, time.perf_counter()
    while done < rounds or time.perf_counter() - began < budget * len(runners):
        order = list(runners.items())
        for name, run in order if done % 2 else reversed(order):
            if spent[name] > SLOW * budget and least[name] < float("inf"):
                continue
            start = time.perf_counter()
            run()
            took = time.perf_counter() - start
            spent[name] += took
            if done >= 0:
                least[name] = min(least[name], took)
        done += 1
        if done > 0 and min(spent.values()) > SLOW * budget:
            break
    return least, done
