"""A course of the tests' own: this checkout's solutions, everything that is made in a temporary folder."""

import os
from pathlib import Path

import pytest

from cnnlab.grading.course import Course

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module", autouse=True)
def _environment():
    """A secret that the tests know; what `Course.prepare` puts into the environment ends with the module."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("PATH", "PYTHONPATH"):
            patch.setenv(name, os.environ.get(name, ""))
        patch.setenv("CNNLAB_SECRET", "of the tests")
        yield


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Folders with a space and an accent in their names, as students and instructors have them."""
    folder = tmp_path_factory.mktemp("un cours d'été")
    return Course(ROOT, folder / "build", folder / "exercises")
