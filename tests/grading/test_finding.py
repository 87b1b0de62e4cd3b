"""Which file of a submission is meant: other names, several files, and files that must not be opened."""

import os
import socket
import unicodedata

import pytest
from grading.damaged.bank import BIAS, as_bytes, find, own, right_answer, untouched

from cnnlab.grading.reading import finding
from cnnlab.grading.reading.finding import Misnamed, find_submission
from cnnlab.grading.spec import Spec
from solutions.sample_class import LOOPS, SLUG

NAME = f"{SLUG}.ipynb"
SPEC = Spec.of_notebook(untouched(), SLUG)
RIGHT, EMPTY = as_bytes(right_answer()), as_bytes(untouched())
OTHER = as_bytes({"cells": [own("hello = 'world'")], "nbformat": 4})


def hand_in(folder, **files):
    """Write files by name; two underscores stand for a slash, `ipynb` for an ending."""
    for name, data in files.items():
        lay(folder / f"{name.replace('__', '/')}.ipynb", data)
    return folder


def lay(path, data):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def ending(folder, spec=SPEC):
    with pytest.raises(Misnamed) as refused:
        find_submission(folder, NAME, spec)
    assert refused.value.note.endswith(".") and refused.value.advice.endswith(".")
    return refused.value.name, refused.value.note


def test_the_expected_name_counts_and_nothing_is_noted(tmp_path):
    assert find_submission(hand_in(tmp_path, ch08_conv_backward=RIGHT), NAME) == (RIGHT, "")


@pytest.mark.parametrize(
    "name",
    [
        "Ch08_Conv_Backward.ipynb",
        "ch08_conv_backward (1).ipynb",
        "ch08_conv_backward-1.ipynb",
        "Copy of ch08_conv_backward.ipynb",
        "ch08-conv-backward.IPYNB",
        "ch08_conv_backward.ipynb.txt",
        "ch08_conv_backward.ipynb.json",
        "ch08_conv_backward.json",
        "ch08_conv_backward.py",
        "réponse d'Ada.ipynb",
        unicodedata.normalize("NFD", "réponse.ipynb"),
        "handed in/ch08_conv_backward.ipynb",
    ],
)
@pytest.mark.parametrize("spec", [SPEC, None], ids=["spec", "no spec"])
def test_one_file_under_another_name_is_taken_with_a_note(tmp_path, name, spec):
    lay(tmp_path / name, RIGHT)
    data, note = find_submission(tmp_path, NAME, spec)
    assert data == RIGHT
    assert note.endswith(f" was taken for {NAME}.")


def test_accents_in_one_character_or_two_are_the_same_name(tmp_path):
    lay(tmp_path / unicodedata.normalize("NFD", "été.ipynb"), RIGHT)
    assert find_submission(tmp_path, unicodedata.normalize("NFC", "été.ipynb")).note == ""


def test_checkpoints_hidden_files_and_archives_litter_are_passed_over(tmp_path):
    for name in (
        ".ipynb_checkpoints/a-checkpoint.ipynb",
        "._a.ipynb",
        "__MACOSX/a.ipynb",
        "notes.pdf",
        "data.npz",
    ):
        lay(tmp_path / name, RIGHT)
    lay(tmp_path / "a.ipynb", RIGHT)
    assert find_submission(tmp_path, NAME, SPEC) == (RIGHT, f"a.ipynb was taken for {NAME}.")


def test_of_several_the_one_with_most_answers_is_taken(tmp_path):
    half = untouched()
    find(half, BIAS)["source"] = LOOPS[BIAS]
    hand_in(tmp_path, first=as_bytes(half), second=RIGHT, third=OTHER, fourth=b"broken")
    assert find_submission(tmp_path, NAME, SPEC) == (RIGHT, f"second.ipynb was taken for {NAME}.")


def test_an_untouched_file_of_the_expected_name_gives_way_to_the_answer_beside_it(tmp_path):
    hand_in(tmp_path, ch08_conv_backward=EMPTY, answer=RIGHT)
    assert find_submission(tmp_path, NAME, SPEC) == (RIGHT, f"answer.ipynb was taken for {NAME}.")


def test_a_file_of_the_expected_name_with_an_answer_counts_whatever_lies_beside_it(tmp_path):
    half = untouched()
    find(half, BIAS)["source"] = LOOPS[BIAS]
    hand_in(tmp_path, ch08_conv_backward=as_bytes(half), answer=RIGHT)
    assert find_submission(tmp_path, NAME, SPEC).data == as_bytes(half)


def test_two_equal_candidates_are_not_chosen_between(tmp_path):
    hand_in(tmp_path, first=RIGHT, second=RIGHT)
    assert ending(tmp_path) == ("misnamed", "It is not clear which file is meant: first.ipynb, second.ipynb.")
    assert ending(tmp_path, spec=None)[0] == "misnamed"


def test_a_notebook_of_something_else_is_not_taken(tmp_path):
    hand_in(tmp_path, homework=OTHER)
    assert ending(tmp_path) == ("misnamed", "It is not clear whether this is the assignment: homework.ipynb.")


def test_a_single_unreadable_file_is_handed_on(tmp_path):
    hand_in(tmp_path, homework=b"%PDF")
    assert find_submission(tmp_path, NAME, SPEC).data == b"%PDF"


def test_nothing_and_something_else(tmp_path):
    assert ending(tmp_path / "absent") == ("missing", "Nothing was handed in.")
    assert ending(tmp_path) == ("missing", "Nothing was handed in.")
    for name in "abcd":
        lay(tmp_path / f"{name}.pdf", b"")
    assert ending(tmp_path) == (
        "misnamed",
        "No notebook was handed in, but a.pdf, b.pdf, c.pdf and 1 more.",
    )


# --- What must not be opened ---------------------------------------------------------------------------


@pytest.fixture
def secret(tmp_path_factory):
    return lay(tmp_path_factory.mktemp("other") / "secret.ipynb", RIGHT)


@pytest.mark.parametrize("name", [NAME, "other.ipynb"])
def test_links_are_not_followed(tmp_path, secret, name):
    (tmp_path / name).symlink_to(secret)
    assert ending(tmp_path) == ("unreadable", f"{name} is a link.")


def test_links_to_folders_are_not_followed(tmp_path, secret):
    (tmp_path / "below").symlink_to(secret.parent)
    assert ending(tmp_path) == ("unreadable", "below is a link.")
    (tmp_path / "folder").symlink_to(secret.parent)
    assert ending(tmp_path / "folder") == ("unreadable", "folder is a link.")


def test_hard_links_out_of_the_folder_are_not_read(tmp_path, secret):
    os.link(secret, tmp_path / NAME)
    assert ending(tmp_path) == ("unreadable", f"{NAME} is linked to a file elsewhere.")


def test_hard_links_within_the_folder_are(tmp_path):
    os.link(lay(tmp_path / NAME, RIGHT), tmp_path / "copy.txt")
    assert find_submission(tmp_path, NAME).data == RIGHT


def test_pipes_sockets_and_folders_are_not_opened(tmp_path):
    os.mkfifo(tmp_path / NAME)
    assert ending(tmp_path) == ("unreadable", f"{NAME} is no file.")
    (tmp_path / NAME).unlink()
    with socket.socket(socket.AF_UNIX) as listening:
        here = os.getcwd()
        os.chdir(tmp_path)  # the path of a socket is short
        listening.bind(NAME)
        os.chdir(here)
    assert ending(tmp_path) == ("unreadable", f"{NAME} is no file.")
    (tmp_path / NAME).unlink()
    (tmp_path / NAME).mkdir()
    assert ending(tmp_path)[0] == "missing"


def test_a_file_that_becomes_a_link_or_a_pipe_meanwhile_is_not_read(tmp_path, secret):
    (tmp_path / "link").symlink_to(secret)
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "pipe", "gone"):
        with pytest.raises(Misnamed, match=f"{name} is no file"):
            finding.read_file(tmp_path / name, tmp_path)


def test_files_that_may_not_be_read_are_said(tmp_path, monkeypatch):
    def refuse(path, flags):
        raise PermissionError(13, "no", path)

    hand_in(tmp_path, ch08_conv_backward=RIGHT)
    monkeypatch.setattr(finding.os, "open", refuse)
    assert ending(tmp_path) == ("unreadable", f"{NAME} may not be read.")


def test_huge_files_are_not_read(tmp_path):
    with open(tmp_path / NAME, "wb") as file:
        file.truncate(2**33)
    assert ending(tmp_path)[1].startswith(f"{NAME} has 8,589,934,592 bytes, more than")


def test_names_are_shown_as_plain_text(tmp_path):
    for name in (
        "a\n<img src=x>.ipynb",
        "\x1b]0;title\x07\u202e.ipynb",
        "`x` [y](z) *.ipynb",
        b"\xff.ipynb".decode("utf-8", "surrogateescape"),
    ):
        lay(tmp_path / name, OTHER)
    note = ending(tmp_path)[1]
    assert note.isprintable() and not set(note) & set("<>&\"'`[]*\\")
    note.encode()


def test_endless_folders_are_not_walked_to_their_end(tmp_path, monkeypatch):
    monkeypatch.setattr(finding, "MOST_ENTRIES", 20)
    for number in range(50):
        lay(tmp_path / f"f{number}" / "a.ipynb", OTHER)
    lay(tmp_path / "z.ipynb", RIGHT)
    assert ending(tmp_path)[0] == "missing"
    lay(tmp_path / "a.ipynb", RIGHT)
    assert find_submission(tmp_path, NAME, SPEC).data == RIGHT
