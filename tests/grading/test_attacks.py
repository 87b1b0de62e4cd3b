"""The attack bank: nothing in it earns, reads or reaches more than an honest answer of zeros."""

import json
import math
import os
import resource
import subprocess
import sys
import time
from dataclasses import replace

import psutil
import pytest

from cnnlab.grading.engine import Grader, Task
from cnnlab.grading.sandbox import Budget
from cnnlab.grading.secret import student_seed
from solutions.ch08_conv_backward.checks import EXERCISE
from solutions.sample_class import MATRIX_PRODUCT
from tests.grading.attacks import BANK, LOOT, Attack, add
from tests.grading.canaries import Canaries, hidden_runs, leaked
from tests.grading.conftest import ROOT, SECRET, SLUG, answered

STUDENT = "mallory"
ZEROS = Attack("honest", "zeros", "Answer zeros.")
TESTED = "bias", "input", "stride"  # of eight capabilities: enough to see what earns, and quick
ENDINGS = {"graded", "unreadable", "timed out", "crashed"}
SHORT = Budget(call=0.15, check=0.3, cell=0.2, notebook=1, wall=2)
LONGEST = 10  # seconds by the clock: several times what SHORT comes to
IN_CELLS = [attack for attack in BANK if attack.lay is None]
BITING = [attack for attack in BANK if attack.wins]


@pytest.fixture(scope="module")
def canaries(tmp_path_factory):
    with Canaries(tmp_path_factory.mktemp("canaries")) as canaries, pytest.MonkeyPatch.context() as patch:
        patch.setenv("CNNLAB_CANARY", canaries.secret)
        yield canaries


@pytest.fixture(scope="module")
def grade(assignment):
    """Grade under short budgets, all in one sandbox: what one attack breaks, the next would show."""
    course, spec, _ = assignment
    names = {f"conv_backward-{capability}" for capability in TESTED}
    cells = tuple(cell for cell in spec.cells if cell.kind != "test" or cell.name in names)
    apart = replace(course.apart(SLUG), budget=SHORT)
    worker = Grader(replace(spec, cells=cells), apart, SECRET)
    yield lambda notebook: worker(Task(STUDENT, json.dumps(notebook).encode()))
    worker.close()


@pytest.fixture(scope="module")
def baseline(assignment, canaries, grade):
    """What an honest answer of zeros earns."""
    return grade(ZEROS.notebook(assignment[2], canaries.aim)).marks


@pytest.fixture(scope="module")
def at_first(baseline):
    """What there is of processes, open files and memory once the sandbox stands."""
    return counted()


@pytest.fixture(scope="module")
def runs():
    """The numbers of the hidden inputs."""
    return hidden_runs(EXERCISE, lambda capability: student_seed(SECRET, SLUG, capability, STUDENT))


REPEATING = {f"smuggling-{name}" for name in ("errors", "notes-and-causes", "quoted-lines")}
REPEATING |= {"patched-NumPy-printing"}


def said(graded):
    """All that a graded submission says to anybody, but for the sources that were handed in."""
    outputs = [cell.get("outputs") for cell in graded.notebook.get("cells", ())]
    others = [graded.status.note, graded.status.advice, graded.results, graded.repairs, graded.troubles]
    return json.dumps([outputs, others], ensure_ascii=False, default=str)


def counted():
    """Count living processes that came from this one, its open files, and the GiB that it ever took."""
    me = psutil.Process()
    living = [child for child in me.children(recursive=True) if child.status() != psutil.STATUS_ZOMBIE]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return {"processes": len(living), "open files": me.num_fds(), "GiB of memory": round(peak, 1)}


@pytest.mark.parametrize("attack", IN_CELLS, ids=lambda attack: attack.id)
def test_an_attack_comes_to_nothing(attack, assignment, canaries, grade, baseline, runs, at_first):
    graded = grade(attack.notebook(assignment[2], canaries.aim))
    assert graded.status.name in ENDINGS, graded.status.note
    assert graded.status.seconds < LONGEST
    marks = {name: points or 0.0 for name, points in graded.marks.items()}  # None: a person has to look
    assert marks.keys() == baseline.keys()
    assert all(math.isfinite(points) for points in marks.values())
    assert {name: points for name, points in marks.items() if points > baseline[name]} == {}
    text = said(graded)
    may_repeat = (
        attack.id in REPEATING
    )  # what an earlier finding has shown; hidden numbers are looked for below
    for secret in (SECRET, canaries.secret) if may_repeat else (LOOT, SECRET, canaries.secret):
        assert secret not in text, text[max(0, text.index(secret) - 100) :][:400]
    assert leaked(text, runs) == set()
    assert canaries.touched() == []


def test_afterwards_the_same_sandbox_is_as_good_as_new(assignment, canaries, grade, baseline):
    assert grade(ZEROS.notebook(assignment[2], canaries.aim)).marks == baseline
    right = answered(json.loads(json.dumps(assignment[2])), MATRIX_PRODUCT)
    add(right, 'with open("note", "wb") as file:\n    file.write(bytes(10**6))\n', at=1)
    graded = grade(right)
    assert sum(graded.marks.values()) == sum(EXERCISE.capability(name).points for name in TESTED)
    assert graded.troubles == {}


def test_nothing_is_left_over_and_nothing_happens_later(canaries, at_first):
    time.sleep(1)
    more = {what: number - at_first[what] for what, number in counted().items()}
    assert {what: number for what, number in more.items() if number >= 1} == {}
    assert canaries.touched() == []


@pytest.fixture(scope="module")
def victim(tmp_path_factory):
    """Let the bank loose on a grader that runs everything in one process."""
    command = [sys.executable, "-m", "tests.grading.attacks.victim"]
    variables = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "CNNLAB_CANARY": "canary"}
    with (
        Canaries(tmp_path_factory.mktemp("victim")) as canaries,
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=variables
        ) as process,
    ):
        results = {}
        for attack in [ZEROS, *BITING]:
            print(json.dumps(attack.source(canaries.aim)), file=process.stdin, flush=True)
            results[attack.id] = json.loads(process.stdout.readline())
            time.sleep(0.5 if attack.wins == "reach" else 0)  # what escaped acts a little later
            results[attack.id]["reached"] = canaries.touched()
        process.stdin.close()
        yield results


def test_zeros_earn_nothing_in_one_process_either(victim):
    assert victim[ZEROS.id]["earned"] == {"bias": 0, "weight": 0, "input": 0, "checks": 0}
    assert LOOT not in victim[ZEROS.id]["text"]


@pytest.mark.parametrize("attack", BITING, ids=lambda attack: attack.id)
def test_the_bank_bites(attack, victim):
    got = victim[attack.id]
    won = {
        "marks": sum((got["earned"] or {}).values()) > 0,
        "leak": LOOT in got["text"],
        "reach": bool(got["reached"]),
    }
    assert won[attack.wins], got


def test_the_bank_is_large_and_has_many_families():
    assert len(BANK) >= 80
    assert len({attack.family for attack in BANK}) >= 12
    assert len({attack.id for attack in BANK}) == len(BANK)
