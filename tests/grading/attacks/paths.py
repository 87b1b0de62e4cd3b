"""Folders and names: what is handed in is a link, a pipe, a folder, or called something that is not a name.

These need a course with folders, and its `submitted/<student>/<exercise>/<exercise>.ipynb`.
"""

import os
import shutil

from . import Family

family = attack = Family("paths")


def linked(target):
    """Put a link in the place of the notebook."""

    def lay(folder, slug, aim):
        notebook = folder / f"{slug}.ipynb"
        notebook.unlink()
        notebook.symlink_to(target(aim))

    return lay


def folder_linked(folder, slug, aim):
    shutil.rmtree(folder)
    folder.symlink_to(os.path.dirname(aim["other"]), target_is_directory=True)


def pipe(folder, slug, aim):
    (folder / f"{slug}.ipynb").unlink()
    os.mkfifo(folder / f"{slug}.ipynb")


def a_folder(folder, slug, aim):
    (folder / f"{slug}.ipynb").unlink()
    (folder / f"{slug}.ipynb").mkdir()
    (folder / f"{slug}.ipynb" / "x").write_text("x")


def sparse(folder, slug, aim):
    os.truncate(folder / f"{slug}.ipynb", 2**36)


def modules_beside(folder, slug, aim):
    """Lay modules beside the notebook that Python would find before the right ones."""
    evil = f"open({aim['outside']!r}, 'a').write('beside')\n"
    for name in "numpy solutions sitecustomize usercustomize json IPython nbgrader_config conftest".split():
        (folder / f"{name}.py").write_text(evil)
    for package in ("cnnlab", "numpy", "nbgrader"):
        (folder / package).mkdir()
        (folder / package / "__init__.py").write_text(evil)
    (folder / "evil.pth").write_text(f"import os; {evil}")
    (folder / ".ipython").mkdir()


def links_beside(folder, slug, aim):
    """Lay links beside the notebook that a copy would follow, and others that never end."""
    for number, target in enumerate(
        (aim["gradebook"], aim["other"], "/etc/passwd", "/", folder, "/dev/zero", "no-such")
    ):
        (folder / f"link-{number}").symlink_to(target)
    (folder / "round").symlink_to("round")


def odd_names(folder, slug, aim):
    """Lay files beside the notebook whose names are markup, options, escapes and formulas."""
    names = [
        "<script>window.__pwned=1<\u2215script>",
        "-rf",
        "--help",
        "$(touch x)",
        "x\ny",
        "\x1b[2J",
        "=1+1",
        "..\\x",
        "%2e%2e",
        "\u202egpj",
    ]
    for name in [*names, "'><img src=x onerror=window.__pwned=1>.ipynb"]:
        (folder / name).write_text("{}")


def timestamp(make):
    """Put something else in the place of the file that says when a submission was handed in."""
    return lambda folder, slug, aim: make(folder / "timestamp.txt", aim)


def closed(folder, slug, aim):
    (folder / f"{slug}.ipynb").chmod(0)


attack("link to the gradebook", "Hand in a link to the database.", lay=linked(lambda aim: aim["gradebook"]))
attack(
    "link to another's work",
    "Hand in a link to another student's notebook.",
    lay=linked(lambda aim: aim["other"]),
)
attack(
    "link to the system", "Hand in a link to a file of the system's.", lay=linked(lambda aim: "/etc/passwd")
)
attack("link without end", "Hand in a link to a file that never ends.", lay=linked(lambda aim: "/dev/zero"))
attack("linked folder", "Hand in a link to another student's folder.", lay=folder_linked)
attack("pipe", "Hand in a pipe that nobody writes to.", lay=pipe)
attack("folder", "Hand in a folder by the notebook's name.", lay=a_folder)
attack("sparse", "Hand in a file of 64 GiB that takes no room.", lay=sparse)
attack("modules beside", "Lay a numpy.py and a cnnlab folder beside the notebook.", lay=modules_beside)
attack("links beside", "Lay links beside the notebook, to be copied or followed.", lay=links_beside)
attack(
    "odd names", "Lay files beside the notebook whose names are markup, options and escapes.", lay=odd_names
)
attack(
    "endless time",
    "Let the file with the time of handing in never end.",
    lay=timestamp(lambda path, aim: path.symlink_to("/dev/zero")),
)
attack(
    "waiting time",
    "Let the file with the time of handing in be a pipe.",
    lay=timestamp(lambda path, aim: os.mkfifo(path)),
)
attack(
    "large time",
    "Let the file with the time of handing in be large.",
    lay=timestamp(lambda path, aim: path.write_bytes(b"2020-01-01 " * 10**6)),
)
attack(
    "other time",
    "Let the file with the time of handing in be another's file.",
    lay=timestamp(lambda path, aim: path.symlink_to(aim["outside"])),
)
attack("closed", "Hand in a file that may not be read.", lay=closed)
