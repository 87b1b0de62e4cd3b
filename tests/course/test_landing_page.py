"""The feedback that the landing page shows is what the grader says."""

from dataclasses import replace
from pathlib import Path

from cnnlab import naive
from cnnlab.checks import score
from solutions.ch08_conv_backward.checks import EXERCISE
from solutions.ch08_conv_backward.mistakes import dx_with_the_kernel_flipped

PAGE = Path(__file__).parents[2] / "book" / "index.md"


def test_the_example_is_the_graders_own():
    student = {name: getattr(naive, name) for name in EXERCISE.functions}
    student["conv_backward_input"] = dx_with_the_kernel_flipped
    result = score(replace(EXERCISE, closed=()), "input", student, b"any seed")
    *said, _pointer = result.text().splitlines()
    shown = PAGE.read_text(encoding="utf-8").split("```text")[1].split("```")[0]
    assert " ".join(shown.split()) == " ".join(" ".join(said).split())
