"""What earlier checks found, in a small file beside the notebook: it never leaves the student's folder."""

import contextlib
import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime

import cnnlab
from cnnlab.grading.files import replace_text
from cnnlab.grading.practice.notebook import own_cells

MEMORY = ".cnnlab-check.json"


@dataclass
class Memory:
    """What is known of one notebook.

    Parameters
    ----------
    failed : dict
        Digests of the last two different answers that failed, by capability.
    code : str
        A digest of the cells as they were when they were last checked.
    when : str
        That time, as ISO 8601 writes it; "" for never.
    results : dict
        What came of it: statuses by capability.
    troubles : list of str
        Cells that did not run to their end.
    """

    failed: dict = field(default_factory=dict)
    code: str = ""
    when: str = ""
    results: dict = field(default_factory=dict)
    troubles: list = field(default_factory=list)

    def learn(self, results, answers, code, troubles=()):
        """Note what a check found.

        Parameters
        ----------
        results : list of cnnlab.checks.Result
        answers : dict
            A digest of each function.
        code : str
            As `digest_of` gives it.
        troubles : list of str
        """
        self.code, self.when = code, datetime.now(UTC).isoformat(timespec="seconds")
        self.results = {result.capability: result.status for result in results}
        self.troubles = list(troubles)
        for result in results:
            answer = answers.get(result.function, "".join(answers.values()))
            before = self.failed.get(result.capability, [])
            if result.status == "right":
                self.failed.pop(result.capability, None)
            elif result.status != "missing" and answer not in before:
                self.failed[result.capability] = [*before, answer][-2:]

    @property
    def hints(self):
        """The capabilities for which two different answers have failed: their misconception may be shown."""
        return {capability for capability, different in self.failed.items() if len(different) > 1}


def recall(notebook):
    """Read what is known of a notebook; nothing, where nobody checked it or the file is not what it was."""
    known = _read(notebook.parent / MEMORY).get(notebook.name)
    try:
        memory = Memory(**known)
    except TypeError:
        return Memory()
    fits = all(isinstance(value, type(vars(Memory())[name])) for name, value in vars(memory).items())
    return memory if fits else Memory()


def remember(notebook, memory):
    """Write what is known of a notebook, if its folder can be written to."""
    path = notebook.parent / MEMORY
    everything = _read(path) | {notebook.name: vars(memory)}
    with contextlib.suppress(OSError):
        replace_text(path, json.dumps(everything, indent=1) + "\n")


def digest_of(notebook):
    """Hash a notebook's own cells and the version of the checks: outputs, notes and metadata change nothing.

    Returns
    -------
    str
        "" where the file is no notebook.
    """
    try:
        cells = own_cells(json.loads(notebook.read_text(encoding="utf-8-sig")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return ""
    return hashlib.sha256(json.dumps([cnnlab.__version__, cells]).encode()).hexdigest()[:16]


def _read(path):
    """Read the whole file; nothing, where it is not what it was."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
