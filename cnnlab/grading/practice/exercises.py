"""A student's own notebooks: put there without touching earlier work, and found again."""

import os
import tempfile
from pathlib import Path

import cnnlab


class ExerciseError(Exception):
    """A notebook is not to be had or not to be run; the message is one line for the student."""


def exercises_folder():
    """Find the students' notebooks: in the installed package, else in a checkout of the course.

    Raises
    ------
    FileNotFoundError
    """
    package = Path(cnnlab.__file__).parent
    for folder in (package / "_exercises", package.parent / "exercises"):
        if folder.is_dir():
            return folder
    raise FileNotFoundError("this installation of cnnlab carries no exercises: install it anew")


def put_exercise(slug, folder, *, afresh=False):
    """Copy an exercise into ``folder/slug``; a notebook that is there already stays as it is.

    Parameters
    ----------
    slug : str
    folder : Path
    afresh : bool
        Begin again: the notebook that is there is kept under another name.

    Returns
    -------
    path : Path
        The notebook.
    kept : Path or None
        The student's earlier work: `path` itself where it stands, its new name where they begin again.
    """
    fresh = (exercises_folder() / slug / f"{slug}.ipynb").read_bytes()
    path = folder / slug / f"{slug}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = None
    if path.exists():
        if not afresh:
            return path, path
        kept = free_name(path)
        os.rename(path, kept)
    handle, draft = tempfile.mkstemp(dir=path.parent, suffix=".new")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(fresh)
        os.chmod(draft, 0o644)
        os.replace(draft, path)
    finally:
        Path(draft).unlink(missing_ok=True)
    return path, kept


def free_name(path):
    """Return the first of "name (earlier 1).ipynb", "name (earlier 2).ipynb", ... that is not taken."""
    number = 1
    while (other := path.with_name(f"{path.stem} (earlier {number}){path.suffix}")).exists():
        number += 1
    return other


def find_notebook(path, slug=""):
    """Find the one notebook that is meant."""
    from cnnlab.checks import EXERCISES

    if path.is_file():
        return path.resolve()
    if not path.is_dir():
        meant = path.name if path.parent == Path() and not path.suffix else ""
        inside = meant and any(p.stem.startswith(meant) for p in Path().glob("*.ipynb"))
        hint = "; you are inside it: `cnnlab check`" if inside else ""
        raise ExerciseError(f"there is no notebook or folder {path}{hint}")
    found = [p for pattern in ("*.ipynb", "*/*.ipynb") for p in sorted(path.glob(pattern)) if slug in p.stem]
    found = [p for p in found if ".ipynb_checkpoints" not in p.parts and exercise_of(p, strict=False)]
    named = [p for p in found if p.stem in EXERCISES]  # not "... (earlier 1)"
    found = named if len(named) == 1 else found
    if len(found) == 1:
        return found[0].resolve()
    if found:
        raise ExerciseError(
            f"several notebooks here; name one: {', '.join(str(p.relative_to(path)) for p in found)}"
        )
    raise ExerciseError(f"no exercise in {path}: `cnnlab start {slug[:4] or 'ch07'}` puts one there")


def exercise_of(notebook, *, strict=True):
    """Tell which exercise a notebook is, from its name or else from the checks in it."""
    from cnnlab.checks import EXERCISES

    try:
        text = notebook.stem + notebook.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ExerciseError(f"{notebook.name} cannot be read: {error}") from None
    slug = min((s for s in EXERCISES if s in text), key=text.index, default="")
    if not slug and strict:
        raise ExerciseError(f"{notebook.name} is none of the exercises {', '.join(EXERCISES)}")
    return slug
