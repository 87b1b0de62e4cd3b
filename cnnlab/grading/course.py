"""Where a course keeps its things, and how nbgrader is told."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from cnnlab.grading.files import read_regular
from cnnlab.grading.secret import course_secret
from cnnlab.grading.settings import grade_apart

TIMESTAMP, SET_ASIDE = "timestamp.txt", "timestamp.unreadable"


@dataclass(frozen=True)
class Course:
    """A checkout of the course, and where its marks and its students' notebooks go.

    Parameters
    ----------
    root : Path
        The checkout, with its solutions.
    build : Path, optional
        Where submissions and marks live; `root/build` unless said otherwise.
    exercises : Path, optional
        What students get: generated notebooks, in `root/exercises` unless said otherwise.

    Examples
    --------
    >>> course = Course(Path("/course"))
    >>> course.gradebook.as_posix(), course.notebook("exercises", "ch08_conv_backward").name
    ('/course/build/gradebook.db', 'ch08_conv_backward.ipynb')
    """

    root: Path
    build: Path = None
    exercises: Path = None

    def __post_init__(self):
        for name in ("build", "exercises"):
            object.__setattr__(self, name, getattr(self, name) or self.root / name)

    @classmethod
    def find(cls):
        """Find the checkout that the working directory lies in, else the one that this package runs from.

        Raises
        ------
        FileNotFoundError
        """
        here = Path.cwd()
        for folder in (here, *here.parents, Path(__file__).resolve().parents[2]):
            if (folder / "nbgrader_config.py").exists() and (folder / "solutions").is_dir():
                return cls(folder)
        raise FileNotFoundError(
            "this needs the course's repository, with its solutions: run it inside a checkout"
        )

    @property
    def solutions(self):
        """What only instructors have: notebooks with answers, hidden checks, named mistakes."""
        return self.root / "solutions"

    @property
    def source(self):
        """Generated notebooks with answers and hidden checks, nbgrader's source directory."""
        return self.build / "source"

    @property
    def submitted(self):
        """One folder a student, `<student>/<slug>/<slug>.ipynb`."""
        return self.build / "submitted"

    @property
    def autograded(self):
        """The submissions as they were run."""
        return self.build / "autograded"

    @property
    def feedback(self):
        """One page a student, `<slug>/<student>.html`."""
        return self.build / "feedback"

    @property
    def report(self):
        """The class report, `<slug>/index.html` with its tables beside it."""
        return self.build / "report"

    @property
    def book(self):
        """The built book's pages."""
        return self.root / "build" / "book" / "_build" / "html"

    @property
    def gradebook(self):
        """nbgrader's database."""
        return self.build / "gradebook.db"

    @property
    def gradebook_url(self):
        """The database as SQLAlchemy names it: `CNNLAB_GRADEBOOK`, else the file of `gradebook`."""
        return os.environ.get("CNNLAB_GRADEBOOK") or f"sqlite:///{self.gradebook}"

    def has_gradebook(self):
        """Whether anything was released or graded yet."""
        return bool(os.environ.get("CNNLAB_GRADEBOOK")) or self.gradebook.exists()

    def timestamp(self, slug, student):
        """Read when something was handed in, from nbgrader's `timestamp.txt`; None where it is not told."""
        from nbgrader.utils import parse_utc

        try:
            text = read_regular(self.submitted / student / slug / TIMESTAMP, 100)
            return parse_utc(text.decode().strip())
        except (OSError, ValueError):
            return None

    def set_aside_timestamps(self, slug):
        """Rename each `timestamp.txt` that holds no time: of a pipe, nbgrader's list would wait for one."""
        for student in self.students(slug):
            folder = self.submitted / student / slug
            path, linked = folder / TIMESTAMP, folder.is_symlink() or folder.parent.is_symlink()
            if os.path.lexists(path) and not linked and self.timestamp(slug, student) is None:
                path.rename(path.with_name(SET_ASIDE))

    def notebook(self, step, slug, student="."):
        """The path of an exercise's notebook at one step of its way, such as "submitted"."""
        return getattr(self, step) / student / slug / f"{slug}.ipynb"

    @property
    def slugs(self):
        """The exercises that have a solution, in the order of their chapters."""
        return sorted(path.parent.name for path in self.solutions.glob("*/notebook.py"))

    def slugs_like(self, names):
        """Return the exercises whose slugs begin with the given names; all of them for no name.

        Raises
        ------
        LookupError
        """
        for name in names or []:
            if not any(slug.startswith(name) for slug in self.slugs):
                raise LookupError(f'there is no exercise "{name}"; there are {", ".join(self.slugs)}')
        return [slug for slug in self.slugs if slug.startswith(tuple(names or [""]))]

    def opens(self, slug):
        """List what student code may import of `cnnlab` while an exercise is graded."""
        from cnnlab.checks import find_exercise

        return find_exercise(slug).opens

    def apart(self, slug, **options):
        """Say how the code that students hand in for an exercise is kept apart."""
        from cnnlab.grading.apart import Apart

        return Apart(opens=self.opens(slug), **options)

    def students(self, slug):
        """Whoever handed something in for an exercise."""
        return sorted(path.parent.name for path in self.submitted.glob(f"*/{slug}") if path.is_dir())

    def prepare(self):
        """Let kernels and nbgrader's own commands find the course, its secret and the tools beside Python."""
        self.build.mkdir(parents=True, exist_ok=True)
        tools = str(Path(sys.executable).parent)  # nbgrader calls a bare `alembic`
        for name, first in (("PATH", tools), ("PYTHONPATH", str(self.root))):
            paths = os.environ.get(name, "").split(os.pathsep)
            os.environ[name] = os.pathsep.join([first, *(path for path in paths if path not in ("", first))])
        os.environ["CNNLAB_SECRET"] = course_secret(self.build)

    def config(self):
        """nbgrader's configuration: the same for `cnnlab grade` and for `nbgrader autograde`."""
        from traitlets.config import Config

        def relative(path):
            return Path(os.path.relpath(path, self.root)).as_posix()

        config = Config()
        config.CourseDirectory.root = str(self.root)
        config.CourseDirectory.course_id = "default_course"  # nbgrader's own, which PostgreSQL insists on
        config.CourseDirectory.db_url = self.gradebook_url
        config.CourseDirectory.source_directory = relative(self.source)
        config.CourseDirectory.release_directory = relative(self.exercises)
        config.CourseDirectory.submitted_directory = relative(self.submitted)
        config.CourseDirectory.autograded_directory = relative(self.autograded)
        config.CourseDirectory.feedback_directory = relative(self.build / "nbgrader_feedback")
        stub = 'raise NotImplementedError("write this function here")'
        config.ClearSolutions.code_stub = {"python": stub}
        opens = {slug: self.opens(slug) for slug in self.slugs}
        grade_apart(config, opens=opens, source_directory=self.exercises)
        return config
