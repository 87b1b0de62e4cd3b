"""What student code may import: the open names work, all others are there and say so when they are used."""

import ast
import os
import subprocess
import sys

import numpy as np
import pytest

import cnnlab
from cnnlab.checks import EXERCISES, find_exercise
from cnnlab.grading.sandbox import walls
from cnnlab.grading.sandbox.inside.closed import ClosedFunctionError, closed
from cnnlab.grading.sandbox.site import Site, build_site
from cnnlab.grading.sandbox.source import read_package
from cnnlab.grading.sandbox.stamp import stamp

OPENS = tuple(
    "as_float output_size receptive_field resolve_padding unfold fold conv_forward naive.correlate_1d".split()
)
GEOMETRY = OPENS[:4]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("sites")


@pytest.fixture(scope="module")
def site(folder):
    return build_site(folder, opens=OPENS)


@pytest.fixture(scope="module")
def ask(site):
    """Run code that finds nothing but the site and the standard library; return what it prints."""

    def run(code):
        code = f"import sys; sys.path.append({str(site.folder)!r})\n{code}"
        ran = subprocess.run(walls.python(code), capture_output=True, text=True, env=walls.ENVIRONMENT)
        return ran.stdout.strip() or ran.stderr.strip().splitlines()[-1]

    return run


def test_open_functions_give_what_the_course_gives(ask):
    x, weight = np.arange(24.0).reshape(1, 2, 3, 4), np.arange(16.0).reshape(2, 2, 2, 2)
    code = """
import numpy as np
from cnnlab import *
x, weight = np.arange(24.0).reshape(1, 2, 3, 4), np.arange(16.0).reshape(2, 2, 2, 2)
print(conv_forward(x, weight, stride=(2, 1), padding=1).tolist())
"""
    assert ast.literal_eval(ask(code)) == cnnlab.conv_forward(x, weight, stride=(2, 1), padding=1).tolist()
    assert ask("import cnnlab; print(cnnlab.output_size((8, 9), (3, 2), stride=(2, 3)))") == "(3, 3)"
    assert ask("from cnnlab.naive import correlate_1d; print(correlate_1d([1, 2, 3], [1, 1]))") == "[3. 5.]"


@pytest.mark.parametrize(
    ("use", "address"),
    [
        ("cnnlab.conv_backward_input(1, 2, 3)", "cnnlab.conv_backward_input"),
        ("cnnlab.Conv(1, 2, kernel_size=3)", "cnnlab.Conv"),
        ("cnnlab.fft_conv(1, 2)", "cnnlab.fft_conv"),
        ("cnnlab.winograd.winograd_2d(1)", "cnnlab.winograd_2d"),
        ("__import__('cnnlab.naive').naive.conv_forward(1, 2)", "cnnlab.naive.conv_forward"),
        ("__import__('cnnlab.conv').conv.turn_around(1, 2)", "cnnlab.conv.turn_around"),
        ("__import__('cnnlab.blocks').blocks.turn_rows(1)", "cnnlab.blocks.turn_rows"),
        ("__import__('cnnlab.datasets').datasets.load_digits()", "cnnlab.datasets.load_digits"),
        ("__import__('cnnlab.checks').checks.find_exercise('x')", "cnnlab.checks.find_exercise"),
        ("cnnlab.Adam.step", "cnnlab.Adam"),
    ],
)
def test_closed_names_say_so_with_their_first_use(use, address, ask):
    assert ask(f"import cnnlab; {use}") == f"cnnlab_inside.closed.ClosedFunctionError: {address}"


def test_an_unused_import_costs_nothing(ask):
    code = """
import cnnlab, cnnlab.fft, cnnlab.curvature, cnnlab.gradcheck as g
from cnnlab import Adam, Conv, ReLU, Sequential, conv_backward, evaluate, fit
from cnnlab.conv import conv_backward_input
from cnnlab.datasets import load_digits, load_volume
from cnnlab.checks import check, check_all
class Mine(Conv):
    def backward(self, dy):
        return dy
print(Conv, check("ch08", "bias", globals()), check_all())
"""
    assert ask(code) == "<cnnlab.Conv: closed in this exercise> None None"


def test_every_public_name_of_the_course_is_there(ask):
    names = [name for name in dir(cnnlab) if not name.startswith("_")]
    assert ask("import cnnlab; print(hasattr(cnnlab, 'check'))") == "False"  # which is in cnnlab.checks alone
    lacking = f"import cnnlab; print([n for n in {names!r} if not hasattr(cnnlab, n)])"
    runs_the_course = {name for name in names if name in ("grading", "cli", "demo")}
    assert set(ast.literal_eval(ask(lacking))) == runs_the_course
    assert (
        ask("import cnnlab; cnnlab.nonsense") == "AttributeError: module 'cnnlab' has no attribute 'nonsense'"
    )


def test_the_answer_is_nowhere_in_the_site(site):
    """Neither as source nor as bytecode nor in other forms: only what `opens` needs is there."""
    files = [p for p in (site.folder / "cnnlab").rglob("*") if p.is_file()]
    assert {p.suffix for p in files} == {".py", ".pyc"}
    for path in files:
        text = path.read_bytes()
        for secret in (
            b"def conv_backward",
            b"Send every entry of dy back",
            b"exchanged = weight",
            b"rfftn(",
        ):
            assert secret not in text, path
    defined = [d for p in files if p.suffix == ".py" for d in ast.parse(p.read_text()).body]
    functions = {d.name for d in defined if isinstance(d, ast.FunctionDef)}
    assert "conv_forward" in functions
    assert {f for f in functions if "backward" in f or "turn" in f} == set()


def test_the_forward_pass_is_nowhere_where_it_is_the_answer(folder):
    site = build_site(folder, opens=("geometry", "windows", "pad_forward", "pad_backward"))
    texts = {p: p.read_text() for p in (site.folder / "cnnlab").rglob("*.py")}
    assert "def unfold" in texts[site.folder / "cnnlab" / "windows.py"]
    for answer in ("def conv", "def correlate", "def gather", "@ X", "class Conv"):
        assert not [path for path, text in texts.items() if answer in text]


@pytest.mark.parametrize("slug", EXERCISES)
def test_the_functions_of_an_exercise_are_closed_to_it(slug, folder):
    exercise = find_exercise(slug)
    site = build_site(folder, opens=exercise.opens)
    for path in (site.folder / "cnnlab").rglob("*.py"):
        assert not [name for name in exercise.functions if f"def {name}(" in path.read_text()]
    if "output_size" in exercise.opens:
        assert "def output_size" in (site.folder / "cnnlab" / "geometry.py").read_text()


def test_the_site_holds_nothing_but_its_packages(site):
    numpys = {p.name for p in site.entries().values() if p.is_symlink()}
    assert set(site.entries()) == {"cnnlab", "cnnlab_inside"} | numpys
    assert "numpy" in numpys <= {"numpy", "numpy.libs"}
    assert (site.folder / "cnnlab_inside" / "wire.py").read_text().count("from ..wire") == 0


def test_the_same_choice_is_built_once(folder, site):
    before = {p: p.stat().st_mtime_ns for p in site.folder.rglob("*.py")}
    again = build_site(folder, opens=[f"cnnlab.{name}" for name in reversed(OPENS)])
    assert again == site
    assert {p: p.stat().st_mtime_ns for p in site.folder.rglob("*.py")} == before
    assert build_site(folder, opens=GEOMETRY) != site
    assert not list(folder.glob(".new-*"))


def test_a_failed_build_leaves_nothing(tmp_path, monkeypatch):
    from cnnlab.grading.sandbox import site as module

    def fail(*args, **options):
        raise OSError("the disk is full")

    monkeypatch.setattr(module.compileall, "compile_dir", fail)
    with pytest.raises(OSError, match="the disk is full"):
        build_site(tmp_path, opens=GEOMETRY)
    assert list(tmp_path.iterdir()) == []


def test_everybody_may_read_it_whatever_the_mask(tmp_path):
    before = os.umask(0o077)
    try:
        site = build_site(tmp_path, opens=GEOMETRY)
    finally:
        os.umask(before)
    modes = {p.stat().st_mode & 0o777 for p in (site.folder, *site.folder.rglob("*")) if not p.is_symlink()}
    assert modes == {0o755, 0o644}


def test_what_an_open_name_uses_must_be_open(tmp_path):
    with pytest.raises(
        ValueError, match=r"used, but not open: cnnlab.windows.unfold uses cnnlab.geometry.as_float"
    ):
        build_site(tmp_path, opens=("unfold",))
    with pytest.raises(ValueError, match="convolve is to be open, but there is no such function"):
        build_site(tmp_path, opens=("convolve",))


def test_a_course_of_ones_own(tmp_path, monkeypatch):
    (tmp_path / "library").mkdir()
    (tmp_path / "library" / "sums.py").write_text("import helper_of_sums\nTWO = 2\n")
    monkeypatch.syspath_prepend(tmp_path / "library")
    with pytest.raises(ValueError, match="No module named 'helper_of_sums'; name that package, too"):
        build_site(tmp_path / "sites", packages=("sums",), closed=())
    (tmp_path / "library" / "helper_of_sums.py").write_text("")
    site = build_site(tmp_path / "sites", packages=("sums", "helper_of_sums"), closed=())
    assert set(site.entries()) == {"cnnlab_inside", "helper_of_sums.py", "sums.py"}
    with pytest.raises(ValueError, match="there is no package 'no_such_package' in this environment"):
        build_site(tmp_path / "sites", packages=("no_such_package",), closed=())


def test_a_whole_module_may_be_open():
    texts = stamp(read_package("cnnlab", ("cnnlab.grading",)), "cnnlab", ["cnnlab.geometry"])
    assert "def output_size" in texts["cnnlab/geometry.py"]
    assert "def unfold" not in texts["cnnlab/windows.py"]
    assert not any("grading" in path for path in texts)


def test_a_stand_in_can_be_shown_and_subclassed_but_not_used():
    Conv = closed("cnnlab.Conv")
    assert repr(Conv) == "<cnnlab.Conv: closed in this exercise>"
    assert not hasattr(Conv, "__array__")
    with pytest.raises(ClosedFunctionError, match=r"^cnnlab\.Conv$"):
        type("Mine", (Conv,), {})(1, 2)
    with pytest.raises(ClosedFunctionError, match=r"^cnnlab\.Conv$"):
        Conv.weight()


def test_entries_are_what_is_bound(tmp_path):
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "a.py").write_text("")
    assert Site(tmp_path).entries() == {"a.py": tmp_path / "a.py"}
    assert sys.version_info >= (3, 11)
