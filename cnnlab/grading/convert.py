"""nbgrader in this process: its gradebook and its converters, quietly, with the reason where one fails."""

import contextlib
import importlib
import logging
import os
import sys
import warnings
from types import ModuleType

LOG = logging.getLogger("cnnlab.grading.nbgrader")
LOG.disabled = True  # set it to False to hear what nbgrader says
DATABASES = ("sqlite", "postgresql")
FORMATS = """
    fqdn idna isoduration jsonpointer rfc3339_validator rfc3986_validator rfc3987 rfc3987_syntax uri_template
    webcolors
""".split()  # of texts: jsonschema looks at them with these libraries, and no notebook needs that
PAGES = ("assignment_list", "course_list", "formgrader", "validate_assignment")  # of a web server
LATER = [f"nbgrader.server_extensions.{page}" for page in PAGES] + ["requests", "setuptools.archive_util"]


@contextlib.contextmanager
def open_gradebook(course):
    """Open the course's gradebook, patiently where another program writes to it, and without warnings.

    nbgrader's own queries make SQLAlchemy warn. SQLite waits a minute for its lock instead of five seconds.
    """
    without_pages()
    from nbgrader.api import Gradebook
    from sqlalchemy import event
    from sqlalchemy.engine import make_url

    kind = make_url(course.gradebook_url).get_backend_name()
    if kind not in DATABASES:
        raise ValueError(
            f"the gradebook cannot lie in {kind}: sqlite:///FILE and postgresql+psycopg://… are supported"
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with Gradebook(course.gradebook_url) as gradebook:
            if gradebook.engine.dialect.name == "sqlite":
                gradebook.engine.dispose()
                event.listen(
                    gradebook.engine, "connect", lambda c, _: c.execute("PRAGMA busy_timeout = 60000")
                )
            yield gradebook


def without_pages():
    """Import nbgrader without what grading does not ask it for: that takes a third of the time.

    Its web pages, and the libraries that it unpacks archives and asks JupyterHub with, stay away until one of
    their functions is called.
    """
    without_formats()
    if "nbgrader" not in sys.modules:
        later = {name: Later(name) for name in LATER if name not in sys.modules}
        sys.modules.update(later)
        try:
            importlib.import_module("nbgrader.api")
        finally:
            for name in later:
                del sys.modules[name]


class Later(ModuleType):
    """Stands in for a module of which others want the functions: it is imported when one is called."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)

        def called(*args, **options):
            return getattr(importlib.import_module(self.__name__), name)(*args, **options)

        return called


def without_formats():
    """Import jsonschema as where these libraries are not installed: it is here in a third of the time."""
    unasked = dict.fromkeys(name for name in FORMATS if name not in sys.modules)
    sys.modules.update(unasked)
    try:
        import jsonschema  # noqa: F401
    finally:
        for name in unasked:
            del sys.modules[name]


class ConversionError(Exception):
    """A converter gave up on a notebook; `__cause__` is why."""


def convert(converter, course, slug, student="*", **config):
    """Run a converter over one exercise, of one student or of all.

    Parameters
    ----------
    converter : type
        A subclass of nbgrader's BaseConverter.
    course : Course
    slug : str
    student : str
    **config
        Settings of nbgrader's CourseDirectory that differ from the course's own.

    Raises
    ------
    ConversionError
    """
    from nbgrader.converters.base import NbGraderException
    from nbgrader.coursedir import CourseDirectory

    class Remembering(converter):
        failure = None

        def convert_single_notebook(self, notebook_filename):
            try:
                super().convert_single_notebook(notebook_filename)
            except Exception as failure:
                self.failure = failure  # nbgrader itself keeps no more than a log of it
                raise

    course.prepare()
    settings = course.config()
    settings.CourseDirectory.update(config)
    folders = CourseDirectory(config=settings, log=LOG, assignment_id=slug, student_id=student)
    run = Remembering(coursedir=folders, config=settings, log=LOG)
    run.force = True
    try:
        with warnings.catch_warnings(), hushed():
            warnings.simplefilter("ignore")  # nbformat's, about ids that editors leave out or copy
            run.start()
    except NbGraderException as gave_up:
        raise ConversionError(str(run.failure or gave_up)) from (run.failure or gave_up)


@contextlib.contextmanager
def hushed():
    """Keep what kernels inherit from us, our terminal, out of the reach of the code that they run."""
    kept = {number: os.dup(number) for number in (1, 2)}
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        for number in kept:
            os.dup2(nowhere, number)
        yield
    finally:
        for number, copy in kept.items():
            os.dup2(copy, number)
            os.close(copy)
        os.close(nowhere)
