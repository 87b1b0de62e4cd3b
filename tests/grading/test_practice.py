"""The student's own check: whatever a notebook does, it says what it found, and where it was."""

import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest
from grading.practice_notebooks import put

from cnnlab.checks.patterns import FILE
from cnnlab.grading.practice import limits, memory, notebook, practise
from cnnlab.grading.practice.exercises import ExerciseError
from cnnlab.grading.practice.limits import Expired, TimeLimit, alarm
from cnnlab.grading.practice.memory import MEMORY, digest_of, recall
from cnnlab.grading.practice.notebook import run_cells
from cnnlab.grading.practice.practising import told
from solutions.sample_class import AVERAGED, EINSUM, FLIPPED, LOOPS, NEVER_ENDS, WITHOUT_STRIDE

ENDLESS = "while True:\n    try:\n        import time; time.sleep(9)\n    except BaseException:\n        pass"
STUBBORN = (
    "for n in range(3):\n    try:\n        while True: time.sleep(0.01)\n    except BaseException: pass"
)
MISTAKES = {
    "dx-kernel-flipped": FLIPPED,
    "backward-ignores-stride": WITHOUT_STRIDE,
    "dw-averaged-over-batch": AVERAGED,
}


def statuses(practice):
    return {result.capability: result.status for result in practice.results}


def cells(*sources):
    return {"cells": [{"cell_type": "code", "source": source, "metadata": {}} for source in sources]}


def explained(answers):
    """The same answers with a comment, a blank line and another docstring."""
    return {
        name: f"\n# better?\n\n{source}".replace('"""', '"""Now right. ', 1)
        for name, source in answers.items()
    }


# What is told.


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_named_mistake_is_told_after_a_second_different_answer(tmp_path, mistake):
    wrong = MISTAKES[mistake]
    for answers in (wrong, explained(wrong)):
        practice = practise(put(tmp_path, answers))
        failed = [result for result in practice.results if result.status != "right"]
        assert {result.mistake for result in failed} == {mistake}
        assert practice.hints == set()
    different = {name: source.replace("* 1.0", "* 1.00 + 0") for name, source in wrong.items()}
    practice = practise(put(tmp_path, different))
    assert practice.hints == {result.capability for result in failed}
    assert all(result.misconception and result.pointer for result in failed)


def test_another_helper_makes_another_answer(tmp_path):
    helper = "import numpy as np\ndef add(dy):\n    return {} * dy.sum(axis=(0, 2))"
    bias = {"conv_backward_bias": "def conv_backward_bias(dy):\n    return add(dy)"}
    for factor, hints in [(2, set()), (2, set()), (3, {"bias"})]:
        practice = practise(put(tmp_path, bias, first=[helper.format(factor)]))
        assert practice.hints == hints
    assert len(recall(tmp_path / "ch08_conv_backward.ipynb").failed["bias"]) == 2


def test_only_digests_and_questions_are_carried():
    for exercise in json.loads(FILE.read_text(encoding="utf-8")).values():
        for known in exercise.values():
            assert all(re.fullmatch(r"\w+:[0-9a-f]{20}", mark) for mark in known)
            assert all(
                re.fullmatch(r"[a-z0-9-]+", id) and "def " not in question
                for id, _, question in known.values()
            )


def test_a_library_that_knows_the_answer_is_closed_as_in_grading(tmp_path):
    theirs = "from scipy import signal\ndef conv_backward_bias(dy):\n    return signal.correlate(dy, dy)"
    (bias, *_) = practise(put(tmp_path, LOOPS | {"conv_backward_bias": theirs})).results
    assert bias.finding == "Your own work is asked for here, but your function calls scipy."


# What notebooks do.


def test_magics_plots_questions_and_errors_take_nothing_from_what_was_defined(tmp_path):
    first = [
        "%matplotlib inline\n!pip install jax\nfrom matplotlib.pyplot import *\n_, axis = subplots()",
        "axis.plot([1, 2])\nshow()\nname = input('Who are you? ')\nassert name == ''",
        "%%bash\nrm -r everything",
        "left = (7\n    % 4)\nassert left == 3\nget_ipython().run_line_magic('time', '')",
        "print('é', 1 / 0)",
        "raise SystemExit",
        "import warnings; warnings.warn('aloud'); x = 1 is 1",
    ]
    practice = practise(put(tmp_path / "mes études", EINSUM, first=first))
    assert set(statuses(practice).values()) == {"right"}
    assert practice.troubles == [
        "Cell 5, line 1: ZeroDivisionError: division by zero",
        "Cell 6, line 1: SystemExit",
    ]


def test_what_lies_beside_the_notebook_is_the_students_and_not_ours(tmp_path):
    (tmp_path / "json.py").write_text("1 / 0")
    (tmp_path / "numpy.py").write_text("1 / 0")
    (tmp_path / "mine.py").write_text("factor = 1")
    practice = practise(put(tmp_path, LOOPS, first=["from mine import factor"]))
    assert practice.right
    assert practice.troubles == []


def test_libraries_are_themselves_again_afterwards():
    namespace, troubles = run_cells(cells("import torch.nn as nn, plotly\nplotly.show()"))
    assert troubles == []
    assert "not here" in repr(namespace["nn"].Conv2d)
    assert not {"torch", "plotly"} & set(sys.modules)


# What does not end.


@pytest.mark.parametrize("clock", ["the system's", "a thread"])
def test_a_cell_that_never_ends_is_told_by_its_number(monkeypatch, clock):
    monkeypatch.setattr(notebook, "CELL_SECONDS", 0.3)
    if clock == "a thread":
        monkeypatch.delattr(signal, "setitimer")
    namespace, troubles = run_cells(cells("import time\nx = 1", "while True:\n    x += 1", STUBBORN, "y = x"))
    assert troubles == ["Cell 2 was still running after 0.3 s"]
    assert namespace["n"] == 2
    assert namespace["y"] > 1
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ctrl_c_is_heard_while_a_thread_watches_the_time():
    with pytest.raises(KeyboardInterrupt), limits._by_thread(60):
        signal.raise_signal(signal.SIGINT)


def test_a_call_that_python_does_not_see_into_is_stopped_too_and_tried_once():
    call, again = TimeLimit(0.1), TimeLimit(0.1)
    with pytest.raises(TimeoutError, match=r"it was still running after 0\.1 s"):
        call(time.sleep, 60)
    with pytest.raises(TimeoutError, match="it did not finish in an earlier check, so it was not run again"):
        again(time.sleep, 0)
    TimeLimit.stuck.discard(time.sleep)


def test_outside_the_main_thread_nothing_rings():
    import threading

    seen = []
    thread = threading.Thread(target=lambda: seen.append(type(alarm(0.1)).__name__))
    thread.start()
    thread.join()
    assert seen == ["nullcontext"]
    with pytest.raises(Expired), alarm(0.05):
        time.sleep(5)


def test_a_function_that_never_returns_leaves_the_others_their_checks(tmp_path):
    found = statuses(practise(put(tmp_path, LOOPS | {"conv_backward_input": NEVER_ENDS})))
    assert found["bias"] == found["weight"] == "right"
    assert found["input"] == found["axes"] == "timeout"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (
            ENDLESS,
            r"ch08_conv_backward\.ipynb was still running after 4 s, in cell 2: is there a loop that does",
        ),
        ("import os; os._exit(7)", r"ended Python before it could be checked, in cell 2$"),
        (
            "raise KeyboardInterrupt",
            r"ended Python before it could be checked, in cell 2: KeyboardInterrupt$",
        ),
    ],
)
def test_a_notebook_that_cannot_be_checked_says_where_it_was(tmp_path, source, said):
    with pytest.raises(ExerciseError, match=said):
        practise(put(tmp_path, first=["x = 1", source]), seconds=4)
    assert not (tmp_path / MEMORY).exists()


def test_ctrl_c_ends_the_notebook_too_and_leaves_nothing_behind(tmp_path):
    waits = "import os, time\nfrom pathlib import Path\nPath('pid').write_text(str(os.getpid()))\n" + ENDLESS
    path = put(tmp_path / "été", first=[waits])
    command = [sys.executable, "-c", "from cnnlab.cli import app; app()", "check", str(path)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
    )
    pid = path.with_name("pid")
    for _ in range(600):
        if pid.exists() and pid.read_text():
            break
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    assert (process.returncode, said.decode()) == (130, "cnnlab: stopped; nothing was left half-written\n")
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)
    assert {p.name for p in path.parent.iterdir()} == {path.name, "pid"}


def test_a_notebook_of_which_a_cell_stops_is_not_right(tmp_path):
    practice = practise(put(tmp_path, first=["x = 1\n1 / 0"]))
    assert set(statuses(practice).values()) == {"right"}
    assert practice.troubles == ["Cell 1, line 2: ZeroDivisionError: division by zero"]
    assert not practice.right


def test_an_answer_that_cannot_be_read_is_no_longer_one_to_be_written(tmp_path):
    practice = practise(put(tmp_path, LOOPS | {"conv_backward_input": "def conv_backward_input(:"}))
    (trouble,) = practice.troubles
    assert trouble == "The cell of conv_backward_input, line 1: SyntaxError: invalid syntax"
    found = {r.capability: (r.status, r.finding) for r in practice.results}
    assert found["input"] == ("error", trouble)
    assert found["bias"][0] == "right"


def test_one_functions_trouble_is_not_anothers_whose_name_begins_alike():
    result, trouble = {"function": "f", "status": "missing"}, "The cell of f_more, line 1: NameError: x"
    assert told(result, [trouble]) == result
    assert told({"function": "f_more", "status": "missing"}, [trouble])["status"] == "error"


# What is remembered.


def test_what_was_found_is_remembered_with_the_cells_it_was_found_in(tmp_path):
    path = put(tmp_path, FLIPPED)
    practise(path)
    known = recall(path)
    assert known.code == digest_of(path)
    assert (known.results["bias"], known.results["input"]) == ("right", "wrong")
    practise(path, case="ch08:dy=[[[1]]],weight=[[[1,2]]],spatial=[2]")
    assert recall(path) == known
    practise(put(tmp_path))
    assert recall(path).failed == {}
    assert recall(path).code != known.code


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"one.ipynb": 3}',
        '{"one.ipynb": {"troubles": 3}}',
        '{"one.ipynb": {"failed": []}}',
        '{"one.ipynb": {"x": 1}}',
    ],
)
def test_a_file_that_was_tampered_with_is_begun_anew(tmp_path, text):
    (tmp_path / MEMORY).write_text(text, encoding="utf-8")
    assert recall(tmp_path / "one.ipynb") == memory.Memory()


def test_a_folder_that_cannot_be_written_to_is_checked_all_the_same(tmp_path, monkeypatch):
    def refuse(path, text):
        raise PermissionError(path)

    monkeypatch.setattr(memory, "replace_text", refuse)
    assert practise(put(tmp_path)).right


# Where there is neither fork nor alarm.

WINDOWS = """
import inspect, linecache, random, subprocess, tempfile  # Python's own parts may know the system they run on
import numpy, os, signal, socket, sys
gone = {
    signal: "setitimer getitimer alarm SIGALRM SIGPROF SIGVTALRM SIGKILL SIGCHLD ITIMER_REAL ITIMER_PROF",
    os: "fork getuid geteuid getgid setsid killpg uname mkfifo sched_getaffinity O_NOFOLLOW O_NONBLOCK",
    socket: "AF_UNIX SCM_RIGHTS send_fds recv_fds",
}
for module, names in gone.items():
    for name in names.split():
        vars(module).pop(name, None)
sys.modules |= dict.fromkeys("resource fcntl pwd grp termios pyseccomp seccomp".split())
sys.modules |= dict.fromkeys("psutil IPython nbformat nbgrader jinja2 sqlalchemy".split())
from cnnlab.grading.practice.practising import main
main(*sys.argv[1:])
"""


def test_the_check_needs_nothing_that_windows_or_a_bare_install_lacks(tmp_path):
    answers = LOOPS | {"conv_backward_input": NEVER_ENDS}
    path = put(tmp_path, answers, first=["import matplotlib.pyplot as plt\nplt.plot([1])"])
    command = [sys.executable, "-c", WINDOWS, str(path), path.stem, "", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    said = json.loads((tmp_path / "answer.json").read_text(encoding="utf-8"))
    assert said["troubles"] == []
    assert [result["status"] for result in said["results"]][:3] == ["right", "right", "timeout"]
