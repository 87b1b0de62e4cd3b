"""What student code may import: the packages that are named, and the course's own with its answers closed."""

import compileall
import importlib.metadata
import os
import py_compile
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from ..files import fingerprint, scratch_folder, user_cache
from . import walls
from .source import find_package, read_package
from .stamp import stamp

HERE = Path(__file__).parent
LAYER = HERE.parents[1] / "checks" / "layer.py"  # that is lent, and needs NumPy alone
CHECKS = "cnnlab.checks.check", "cnnlab.checks.check_all"
# What runs the course, not what it teaches.
ABSENT = "cnnlab.grading", "cnnlab.cli", "cnnlab.demo", "cnnlab.__main__"
PATIENCE = 60  # seconds to import all packages once


@dataclass(frozen=True)
class Site:
    """A folder of which student code may import everything; its links lead to installed packages.

    Parameters
    ----------
    folder : Path
    """

    folder: Path

    def entries(self):
        """Name -> file or folder, for all that stands in it."""
        return {path.name: path for path in sorted(self.folder.iterdir()) if path.name != "__pycache__"}


def build_site(
    folder=None, *, packages=("numpy",), closed=("cnnlab",), opens=(), silent=CHECKS, absent=ABSENT
):
    """Build a site, whole or not at all; what was built before from the same sources is taken as it is.

    Parameters
    ----------
    folder : Path, optional
        Where sites are kept, one for each choice; without it, in the user's cache.
    packages : collection of str
        Installed packages, those that they import included.
    closed : collection of str
        Packages that may be imported, but not used, but for what is open.
    opens : collection of str
        Public names of the closed packages that work: "cnnlab.unfold", or "cnnlab.geometry" for a whole
        module; "unfold" is one of the first package.
    silent : collection of str
        Functions of the closed packages that do nothing.
    absent : collection of str
        Modules of the closed packages that student code cannot even import.

    Returns
    -------
    Site

    Raises
    ------
    ValueError
        Where a package or a name is not to be found, a package lacks another, or an open name uses a public
        one that is closed.
    """
    folder = Path(folder or user_cache("sites"))
    opens = sorted(name if name.startswith(_dotted(closed)) else f"{closed[0]}.{name}" for name in opens)
    sources = {package: read_package(package, absent) for package in closed}
    mark = _mark(packages, sources, opens, silent)
    place = folder / mark
    if not place.is_dir():
        with scratch_folder(folder) as scratch:
            draft = scratch / mark
            _fill(draft, packages, sources, opens, silent)
            _try(Site(draft), [*packages, *closed])
            try:
                os.rename(draft, place)
            except OSError:
                if not place.is_dir():  # else somebody else was faster
                    raise
    return Site(place)


def _dotted(packages):
    """Say how the names in some packages begin."""
    return tuple(f"{package}." for package in packages)


def _fill(draft, packages, sources, opens, silent):
    """Write all files of a site."""
    texts = {
        f"cnnlab_inside/{p.name}": p
        for p in [*sorted((HERE / "inside").glob("*.py")), HERE / "wire.py", LAYER]
    }
    texts = {name: path.read_text(encoding="utf-8") for name, path in texts.items()}
    for package, modules in sources.items():
        begins = _dotted([package])
        own, quiet = ([name for name in names if name.startswith(begins)] for names in (opens, silent))
        texts |= stamp(modules, package, own, quiet)
    for name, text in texts.items():
        path = draft / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    compileall.compile_dir(draft, quiet=1, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    for path in [draft, *draft.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)  # the sandbox's user is another
    for package in packages:
        for path in _installed(package):
            (draft / path.name).symlink_to(path)


def _installed(package):
    """Find a package and the shared libraries that came with it."""
    path = find_package(package).resolve()
    owners = importlib.metadata.packages_distributions().get(package, [])
    libraries = {path.with_name(f"{name.replace('-', '_')}.libs") for name in (package, *owners)}
    return [path, *sorted(folder for folder in libraries if folder.is_dir())]


def _mark(packages, sources, opens, silent):
    """Name a site after all that goes into it."""
    paths = [find_package(package).resolve() for package in sorted(packages)]
    versions = [(str(path), path.stat().st_mtime_ns) for path in paths]
    modules = [module for package in sources.values() for module in package.values()]
    choice = repr((sys.version, versions, [module.name for module in modules], opens, sorted(silent)))
    own = [HERE / name for name in ("inside", "wire.py", "site.py", "source.py", "stamp.py")]
    return fingerprint(*own, LAYER, *(module.path for module in modules), salt=choice)


def _try(site, packages):
    """Import everything once, in a process of its own that finds nothing else."""
    code = "import sys; sys.path.append(sys.argv[1]); [__import__(name) for name in sys.argv[2:]]"
    ran = subprocess.run(
        walls.python(code, str(site.folder), *packages),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        stdin=subprocess.DEVNULL,
        env=walls.ENVIRONMENT,
    )
    if ran.returncode:
        said = (ran.stderr.strip() or f"exit status {ran.returncode}").splitlines()[-1]
        raise ValueError(
            f"student code could not import {', '.join(packages)}: {said}; name that package, too"
        )
