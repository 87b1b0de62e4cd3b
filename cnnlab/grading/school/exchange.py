"""nbgrader's exchange: whichever is configured collects, into a folder that is then read like any other."""

import logging
import os
import tempfile
from contextlib import contextmanager
from pathlib import Path

from cnnlab.grading.school.archives import shown


@contextmanager
def fetched(course, slug, root, config, problems):
    """Lend a folder with what lies in the exchange: `<student>/…`, with timestamp and secret.

    The collecting is nbgrader's own, `ExchangeFactory.Collect`, so another exchange that is configured, the
    due date and the check of owners work as its users know them. One thing is added: a submission with a
    link in it is refused, since nbgrader would copy what the link points at.

    Parameters
    ----------
    course : Course
    slug : str
    root : Path or None
        The exchange; the configured one for None.
    config : traitlets.config.Config or None
    problems : list of str
        Gets what nbgrader warns about.

    Yields
    ------
    Path

    Raises
    ------
    FileNotFoundError
        Where there is no exchange, no course in it, or nothing to read.
    """
    from nbgrader.coursedir import CourseDirectory
    from nbgrader.exchange import ExchangeError, ExchangeFactory

    settings = exchange_config(course, config, root)
    with tempfile.TemporaryDirectory() as scratch:
        settings.CourseDirectory.submitted_directory = "submitted"
        settings.CourseDirectory.root = scratch
        log = listening(problems)
        folders = CourseDirectory(config=settings, log=log, assignment_id=slug)
        factory = ExchangeFactory(config=settings, log=log)
        factory.collect = without_links(factory.collect, problems)
        try:
            factory.Collect(coursedir=folders, authenticator=None, config=settings, log=log).start()
        except ExchangeError as error:
            how = "; name a zip or a folder, or set c.Exchange.root" if root is None else ""
            raise FileNotFoundError(f"the exchange: {str(error).rstrip('.')}{how}") from error
        place = Path(scratch) / "submitted"
        place.mkdir(exist_ok=True)
        yield place


def exchange_config(course, config=None, root=None):
    """Read nbgrader's configuration as its commands do; a root with one course in it names the course."""
    from jupyter_core.paths import jupyter_config_path
    from traitlets.config import Config, PyFileConfigLoader

    settings = Config()
    if config is None:
        for folder in (*reversed(jupyter_config_path()), course.root):
            if (Path(folder) / "nbgrader_config.py").is_file():
                loader = PyFileConfigLoader("nbgrader_config.py", path=str(folder))
                settings.merge(loader.load_config())
    settings.merge(config or {})
    settings.CourseDirectory.db_url = course.gradebook_url
    if root is not None:
        settings.Exchange.root = str(Path(root).absolute())
        courses = [path.parent.name for path in Path(root).glob("*/inbound")]
        if "course_id" not in settings.CourseDirectory and len(courses) == 1:
            settings.CourseDirectory.course_id = courses[0]
    return settings


def without_links(collect, problems):
    """Let an exchange that copies folders leave out those with links in them."""
    if not hasattr(collect, "do_copy"):
        return collect

    class Careful(collect):
        def do_copy(self, src, dest, log=None):
            for parent, folders, files in os.walk(src):
                if any(os.path.islink(os.path.join(parent, name)) for name in folders + files):
                    problems.append(f"{shown(os.path.basename(src))} was left out: there is a link in it.")
                    return
            super().do_copy(src, dest, log)

    Careful.__name__ = collect.__name__  # its settings are found under this name
    return Careful


def listening(problems):
    """Make a log whose warnings become problems."""

    class Problems(logging.Handler):
        def emit(self, record):
            problems.append(shown(" ".join(record.getMessage().split()), 300))

    log = logging.Logger("cnnlab.grading.exchange", logging.WARNING)
    log.addHandler(Problems())
    return log
