"""One student's way, from the first command to the marks, seen as a person sees it."""

import json
import os
import re
import sys
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import expect

SLUG = "ch04_convolution"
FLIPPED = """\
    taps = w[::-1]
    return np.array([np.sum(x[i : i + len(w)] * taps, dtype=float) for i in range(len(x) - len(w) + 1)])
"""
RIGHT = """\
    places = len(x) - len(w) + 1
    if places < 1:
        raise ValueError("the kernel is longer than the signal")
    return np.array([np.sum(x[i : i + len(w)] * w.astype(float)) for i in range(places)])
"""
PICTURE_FLIPPED = """\
    k, l = w.shape
    rows, columns = x.shape[0] - k + 1, x.shape[1] - l + 1
    if min(rows, columns) < 1:
        raise ValueError("the kernel does not fit")
    y = np.zeros((rows, columns))
    for i, j in np.ndindex(rows, columns):
        y[i, j] = np.sum(x[i : i + k, j : j + l] * w[::-1, ::-1].astype(float))
    return y
"""
EVERYTHING = "ControlOrMeta+a"


class Notebook:
    """A notebook in JupyterLab, worked with by mouse and keyboard."""

    def __init__(self, page):
        self.page = page
        self.panel = page.locator(".jp-NotebookPanel")

    def cell(self, words):
        """Scroll to the one code cell with these words."""
        cell = self.panel.locator(".jp-CodeCell", has=self.page.locator(".jp-InputArea", has_text=words))
        self.panel.locator(".jp-WindowedPanel-outer").hover()
        for turn in range(80):
            if cell.count() and cell.is_visible():
                break
            self.page.mouse.wheel(0, 300 if turn < 50 else -600)
            self.page.wait_for_timeout(50)
        expect(cell).to_have_count(1)
        cell.scroll_into_view_if_needed()
        return cell

    def write(self, function, body):
        """Put a body in the place of what stands below a function's docstring, and run the cell."""
        editor = self.cell(f"def {function}(").locator(".cm-content")
        stub = "".join(self.source(function).partition('    """\n')[:2])
        editor.click()
        self.page.keyboard.press(EVERYTHING)
        self.page.keyboard.insert_text(stub + body.rstrip("\n"))
        self.run(f"def {function}(")

    def source(self, function):
        """Read a cell in the editor, line by line; an editor shows all of so short a text."""
        lines = self.cell(f"def {function}(").locator(".cm-line")
        return "\n".join(line.rstrip("\n") for line in lines.all_text_contents())

    def run(self, words):
        """Run a cell with Shift and Enter, and wait until it has ended.

        Until the kernel has started, JupyterLab shows nothing; a student for whom nothing happens for a
        minute presses again.
        """
        before = self.cell(words).locator(".jp-InputPrompt").inner_text()
        for _ in range(3):
            self.cell(words).locator(".cm-content").click()
            self.page.keyboard.press("Shift+Enter")
            prompt = self.cell(words).locator(".jp-InputPrompt")
            with suppress(AssertionError):
                expect(prompt).not_to_have_text(before, timeout=60_000)
                break
        expect(prompt).not_to_have_text(before)
        expect(prompt).to_have_text(re.compile(r"\[\d+\]:"), timeout=60_000)
        return self.cell(words).locator(".jp-OutputArea-output")

    def save(self):
        """Save with the keyboard, and wait until the tab no longer says that something is unsaved."""
        self.page.keyboard.press("ControlOrMeta+s")
        expect(self.page.locator(".lm-TabBar-tab.jp-mod-dirty")).to_have_count(0, timeout=30_000)


@pytest.fixture
def page(chromium):
    context = chromium.new_context(viewport={"width": 1200, "height": 900})
    yield context.new_page()
    context.close()


def handed_in(path, notebook, name):
    """Zip a notebook as Moodle hands a class's submissions out."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(notebook, f"{name}_4711_assignsubmission_file_/{notebook.name}")
    return path


def test_a_student_has_the_package_as_it_is_handed_out_and_no_answer(student):
    where = student.run("python", "-c", "import cnnlab; print(cnnlab.__file__)")
    assert Path(where.strip()).is_relative_to(
        Path(student.environment["PATH"].partition(os.pathsep)[0]).parent
    )
    assert "No module named 'solutions'" in student.run("python", "-c", "import solutions", code=1)


@pytest.mark.slow
def test_from_the_first_command_to_the_marks(student, jupyterlab, instructor, page, tmp_path):
    # A terminal: one command brings the exercise, and opens it.
    page.goto(jupyterlab(SLUG[:4]))
    notebook, file = Notebook(page), student.folder / SLUG / f"{SLUG}.ipynb"
    expect(page.get_by_role("heading", name="Exercise 4: slide, multiply, sum")).to_be_visible(timeout=90_000)
    assert file.is_file()
    notebook.run("import numpy as np")

    # Not written yet: the check says so.
    output = notebook.run('"correlate", globals()')
    expect(output).to_contain_text("✗ correlate: correlate_1d is not written yet.")
    expect(output).not_to_contain_text("Traceback")

    # A flipped kernel: the check shows the example by hand, what came out, and what is right.
    notebook.write("correlate_1d", FLIPPED)
    output = notebook.run('"correlate", globals()')
    expect(output).to_contain_text(
        "✗ correlate: By hand: lay [1, 2, 4] on each window of [2, 1, 0, 3, 1, 2]."
    )
    expect(output).to_contain_text("You get [10, 7, 7, 16]")
    expect(output).to_contain_text("not     [4, 13, 10, 13]")
    expect(output).not_to_contain_text("Traceback")

    # Help is a ladder: the second hint is inside the first.
    rung = notebook.panel.locator(".jp-RenderedMarkdown", has_text="Rung 1: the kernel as it is written")
    first, second = rung.get_by_text("How many windows are there?"), rung.get_by_text("which entry of x")
    expect(first).to_be_hidden()
    rung.get_by_text("A first hint").click()
    expect(first).to_be_visible()
    expect(second).to_be_hidden()
    rung.get_by_text("A second hint").click()
    expect(second).to_be_visible()
    notebook.save()
    assert "✗" in student.run("cnnlab", "check", SLUG, code=1)

    # The right answer passes, and says what hidden checks will vary.
    notebook.write("correlate_1d", RIGHT)
    output = notebook.run('"correlate", globals()')
    expect(output).to_contain_text("✓ correlate: the hand example, the property and the edge case are right.")
    expect(output).to_contain_text("Hidden checks vary lengths, values")

    # The third rung is written wrongly, and handed in all the same. What is left is left.
    notebook.write("correlate_2d", PICTURE_FLIPPED)
    expect(notebook.run('"2d", globals()')).to_contain_text(
        "✗ 2d: By hand: lay [[1, 0], [0, -1]] on a picture of 3 x 3"
    )
    notebook.save()
    saved = json.loads(file.read_text(encoding="utf-8"))
    assert any("w[::-1, ::-1]" in "".join(cell["source"]) for cell in saved["cells"])
    said = student.run("cnnlab", "check", SLUG, code=1)
    assert "passes what you can see" in said
    assert "1 of 3" in student.run("cnnlab", "status")

    # The course's page takes the file; the instructor fetches the class, and grades it.
    archive = handed_in(tmp_path / "Exercise 4.zip", file, "Ada Lovelace")
    cnnlab = (sys.executable, "-m", "cnnlab")
    instructor.run(*cnnlab, "release", SLUG)
    assert "collected: 1" in instructor.run(*cnnlab, "collect", "ch04", str(archive))
    assert re.search(r"1 submissions?: 1 graded", instructor.run(*cnnlab, "grade", "ch04"))

    # What comes back: marks, what is right, what to look at again.
    (feedback,) = (instructor.folder / "build" / "feedback" / SLUG).glob("*.html")
    page.goto(feedback.as_uri())
    expect(page.get_by_role("heading", name="Chapter 4: What is a convolution?")).to_be_visible()
    expect(page.locator(".total")).to_have_text("1 of 4 points")
    expect(page.locator(".standing li")).to_have_text(["✓ correlate 1 / 1"])
    finding = page.locator("article", has_text="correlate_2d")
    expect(finding).to_contain_text("0 / 2")
    expect(finding).to_contain_text("Smallest input that shows it:")
    expect(page.locator(".open")).to_have_text(["convolve_1d: convolve 0 / 1"])
    pattern = finding.get_by_text("This looks like: right for symmetric kernels and not for others.")
    expect(pattern).to_be_hidden()
    finding.get_by_text("A pattern that fits").click()
    expect(pattern).to_be_visible()

    # The line with the case asks the student's own function again, and agrees.
    finding.get_by_text("Where to read, what to try").click()
    expect(
        finding.get_by_role("link", name='Chapter 4, "How does it work in two dimensions?"')
    ).to_be_visible()
    line = finding.locator("pre").inner_text()
    case = re.fullmatch(r'cnnlab check --case "([^"]+)"', line.strip())[1]
    (found,) = re.findall(r"You return [^;]+;", finding.locator(".finding").inner_text())
    assert found in " ".join(student.run("cnnlab", "check", "--case", case, code=1).split())
