"""One slug everywhere: the chapter, the checks that are seen, the hidden ones, the mistakes, the exercise."""

import re
from pathlib import Path

import cnnlab
from cnnlab.checks import EXERCISES, find_exercise

ROOT = Path(__file__).parents[2]


def test_nothing_is_missing_and_nothing_left_over():
    assert {p.parent.name for p in (ROOT / "solutions").glob("*/*.py")} == set(EXERCISES)
    assert {p.name for p in (ROOT / "exercises").iterdir()} == set(EXERCISES)
    assert {p.stem for p in (ROOT / "cnnlab" / "checks").glob("ch*.py")} == set(EXERCISES)


def test_a_solution_is_a_notebook_its_checks_and_its_mistakes(slug):
    assert {p.name for p in (ROOT / "solutions" / slug).glob("*.py")} == {
        "notebook.py",
        "checks.py",
        "mistakes.py",
    }


def test_feedback_points_to_a_section_of_the_chapter(slug):
    public = find_exercise(slug)
    for capability in public.capabilities:
        path = ROOT / "book" / f"{public.page(capability)}.md"
        chapter = path.read_text(encoding="utf-8").replace("$", "")
        assert capability.section in re.findall(r"^##+ (.+)$", chapter, re.MULTILINE)


def test_who_flips_is_sent_to_where_the_flip_is_treated():
    chapter = (ROOT / "book" / "ch04_convolution.md").read_text(encoding="utf-8")
    first = find_exercise("ch07").capabilities[0]
    assert first.page == "ch04_convolution"
    assert f"(ch04-two-operations)=\n## {first.section}\n" in chapter


def test_the_chapter_and_the_notebook_bear_the_slug(slug):
    assert f"({slug})=" in (ROOT / "book" / f"{slug}.md").read_text(encoding="utf-8")
    notebook = (ROOT / "solutions" / slug / "notebook.py").read_text(encoding="utf-8")
    public = find_exercise(slug)
    for capability in public.capabilities:
        assert f"*{public.pointer(capability)}" in notebook
        assert f'check("{slug}", "{capability.name}", globals())' in notebook


def test_every_graded_function_is_one_of_the_package(exercise):
    for name in exercise.functions:
        assert callable(getattr(cnnlab, name))
    assert {name for m in exercise.mistakes for way in m.functions for name in way} <= set(exercise.functions)


def test_hidden_cases_ask_for_every_function_and_need_only_what_comes_before(exercise):
    import numpy as np

    names = [c.name for c in exercise.capabilities]
    cases = {c.name: c.cases(np.random.default_rng(0)) for c in exercise.capabilities}
    assert {case.function for asked in cases.values() for case in asked} == set(exercise.functions)
    for name, asked in cases.items():
        assert len(asked) >= 4
        assert any(not case.needs for case in asked), f"{name} can be excused altogether"
        assert all(set(case.needs) <= set(names[: names.index(name)]) for case in asked)


def test_the_same_seed_draws_the_same_cases_and_another_seed_others(exercise):
    from cnnlab.checks.marking import Deck

    for capability in exercise.capabilities:
        ada, again, emil = (
            [
                case.text() + str(case.args)
                for case in Deck(exercise.capabilities, seed).cases(capability.name)
            ]
            for seed in (b"ada", b"ada", b"emil")
        )
        assert ada == again
        assert ada[0] == emil[0]  # the fixed one
        assert ada != emil
