"""The bank of wrong layers and the public bugs: each is caught, and none is called what it is not."""

import functools
import re
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from bank import BANK, ELSEWHERE, IDS, table
from bank.wrong import check
from experiments import public_bugs
from experiments.public_bugs.page import table as table_of_the_page

from cnnlab import check_gradient

SEEDS = range(3)
CASES = [(wrong, axes) for wrong in BANK for axes in wrong.axes]
LAYERS = {f"{wrong.layer}-{wrong.options}-{axes}": (wrong, axes) for wrong, axes in CASES}  # each once
PAGE = (Path(__file__).parents[1] / "book" / "gradient_bugs.md").read_text(encoding="utf-8")


@functools.cache
def report_on(number, axes, seed):
    return BANK[number].check(axes, seed)


def layer_of(case):
    wrong, axes = case
    return f"{getattr(wrong.layer, 'func', wrong.layer).__name__}-{axes}"


def wrong_in(report):
    return {found.name for found in report.findings if found.remark}


def test_every_mistake_of_these_chapters_is_in_the_bank_or_has_a_reason():
    known = [id for ids in IDS.values() for id in ids]
    assert len(known) == len(set(known)) == 122
    assert {wrong.id for wrong in BANK} | set(ELSEWHERE) == set(known)
    assert not {wrong.id for wrong in BANK} & set(ELSEWHERE)


@pytest.mark.parametrize("chapter", ["ch08_conv_backward", "ch09_pool"])
def test_every_mistake_of_an_exercise_on_gradients_of_layers_is_known(chapter):
    mistakes = import_module(f"solutions.{chapter}.mistakes").MISTAKES
    assert {mistake.id for mistake in mistakes} == set(IDS[chapter])


@pytest.mark.parametrize("number", range(len(BANK)), ids=map(str, BANK))
def test_a_wrong_layer_is_caught_and_called_what_it_is_or_nothing(number):
    wrong = BANK[number]
    for axes in wrong.axes:
        for seed in SEEDS:
            report = report_on(number, axes, seed)
            assert not report.ok
            assert wrong_in(report) == {f"d{name}" for name in wrong.slugs}
            for name, true in wrong.slugs.items():
                assert report.patterns[f"d{name}"] in {"", *true}


@pytest.mark.parametrize("case", LAYERS.values(), ids=layer_of)
def test_no_right_layer_is_accused(case):
    wrong, axes = case
    for seed in range(10):
        rng = np.random.default_rng([seed, axes])
        report = check(wrong.layer(axes, rng, **wrong.options), rng)
        assert report.ok, report


SPOIL = {
    "noise": lambda gradient, rng: gradient * (1 + 0.1 * rng.standard_normal(gradient.shape)),
    "shuffled": lambda gradient, rng: rng.permutation(gradient.ravel()).reshape(gradient.shape),
}


@pytest.mark.parametrize("spoil", SPOIL.values(), ids=SPOIL)
@pytest.mark.parametrize("case", LAYERS.values(), ids=layer_of)
def test_what_has_no_name_is_given_none(case, spoil):
    wrong, axes = case
    rng = np.random.default_rng([7, axes])
    layer = wrong.layer(axes, rng, **wrong.options)
    for place, (name, x) in enumerate(layer.inputs.items()):

        def spoilt(dy, *inputs, place=place, **options):
            gradients = layer.backward(dy, *inputs, **options)
            gradients = [*gradients] if isinstance(gradients, (tuple, list)) else [gradients]
            gradients[place] = spoil(gradients[place], np.random.default_rng(5))
            return gradients

        if x.size >= 12:  # of a few numbers anything may be true
            report = check(layer, rng, spoilt)
            assert wrong_in(report) == {f"d{name}"}
            assert report.patterns[f"d{name}"] == ""


def test_most_that_have_a_name_are_called_by_it():
    """Run with -s to see the table."""
    checked = [
        (BANK[number], report_on(number, axes, 0)) for number, wrong in enumerate(BANK) for axes in wrong.axes
    ]
    text = table(checked)
    print(f"\n{text}")
    nameable = [
        report.patterns[f"d{name}"] for wrong, report in checked for name in wrong.slugs if wrong.slugs[name]
    ]
    assert "MISSED" not in text
    assert sum(map(bool, nameable)) >= 0.8 * len(nameable)


@pytest.mark.parametrize(
    ("id", "words"),
    [
        ("dense-dw-transposed", "transposed|exchanged"),
        ("dw-averaged-over-batch", "1/3"),
        ("ce-gradient-over-all-entries", "1/4"),
        ("mse-factor-two", r"\b2 times"),
        ("dw-flipped", "reversed"),
        ("db-mean", "1/18"),
        ("maxgrad-assigns-overlap", "several windows"),
        ("backward-mutates-upstream", "dy"),
    ],
)
def test_the_words_say_which(id, words):
    number = next(number for number, wrong in enumerate(BANK) if wrong.id == id)
    axes = BANK[number].axes[0]
    assert re.search(words, report_on(number, axes, 0).diagnosis)


# What public projects shipped


@pytest.mark.parametrize("name", public_bugs.BUGS)
def test_a_public_bug_is_caught_and_named(name):
    true = public_bugs.load(name).TRUE
    for seed in range(5):
        report = public_bugs.check(name, seed)
        assert not report.ok
        assert wrong_in(report) == {f"d{gradient}" for gradient in true}
        for gradient, names in true.items():
            assert report.patterns[f"d{gradient}"] in (names.split() or [""])


def test_there_are_twenty_each_with_its_thread():
    assert len(set(public_bugs.BUGS)) == 20
    addresses = [public_bugs.load(name).URL for name in public_bugs.BUGS]
    assert len(set(addresses)) == 20
    for name, address in zip(public_bugs.BUGS, addresses, strict=True):
        number = re.fullmatch(r"https://github\.com/[\w.-]+/[\w.-]+/(?:issues|pull)/(\d+)", address)[1]
        assert name.endswith(f"_{number}")
    assert all(all(public_bugs.load(name).TRUE.values()) for name in public_bugs.BUGS)  # each has a name


def test_one_bug_more_is_caught_and_has_no_name():
    for seed in range(5):
        report = public_bugs.check("neon_111", seed)
        assert wrong_in(report) == {"dx"} and not report.patterns["dx"]


def test_one_bug_shows_only_where_an_input_is_zero():
    bug, rng = public_bugs.load("kaldi_3890"), np.random.default_rng(0)
    x = bug.inputs(rng)["x"]
    assert check_gradient(bug.forward, bug.backward, [x], rng, names=["x"]).ok
    report = check_gradient(bug.forward, bug.backward, [np.maximum(x, 0)], rng, names=["x"])
    assert wrong_in(report) == {"dx"}


def test_the_page_shows_each_with_its_lines_and_its_thread():
    sections = dict(re.findall(r"^\(bug-([\w-]+)\)=\n(.*?)(?=^\(|\Z)", PAGE, flags=re.DOTALL | re.MULTILINE))
    assert [name.replace("-", "_") for name in sections] == list(public_bugs.BUGS)
    for name, text in sections.items():
        name = name.replace("-", "_")
        assert public_bugs.load(name).URL in text
        assert f"```{{literalinclude}} experiments/public_bugs/{name}.py" in text
        assert f'public_bugs.check("{name}")' in text


def test_the_table_has_a_row_for_each_wrong_gradient():
    rows = table_of_the_page().rows
    assert len(rows) == sum(len(public_bugs.load(name).TRUE) for name in public_bugs.BUGS)
    assert rows[0][:3] == [
        "[victorlempitsky/Mate 2](https://github.com/victorlempitsky/Mate/issues/2)",
        "dscores",
        "scale",
    ]
