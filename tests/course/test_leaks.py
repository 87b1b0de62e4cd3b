"""Nothing that students can download holds an answer, a hidden check, or where it was made."""

import ast
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MARKERS = {"### BEGIN SOLUTION", "### BEGIN HIDDEN TESTS", "# stamp: "}
HIDDEN = [p for name in ("checks", "mistakes") for p in ROOT.glob(f"solutions/*/{name}.py")]


def mistakes():
    """The names of the wrong answers: each is a diagnosis."""
    trees = [ast.parse(p.read_text(encoding="utf-8")) for p in HIDDEN if p.stem == "mistakes"]
    functions = [f for tree in trees for f in tree.body if isinstance(f, ast.FunctionDef)]
    return {f"def {f.name}(" for f in functions if f.decorator_list}


def long_lines():
    """The long lines of hidden checks and mistakes."""
    lines = {line.strip() for p in HIDDEN for line in p.read_text(encoding="utf-8").splitlines()}
    return {line for line in lines if len(line) > 60 and not line.startswith(("from ", "import "))}


def leaks(folder):
    """Every trace in a folder's texts, with the file that holds it."""
    places = {str(ROOT), os.environ.get("CNNLAB_DATA") or str(ROOT)}
    traces = MARKERS | mistakes() | long_lines() | places
    ours = {"cnnlab/grading", "cnnlab/checks", "grading.html"}  # what looks for markers, or tells of them
    found = []
    for file in folder.rglob("*"):
        if (
            file.suffix in {".py", ".ipynb", ".html", ".js", ".md", ".txt", ".json"}
            or file.name == "METADATA"
        ):
            text, name = file.read_text(encoding="utf-8"), file.relative_to(folder).as_posix()
            skipped = MARKERS if name.startswith(tuple(ours)) else set()
            found += [(name, trace) for trace in traces - skipped if trace in text]
    return found


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """What the built wheel installs."""
    out = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (file,) = out.glob("*.whl")
    zipfile.ZipFile(file).extractall(out / "installed")
    return out / "installed"


def test_the_wheel_holds_the_exercises_and_no_answer(wheel):
    assert list(wheel.glob("cnnlab/_exercises/*/*.ipynb"))
    assert {p.name for p in wheel.iterdir() if p.suffix != ".dist-info"} == {"cnnlab"}
    assert leaks(wheel) == []


def test_the_exercises_hold_no_answer():
    assert leaks(ROOT / "exercises") == []


@pytest.mark.skipif(not os.environ.get("CNNLAB_BOOK"), reason="CNNLAB_BOOK does not name a built book")
def test_the_site_holds_no_answer():
    site = ROOT / os.environ["CNNLAB_BOOK"]
    assert (site / "searchindex.js").is_file()
    assert leaks(site) == []


@pytest.mark.parametrize("trace", [*sorted(MARKERS), str(ROOT)])
def test_a_planted_trace_is_found(tmp_path, trace):
    (tmp_path / "page.html").write_text(f"<p>{trace}</p>", encoding="utf-8")
    assert ("page.html", trace) in leaks(tmp_path)
