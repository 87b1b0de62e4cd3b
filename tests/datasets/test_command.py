"""`cnnlab data list | fetch | info`: what it says, and how it ends."""

import gzip

import pytest
from typer.testing import CliRunner

from cnnlab import cli
from cnnlab.datasets import catalogue, mnist


def run(*arguments):
    return CliRunner().invoke(cli.app, ["data", *arguments], env={"COLUMNS": "80", "NO_COLOR": "1"})


def test_list_has_a_line_for_each(nowhere):
    said = run("list")
    assert said.exit_code == 0
    assert max(map(len, said.output.splitlines())) <= 80
    lines = {line.split()[0]: line for line in said.output.splitlines()[1:]}
    assert list(lines) == list(catalogue())
    assert lines["mnist"].split("  ")[0] == "mnist" and lines["mnist"].rstrip().endswith("not here")
    assert "CC BY 4.0" in lines["digits"] and lines["digits"].rstrip().endswith("in the package")


def test_info_tells_all(nowhere):
    said = run("info", "spoken-digits")
    words = " ".join(said.output.split())
    assert said.exit_code == 0
    for fact in (
        "2,700 + 300 sounds, 1 x 8000",
        "split each speaker's recordings 0 to 4",
        "left_out=...",
        "CC BY-SA 4.0",
        "Z. Jackson and others (2018)",
        "where not here: cnnlab data fetch spoken-digits",
    ):
        assert fact in words


def test_fetch_brings_it_once_and_says_where(nowhere, server, monkeypatch, tiny_mnist):
    monkeypatch.setattr(mnist, "MIRROR", f"{server.address}/")
    for name, content in tiny_mnist.items():
        packed = gzip.compress(content)
        server.pages[f"/{name}.gz"] = packed, len(packed)
    for _ in range(2):
        said = run("fetch", "mnist")
        assert said.exit_code == 0
        assert f"mnist: {nowhere / 'mnist'}" in said.stdout
        assert len(server.asked) == 4


@pytest.mark.parametrize(
    ("arguments", "code", "line"),
    [
        (
            ["fetch", "mnist"],
            1,
            "cnnlab: MNIST is on no disk here and cannot be downloaded: CNNLAB_OFFLINE is set.",
        ),
        (
            ["fetch", "cifar"],
            1,
            'cnnlab: there is no data set "cifar"; there are digits, mnist, spoken-digits',
        ),
        (["mnist"], 2, "No such command 'mnist'"),
    ],
)
def test_what_goes_wrong_is_one_line(nowhere, arguments, code, line):
    said = run(*arguments)
    assert said.exit_code == code
    assert line in said.output


def test_a_named_folder_that_is_not_there(monkeypatch, tmp_path):
    monkeypatch.setenv("CNNLAB_DATA", str(tmp_path / "gone"))
    said = run("list")
    assert said.exit_code == 1
    assert "but there is no such folder. Correct it, or unset it." in said.output
