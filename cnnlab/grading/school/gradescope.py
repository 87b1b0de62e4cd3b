"""Gradescope's `results.json`, see https://gradescope-autograders.readthedocs.io/en/latest/specs/."""

import json

VISIBILITY = ("hidden", "after_due_date", "after_published", "visible")
FORMATS = ("text", "html", "simple_format", "md", "ansi")
FIELDS = {
    "score": (int, float),
    "execution_time": (int, float),
    "output": str,
    "output_format": FORMATS,
    "test_output_format": FORMATS,
    "test_name_format": FORMATS,
    "visibility": VISIBILITY,
    "stdout_visibility": VISIBILITY,
    "extra_data": dict,
    "tests": list,
    "leaderboard": list,
}
TEST_FIELDS = {
    "score": (int, float),
    "max_score": (int, float),
    "status": ("passed", "failed"),
    "name": str,
    "name_format": FORMATS,
    "number": str,
    "output": str,
    "output_format": FORMATS,
    "tags": list,
    "visibility": VISIBILITY,
    "extra_data": dict,
}


def results(submission, total=None):
    """Write what one student earned and what was found, as Gradescope reads it.

    Parameters
    ----------
    submission : cnnlab.grading.results.Submission
    total : Total, optional
        With the penalty for coming late; what the marks add up to for None.

    Returns
    -------
    str
        JSON. Text is marked as text, so nothing that a student wrote becomes a page; the grader's own output
        stays hidden.
    """
    score = total.mark if total else submission.earned
    tally = submission.tally
    count = score if submission.points else tally.count
    said = [submission.status.name, f"{count:g} of {tally.most:g} {tally.unit}"]
    if total and total.penalty:
        said.append(f"{total.penalty:g} taken off for coming late")
    page = {
        "score": score,
        "output": "; ".join(said) + ".",
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": [capability(number, mark) for number, mark in enumerate(submission.marks, 1)],
    }
    return json.dumps(checked(page), indent=1, ensure_ascii=False) + "\n"


def capability(number, mark):
    """Say of one capability what the feedback says."""
    lines = [mark.status, mark.result.get("case"), mark.result.get("finding")]
    if mark.result.get("misconception"):
        lines.append(f"This looks like: {mark.result['misconception']}")
    lines.append(mark.result.get("pointer"))
    passed = mark.earned >= mark.points if mark.points else mark.status == "right"
    return {
        "score": mark.earned,
        "max_score": mark.points,
        "status": "passed" if passed else "failed",
        "name": mark.capability,
        "number": str(number),
        "output": "\n".join(line for line in lines if line),
        "output_format": "text",
        "visibility": "visible",
    }


def checked(page):
    """Return a page as it is, or raise ValueError for what Gradescope does not document.

    Examples
    --------
    >>> checked({"score": 1, "grade": 1})
    Traceback (most recent call last):
        ...
    ValueError: Gradescope's results have no field "grade"
    """
    for fields, entry in [(FIELDS, page), *((TEST_FIELDS, entry) for entry in page.get("tests", ()))]:
        for name, value in entry.items():
            if name not in fields:
                raise ValueError(f'Gradescope\'s results have no field "{name}"')
            allowed = fields[name]
            words = isinstance(allowed, tuple) and isinstance(allowed[0], str)
            if value not in allowed if words else not isinstance(value, allowed):
                raise ValueError(f"Gradescope's {name} cannot be {value!r}")
    return page
