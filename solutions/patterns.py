"""Write the digests of the named mistakes that the package carries: `python -m solutions.patterns`."""

import importlib
import json
from pathlib import Path

from cnnlab.checks import EXERCISES
from cnnlab.checks.patterns import patterns

PATH = Path(__file__).parents[1] / "cnnlab" / "checks" / "patterns.json"


def all_patterns():
    """Digest the mistakes of all exercises, as the file holds them."""
    exercises = {slug: importlib.import_module(f"solutions.{slug}.checks").EXERCISE for slug in EXERCISES}
    found = {slug: patterns(exercise) for slug, exercise in exercises.items()}
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PATH.write_text(all_patterns(), encoding="utf-8")
    print(f"wrote {PATH}")
