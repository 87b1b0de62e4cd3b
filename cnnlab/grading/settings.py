"""How nbgrader is told to grade apart: the one place where its chain of preprocessors is changed."""

from importlib.util import find_spec
from pathlib import Path

AUTOGRADE = [
    "cnnlab.grading.executing.ExecuteApart",  # in place of Execute: student code meets no test
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "cnnlab.grading.executing.RecordEnding",
    "nbgrader.preprocessors.CheckCellMetadata",
]
FEEDBACK = [
    "nbgrader.preprocessors.GetGrades",
    "cnnlab.grading.harmless_pages.HideTests",
    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
]

TEMPLATES = Path(__file__).parent / "pages" / "templates"


def grade_apart(
    config, *, packages=("numpy",), opens=None, source_directory="", no_isolation=False, operators=False
):
    """Let nbgrader run student code in a sandbox, and tests outside it, in any course.

    A line in the course's ``nbgrader_config.py``; `nbgrader autograde` and formgrader's button then grade so.
    Pages of submissions, formgrader's and feedback, are harmless, and feedback leaves out hidden tests.

    Parameters
    ----------
    config : traitlets.config.Config
        What ``get_config()`` returns there.
    packages : sequence of str
        What student code may import besides Python's own library.
    opens : dict of str to sequence of str, optional
        For each assignment, the functions of `cnnlab` that student code may call.
    source_directory : str or Path
        Where notebooks lie that tell the order of cells, one folder an assignment: nbgrader's source
        directory unless said otherwise.
    no_isolation : bool
        Go on, unprotected, where this machine has no sandbox.
    operators : bool
        Let tests compare and compute with objects of the students' own classes, for a course about classes.
    """
    config.Autograde.exporter_class = "cnnlab.grading.executing.Submitted"
    config.Autograde.autograde_preprocessors = list(AUTOGRADE)
    config.ExecuteApart.packages = list(packages)
    config.ExecuteApart.opens = {name: list(names) for name, names in (opens or {}).items()}
    config.ExecuteApart.source_directory = str(source_directory)
    config.ExecuteApart.no_isolation = no_isolation
    config.ExecuteApart.operators = operators
    config.CourseDirectory.ignore.append("nbgrader_config.*")  # formgrader would run one out of any folder
    config.GenerateFeedback.preprocessors = list(FEEDBACK)
    pages = config.HTMLExporter  # formgrader's, and that of feedback
    pages.preprocessors = ["cnnlab.grading.harmless_pages.HarmlessCells"]
    pages.filters = {
        "markdown2html": "cnnlab.grading.harmless_pages.markdown2html",
        "clean_html": "cnnlab.grading.harmless_html.clean",
    }
    pages.sanitize_html = True
    theirs = Path(find_spec("nbgrader").origin).parent / "server_extensions" / "formgrader" / "templates"
    pages.extra_template_basedirs = [str(TEMPLATES / "nbgrader"), str(theirs)]
