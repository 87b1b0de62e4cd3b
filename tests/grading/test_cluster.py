"""Grading on the workers of a cluster: one that dies loses nothing, and what kills them is given up alone."""

import json
import os
import signal

import pytest
from distributed import LocalCluster

from cnnlab.grading.engine import Task, on_cluster
from cnnlab.grading.grade import grade
from cnnlab.grading.results import read_class
from solutions.sample_class import LOOPS

from .conftest import SECRET, SLUG, answered
from .test_grade import course, hand_in  # noqa: F401  the same empty gradebook


@pytest.fixture(scope="module")
def cluster():
    """Two workers of one thread each, on this machine."""
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
    ) as cluster:
        yield cluster


class Apart:
    """A recipe for a sandbox that ends its worker: always, or the first time."""

    def __init__(self, marker=None):
        self.marker = marker

    def __call__(self):
        if self.marker is None or not os.path.exists(self.marker):
            if self.marker:
                open(self.marker, "x").close()
            os.kill(os.getpid(), signal.SIGKILL)
        return self

    def __enter__(self):
        raise RuntimeError("a sandbox that is none")

    def __exit__(self, *failure):
        pass


def test_a_class_is_graded_on_a_cluster(cluster, course, released):  # noqa: F811
    hand_in(course, released, {"ada": LOOPS, "bob": {**LOOPS, "conv_backward_input": "x = 1"}})
    assert grade(course, SLUG, scheduler=cluster.scheduler_address).reused == set()
    assert {s.student: s.earned for s in read_class(course, SLUG)} == {"ada": 14, "bob": 4}
    assert grade(course, SLUG).reused == {"ada", "bob"}


def test_a_worker_that_dies_loses_nothing_and_a_poison_submission_is_given_up(
    cluster, assignment, released, tmp_path
):
    spec = assignment[1]
    data = json.dumps(answered(released, LOOPS)).encode()

    def ended(apart):
        tasks = [Task("ada", data)]
        done = on_cluster(tasks, (spec, apart, SECRET), address=cluster.scheduler_address)
        return {task.student: graded.status for task, graded in done}

    once = ended(Apart(str(tmp_path / "died")))
    assert (tmp_path / "died").exists() and "a sandbox that is none" in once["ada"].note
    assert "KilledWorker" in ended(Apart())["ada"].note
