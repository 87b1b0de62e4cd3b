"""Similar submissions: a copy in any dress is seen, two honest answers are not, and nothing is run."""

import ast
import inspect
import itertools
import json
import random
import re
from pathlib import Path

import numpy as np
import pytest
from course.variants import BACKWARD
from grading.honest import HONEST

import cnnlab
from cnnlab.grading import similar as module
from cnnlab.grading.course import Course
from cnnlab.grading.similar import FEWEST, LEAST, of_package, pairs, shingles, similar
from solutions.sample_class import EINSUM, LOOPS, MATRIX_PRODUCT, SLUG, Answer, hand_in

ROOT = Path(__file__).parents[2]


def released():
    """The code of the exercise as students get it."""
    text = (ROOT / "exercises" / SLUG / f"{SLUG}.ipynb").read_text(encoding="utf-8")
    return ["".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]


GIVEN = [
    *released(),
    *(path.read_text(encoding="utf-8") for path in Path(cnnlab.__file__).parent.glob("*.py")),
]
WAYS = ("loops", "einsum", "matrix product", "fft")
CLASS = {  # eleven right answers, no two by the same means and the same author
    **HONEST,
    "einsum of the sample": "\n\n".join(EINSUM.values()),
    "matrix product of the sample": "\n\n".join(MATRIX_PRODUCT.values()),
    **{way: "\n\n".join(inspect.getsource(f) for f in BACKWARD[way].values()) for way in WAYS},
}


# The same code in other dress. All that these change is what no copy is recognised by.


def functions(code):
    """Cut code into what stands at its left margin."""
    return [ast.get_source_segment(code, node) for node in ast.parse(code).body]


def renamed(code):
    nodes = list(ast.walk(ast.parse(code)))
    own = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    own |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    new = {name: f"other_{number}" for number, name in enumerate(sorted(own))}
    return re.sub(r"(?<![\w.])[^\W\d]\w*", lambda found: new.get(found[0], found[0]), code)


def reordered(code):
    return "\n\n".join(reversed(functions(code)))


def laid_out_anew(code):
    return ast.unparse(ast.parse(code)).replace(", ", ",\n            ")


def explained(code):
    return re.sub(r":\n( +)", r":  # so\n\1# and why\n\1'''In words.'''\n\1", code)


def in_every_dress(code):
    """All of these, and a cell for each function."""
    return [explained(laid_out_anew(function)) for function in functions(renamed(reordered(code)))]


def padded_out(code):
    """With a line that does nothing behind every third."""
    lines = code.split("\n")
    for number in range(len(lines) - 1, 0, -3):
        if re.fullmatch(r" +\w+ = [^(\[{]+", lines[number]):
            lines.insert(number, re.match(" +", lines[number])[0] + f"note = {number}")
    return "\n".join(lines)


def broken(code):
    return code.replace("groups=1):", "groups=1:", 1).replace("range(", "range((", 1)


def with_while(code):
    """Not claimed, for the shape of the code changes; what is left is told all the same."""
    loop = r"\1\2 = -1\n\1while \2 + 1 < \3:\n\1    \2 += 1\n"
    return re.sub(r"( *)for (\w+) in range\((.*)\):\n", loop, code)


DRESSES = [renamed, reordered, laid_out_anew, explained, in_every_dress, padded_out, broken, with_while]


def share(a, b, others=()):
    """What two share, at most, in a class with others."""
    found = pairs({"a": a, "b": b, **dict(others)}, given=GIVEN, least=0.01)
    return next((pair.share for pair in found if (pair.a, pair.b) == ("a", "b")), 0.0)


@pytest.mark.parametrize("dress", DRESSES)
def test_a_copy_is_seen_in_another_dress(dress):
    shares = []
    for name, code in CLASS.items():
        others = {other: [text] for other, text in CLASS.items() if other != name}
        shares.append(share([code], dress(code) if dress is in_every_dress else [dress(code)], others))
    floor = {padded_out: 0.8, broken: 0.9, with_while: 0.6}.get(dress, 1.0)
    assert min(shares) >= floor, dict(zip(CLASS, shares, strict=True))


def test_honest_answers_share_less_than_is_listed():
    found = pairs({name: [code] for name, code in CLASS.items()}, given=GIVEN, least=0.01)
    assert len(found) <= 55
    assert max(pair.share for pair in found) <= 0.3 < LEAST


def test_two_loops_over_the_same_equation_are_not_alike_though_nobody_else_is_there():
    for a, b in itertools.combinations([*HONEST.values(), CLASS["loops"]], 2):
        assert share([a], [b]) < 0.3


def test_one_copied_function_of_three_is_seen():
    theirs, mine = functions(CLASS["fft"]), functions(HONEST["product"])
    mixed = [*mine[:-1], renamed(theirs[-1])]
    (found,) = pairs({"a": mixed, "b": theirs}, given=GIVEN)
    assert found.where == ("conv_backward_input_by_fft",)
    assert LEAST <= found.share < 0.7


def test_what_everybody_was_given_counts_for_nothing():
    everything = [*GIVEN, *LOOPS.values()]
    assert pairs({"a": everything, "b": everything}, given=GIVEN) == []


def test_what_many_write_is_no_copy():
    few, many = ({f"{name}{n}": [CLASS[name]] for name in CLASS for n in range(copies)} for copies in (5, 6))
    assert len(pairs(few, given=GIVEN)) == 11 * 10
    assert pairs(many, given=GIVEN, common=0.08) == []
    assert len(pairs(many, given=GIVEN)) == 11 * 15


def test_the_most_alike_come_first_and_no_more_than_anybody_looks_at(monkeypatch):
    monkeypatch.setattr(module, "MOST_PAIRS", 2)
    first, second = functions(CLASS["fft"]), functions(CLASS["einsum"])
    found = pairs({"d": first, "c": [*first[:2], second[2]], "b": first, "a": second}, given=GIVEN)
    assert [(pair.a, pair.b) for pair in found] == [("b", "d"), ("b", "c")]
    assert found[0].share == 1 > found[1].share
    assert found[0].tokens >= FEWEST
    assert {"conv_backward_weight_by_fft", "conv_backward_input_by_fft"} == set(found[0].where[:2])


@pytest.mark.parametrize(("name", "value"), [("least", 0), ("least", 1.5), ("common", -0.1)])
def test_a_part_of_a_whole_is_asked_for(name, value):
    with pytest.raises(
        ValueError, match=f"{name} is {value:g}, but it is a part of a whole: above 0, at most 1"
    ):
        pairs({}, **{name: value})


HOSTILE = {
    "empty": "",
    "null bytes": "\0" * 9999,
    "open text": '"""\\"' * 9999,
    "brackets": "(" * 99_999,
    "indents": "".join(" " * n + "if x:\n" for n in range(600)),
    "one name": "a" * 99_999,
    "huge": "x = 1\n" * 100_000,
    "runs": "import pathlib; pathlib.Path('canary').write_text('!')\nraise SystemExit\n" * 9,
    "surrogates": "x\ud800 = '\ud800'\n" * 99,
}


@pytest.mark.parametrize("code", HOSTILE.values(), ids=HOSTILE)
def test_hostile_code_is_read_and_never_run(code, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert sum(len(piece.words) for piece, _ in shingles.read([code] * 3)) <= shingles.MOST_CODE
    honest = CLASS["fft"]
    found = pairs({"hostile": [code], "a": [honest], "b": [honest]}, given=GIVEN)
    assert [(pair.a, pair.b) for pair in found] == [("a", "b")]
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def course(tmp_path):
    """A class of its own, handed in, beside the exercise as it is in the repository."""
    return Course(ROOT, tmp_path / "build")


def test_a_class_is_read_from_where_it_was_handed_in_and_nothing_is_written(course):
    copied = {name: renamed(source) for name, source in EINSUM.items()}
    hand_in(course, [Answer("ada", 14, EINSUM), Answer("bob", 14, copied), Answer("eve", 14, MATRIX_PRODUCT)])
    hand_in(course, [Answer("loops", 14, LOOPS), Answer("loops-too", 14, LOOPS), Answer("untouched", 0)])
    hand_in(course, [Answer("misnamed", 14, EINSUM), Answer("unreadable", 0), Answer("nothing", 0)])
    path = course.notebook("submitted", SLUG, "misnamed")
    path.rename(path.with_name("mine.ipynb"))
    course.notebook("submitted", SLUG, "unreadable").write_bytes(b"\0[" * 9999)
    course.notebook("submitted", SLUG, "nothing").unlink()
    before = {path: path.stat().st_mtime_ns for path in course.build.rglob("*")}
    found = [(pair.a, pair.b, round(pair.share, 1)) for pair in similar(course, SLUG)]
    assert found == [("ada", "bob", 1), ("ada", "misnamed", 1), ("bob", "misnamed", 1)]
    assert {path: path.stat().st_mtime_ns for path in course.build.rglob("*")} == before


def test_a_large_class_is_done_in_one_go():
    """300 that differ in two words of five, and one copy: the time for 2,000 is seven times as much."""
    rng, names = random.Random(0), "left right here there much".split()
    kept = {"def", "for", "in", "if", "return", "and", "or", "not", "else", "continue", "import"}

    def own_words(found):
        return found[0] if found[0] in kept or rng.random() > 0.4 else rng.choice(names)

    sources = list(CLASS.values())
    students = {
        f"s{n:03}": [*released(), re.sub(r"(?<![\w.])[a-z]\w*", own_words, rng.choice(sources))]
        for n in range(300)
    }
    students["zoe"] = in_every_dress(CLASS["fft"])
    students["yan"] = [CLASS["fft"]]
    found = pairs(students, given=GIVEN)
    assert (found[0].a, found[0].b, found[0].share) == ("yan", "zoe", 1)
    assert len(found) <= module.MOST_PAIRS


def test_the_packages_own_passages_are_worked_out_once(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    found = of_package()
    (kept,) = (tmp_path / "cnnlab" / "shingles").iterdir()
    assert len(found) > 1000 and np.array_equal(np.load(kept), found)
    np.save(kept, found[:5])
    assert np.array_equal(of_package(), found[:5])
    for broken in (b"broken off", b""):
        kept.write_bytes(broken)
        assert np.array_equal(of_package(), found) and np.array_equal(np.load(kept), found)


def test_what_is_the_packages_own_makes_nobody_alike():
    code = (Path(cnnlab.__file__).parent / "conv.py").read_text("utf-8")
    assert len(pairs({"ada": [code], "bob": [code]})) == 1
    assert pairs({"ada": [code], "bob": [code]}, shingles=of_package()) == []
