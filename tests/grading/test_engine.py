"""Processes that grade: each on a core of its own, and what goes on beside them."""

import os
import time
from multiprocessing import get_context

import psutil
import pytest
from pebble import ProcessPool

from cnnlab.grading.engine import beside, stay_on_a_core
from cnnlab.grading.forking import get_ready


def where():
    return os.sched_getaffinity(0), os.sched_getscheduler(0)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="cores cannot be chosen on this system")
def test_workers_are_dealt_out_to_the_cores_as_batch_work():
    cores, context, found = sorted(os.sched_getaffinity(0)), get_context("forkserver"), []
    number = context.Value("i", 0)
    for _ in range(len(cores) + 1):
        with ProcessPool(1, initializer=stay_on_a_core, initargs=(number,), context=context) as pool:
            found.append(pool.schedule(where).result())
    assert {policy for _, policy in found} == {os.SCHED_BATCH}
    assert [own for own, _ in found[:-1]] == [{core} for core in (*cores[1:], cores[0])]
    assert found[-1] == found[0]


def test_something_is_done_beside_a_block():
    with beside(pow, 2, 5) as made:
        assert made() == 32


def test_what_fails_beside_a_block_fails_where_it_is_asked_for():
    with beside(int, "five") as made, pytest.raises(ValueError, match="invalid literal"):
        made()


def test_what_is_done_beside_a_block_ends_with_it():
    get_ready()
    before = set(psutil.Process().children(recursive=True))
    for lasts in (0, 0.01, 0.3):  # it may have begun by then
        with beside(time.sleep, 10**6):
            time.sleep(lasts)
        assert set(psutil.Process().children(recursive=True)) <= before
