"""Sort a download by who handed in what; notebooks wait in a scratch folder under names of ours."""

import contextlib
import hashlib
import io
import os
import re
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from cnnlab.grading.school.archives import ArchiveError, Limits, read_source, read_zip, shown
from cnnlab.grading.school.students import folded, safe_id
from cnnlab.grading.school.systems import AGAIN, ARCHIVE, COMPANIONS, NOTEBOOK, SYSTEMS, Person, recognised

LITTER = re.compile(r"(^|/)(__MACOSX/|\.ipynb_checkpoints/|\._|\.DS_Store$|Thumbs\.db$|desktop\.ini$)")
SHOWN = 10  # strange names that are listed; the others are counted


@dataclass
class Work:
    """One notebook that was handed in: where it waits, its own name, and what decides between several."""

    path: Path
    file: str
    digest: str
    rank: tuple
    notes: tuple


@dataclass
class Desk:
    """What a person handed in: notebooks, names of other files, what the exchange puts beside a notebook.

    Where one file is all there is, and no notebook, it waits as well: its status can then name it.
    """

    person: Person
    works: list[Work] = field(default_factory=list)
    others: dict[str, str] = field(default_factory=dict)  # their own names, by the names in the archive
    lone: tuple[Path, str] | None = None
    companions: dict[str, bytes] = field(default_factory=dict)


def gather(source, slug, system, scratch, limits, problems):
    """Read everything that was handed in.

    Parameters
    ----------
    source : Path
    slug, system : str
        "auto" looks at the names.
    scratch : Path
    limits : Limits
    problems : list of str

    Returns
    -------
    list of Desk
        One a person.

    Raises
    ------
    ArchiveError
        Where nothing can be read; later on, what was read counts.
    """
    desks, strange = {}, []
    top = f"{source.stem}/" if source.is_file() else ""  # the folder that was packed
    try:
        if system == "auto":
            names = [name for name, _ in read_source(source, lambda name: False, [], Limits())]
            system = recognised([name for name in names if not LITTER.search(name)], slug)
        for name, data in read_source(source, wanted, problems, limits):
            if LITTER.search(name):
                continue
            if handed := SYSTEMS[system](name.removeprefix(top), slug):
                person = handed.person
                desk = desks.setdefault((person.column, person.number), Desk(person))
                put(desk, name, handed, data, slug, scratch, limits, problems)
            else:
                strange.append(name)
    except ArchiveError as error:
        if not desks:
            raise ArchiveError(f"{source.name}: {error}") from error
        problems.append(f"{source.name}: {error}.")
    for name in strange[:SHOWN]:
        problems.append(f"{shown(name)} was left out: {system} does not name submissions so.")
    if len(strange) > SHOWN:
        problems.append(f"So were {len(strange) - SHOWN} more files.")
    keep_lone_files(source, list(desks.values()), scratch)
    return list(desks.values())


def keep_lone_files(source, desks, scratch):
    """Read the one file of each person who handed in no notebook; one that is refused is only named."""
    lone = {next(iter(desk.others)): desk for desk in desks if not desk.works and len(desk.others) == 1}
    with contextlib.suppress(ArchiveError):  # it was said while the notebooks were read
        for name, data in read_source(source, lone.__contains__, [], Limits()) if lone else ():
            if name in lone and data is not None:
                lone[name].lone = written(data, scratch), own_name(lone[name].others[name])


def own_name(file):
    """Name a file so that it is one anywhere, and none of those that stand beside a notebook."""
    name = safe_id(file)
    return f"student-{name}" if folded(name) in COMPANIONS else name


def wanted(name):
    """Whether a file is worth reading: a notebook, a zip, or what the exchange puts beside a notebook."""
    return bool(NOTEBOOK.search(name) or ARCHIVE.search(name) or name.rpartition("/")[2] in COMPANIONS)


def put(desk, name, handed, data, slug, scratch, limits, problems):
    """Put a file on a person's desk; a zip is opened, once."""
    late = ("late, says the system",) if handed.late else ()
    if data is None:
        desk.others[name] = handed.file
    elif handed.file in COMPANIONS and handed.person.column == "folder":
        desk.companions[handed.file] = data
    elif NOTEBOOK.search(handed.file):
        desk.works.append(kept(handed.file, data, slug, scratch, (handed.order, len(desk.works)), late))
    elif not ARCHIVE.search(handed.file):
        desk.others[name] = handed.file
    else:
        before = len(desk.works)
        try:
            for member, inner in read_zip(io.BytesIO(data), NOTEBOOK.search, problems, limits):
                if inner is not None and not LITTER.search(member):
                    file, order = member.rpartition("/")[2], (handed.order, len(desk.works))
                    notes = (*late, f"from {shown(handed.file)}")
                    desk.works.append(kept(file, inner, slug, scratch, order, notes))
        except ArchiveError as error:
            problems.append(f"{shown(handed.person.wish)}: {shown(handed.file)}: {error}.")
        if len(desk.works) == before:
            desk.others[name] = handed.file


def kept(file, data, slug, scratch, order, notes):
    """Write a notebook into the scratch folder."""
    path = written(data, scratch)
    right_name = AGAIN.sub("", NOTEBOOK.sub("", file)).casefold() == slug.casefold()
    rank = (b'"grade_id"' in data, right_name, order)
    return Work(path, file, hashlib.sha256(data).hexdigest(), rank, notes)


def written(data, scratch):
    """Write bytes into the scratch folder under a name of ours."""
    handle, path = tempfile.mkstemp(dir=scratch)
    with os.fdopen(handle, "wb") as out:
        out.write(data)
    os.chmod(path, 0o644)
    return Path(path)
