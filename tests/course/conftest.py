import importlib

import pytest

from cnnlab.checks import EXERCISES


@pytest.fixture(params=EXERCISES)
def slug(request):
    """Every exercise in turn."""
    return request.param


@pytest.fixture
def exercise(slug):
    """Its instructors' half, with hidden cases and mistakes."""
    return importlib.import_module(f"solutions.{slug}.checks").EXERCISE
