"""Who may import whom: lower floors, and what stands to one's left on one's own."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import cnnlab

PACKAGE = Path(__file__).parents[1] / "cnnlab"
FLOORS = [
    ["geometry", "picture", "gradcheck", "dense", "activations", "losses"],
    ["windows", "blocks", "depthwise", "bias", "naive"],
    ["conv", "pool", "unpool", "lp_pool", "weighted_pool", "adaptive_pool", "padding", "norm", "dropout"],
    [
        *["conv_transpose", "local", "matrix", "any_size", "equivariance"],
        *["fft", "separable", "tiles", "winograd", "cost"],
        *["r_operator", "r_pool", "r_curved", "r_norm"],
    ],
    [
        *["init", "trace", "saving", "layer", "layer_kinds", "conv_layers", "pool_layers", "layers"],
        *["model", "optim", "optimisers", "schedules", "augment"],
    ],
    [
        *["datasets", "progress", "trouble", "history_picture", "history", "moment"],
        *["sameness", "checkpoint", "train"],
        *["lenet", "curvature"],
    ],
    ["checks", "grading", "demo", "cli", "__main__"],
]
ORDER = [name for floor in FLOORS for name in floor]
MODULES = sorted(
    p for p in PACKAGE.rglob("*.py") if p != PACKAGE / "__init__.py" and "_exercises" not in p.parts
)


def unit(path):
    """Name the module of the map that a file belongs to: its package, or itself."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path):
    """List the units of cnnlab that a file imports, wherever in it the import stands."""
    here = path.relative_to(PACKAGE).parent.parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = here[: len(here) - node.level + 1]
            dotted = [*base, *(node.module or "").split(".")] if node.module else list(base)
            yield from [dotted[0]] if dotted else [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "cnnlab":
            parts = node.module.split(".")
            yield from [parts[1]] if len(parts) > 1 else [alias.name for alias in node.names]
        elif isinstance(node, ast.Import):
            yield from (a.name.split(".")[1] for a in node.names if a.name.startswith("cnnlab."))


def test_the_map_names_every_module():
    assert {unit(path) for path in MODULES} == set(ORDER)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_module_imports_only_what_stands_before_it(path):
    for name in imports(path):
        if name in ORDER and name != unit(path):
            assert ORDER.index(name) < ORDER.index(unit(path)), f"{unit(path)} imports {name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_the_loops_stay_outside(path):
    """naive.py is the yardstick of the book and the tests: what is measured must not lean on it."""
    assert "naive" not in set(imports(path))


def test_what_not_everybody_needs_is_imported_with_its_first_use():
    asked = "import sys, cnnlab; found = {m for m in sys.modules if m.startswith('cnnlab.')}; "
    asked += "assert not found & {f'cnnlab.{m}' for m in cnnlab.ON_REQUEST}; "
    asked += "assert cnnlab.fft_conv and 'cnnlab.fft' in sys.modules and 'scipy' not in sys.modules"
    subprocess.run([sys.executable, "-c", asked], check=True)


def test_a_star_gives_every_name_those_on_request_too():
    asked = "from cnnlab import *; assert {'conv_forward', 'Conv', 'fit', 'fft_conv'} <= set(globals())"
    subprocess.run([sys.executable, "-c", asked], check=True)


def test_names_on_request_are_found_and_unknown_ones_refused():
    names = [name for module in cnnlab.ON_REQUEST for name in getattr(cnnlab, module).__all__]
    assert len(names) == len(set(names)) and set(names) <= set(dir(cnnlab))
    assert all(getattr(cnnlab, name).__module__.startswith("cnnlab.") for name in names)
    with pytest.raises(AttributeError, match="module 'cnnlab' has no attribute 'conv_froward'"):
        cnnlab.conv_froward  # noqa: B018
