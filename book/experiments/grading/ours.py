"""`cnnlab grade` as its user runs it, watched from outside: how long it takes, what its processes hold."""

import subprocess
import sys
import threading
import time
from collections import Counter

import psutil

from cnnlab.grading.convert import open_gradebook
from cnnlab.grading.grade import grade
from cnnlab.grading.results import read_class
from solutions.sample_class import SLUG

from .courses import surroundings

LOOK = 0.5  # seconds between two looks at the processes
MB = 1e6


def command(course, *options, watched=False):
    """Run the command on a course: {"seconds", "memory", "said"}.

    Memory, where it is watched, which takes time, is a list of [seconds, the command's own process, the
    largest worker, all processes], in MB.
    """
    program = [sys.executable, "-m", "cnnlab", "grade", SLUG[:4], *options]
    environment = surroundings(course.root)
    began = time.perf_counter()
    with subprocess.Popen(
        program, cwd=course.root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as running:
        over, memory = threading.Event(), []
        if not watched:
            over.set()
        watcher = threading.Thread(target=watch, args=(running.pid, began, over, memory), daemon=True)
        watcher.start()
        said = running.communicate()[0]
        seconds = time.perf_counter() - began
        over.set()
        watcher.join()
    if not all(course.feedback.joinpath(SLUG, f"{who}.html").exists() for who in course.students(SLUG)):
        raise RuntimeError(f"cnnlab grade has not done all of its work: {said[-2000:]}")
    return {"seconds": seconds, "memory": memory, "said": said}


def again(course):
    """Run the command where nothing is new, and return the seconds that it takes."""
    ran = command(course)
    if "; 0 graded now" not in ran["said"]:
        raise RuntimeError(f"what had not changed was graded again: {ran['said'][-2000:]}")
    return ran["seconds"]


def watch(pid, began, over, memory):
    """Write down what the processes hold, until told that it is over."""
    main = psutil.Process(pid)
    while not over.wait(LOOK):
        try:
            others = [held(process) for process in main.children(recursive=True)]
            own = held(main)
        except psutil.Error:
            continue
        row = [time.perf_counter() - began, own / MB, max(others, default=0) / MB, (own + sum(others)) / MB]
        memory.append([round(value, 1) for value in row])


def held(process):
    """Bytes of memory that a process has to itself or shares; 0 where it is gone."""
    try:
        return process.memory_info().rss
    except psutil.Error:
        return 0


def earned(course):
    """Count how many have how many points, and how they ended: what is fast has to be right."""
    found = read_class(course, SLUG)
    points = Counter(f"{submission.earned:g}" for submission in found)
    return {"points": dict(points.most_common()), "statuses": dict(Counter(s.status.name for s in found))}


def moments(course):
    """Grade in this process, and say after how many seconds each student's status was there."""
    began, found = time.perf_counter(), {}

    def on_status(student, status, reused):
        found[student] = time.perf_counter() - began

    grade(course, SLUG, on_status=on_status)
    return found


def stored(course):
    """Count the submissions that nbgrader's gradebook holds."""
    with open_gradebook(course) as gradebook:
        return len(gradebook.assignment_submissions(SLUG))
