"""What protects this machine is found by trying, and what is missing is said with the way to get it."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from cnnlab.grading.sandbox import isolation as module
from cnnlab.grading.sandbox import syscalls, walls
from cnnlab.grading.sandbox.inside import confine
from cnnlab.grading.sandbox.isolation import Isolation, IsolationError, find_isolation

linux = pytest.mark.skipif(sys.platform != "linux", reason="Linux alone has these layers")


@pytest.fixture
def anew(monkeypatch):
    """Look for isolation again, with other tools than this machine has."""
    find_isolation.cache_clear()
    yield monkeypatch
    find_isolation.cache_clear()


def fake_bwrap(folder, script):
    path = folder / "bwrap"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


@linux
def test_what_is_found_here_is_what_the_system_says():
    found = find_isolation()
    assert found.landlock == confine.landlock_version()
    assert found.seccomp == bool(syscalls.program())
    assert os.path.basename(found.bubblewrap) in ("bwrap", "")
    assert found.mapped or os.geteuid() == 0
    assert find_isolation() is found


@linux
def test_a_bubblewrap_that_does_not_work_is_none(anew, tmp_path):
    path = fake_bwrap(tmp_path, "echo 'bwrap: setting up uid map: Permission denied' >&2; exit 1")
    anew.setattr(module.shutil, "which", lambda name: path)
    found = find_isolation()
    assert (found.bubblewrap, found.complete) == ("", False)
    with pytest.raises(
        IsolationError, match=r'does not work here: "bwrap: setting up uid map: Permission denied"'
    ):
        found.require()
    with pytest.raises(IsolationError, match=r"sysctl kernel.apparmor_restrict_unprivileged_userns=0"):
        found.require()


@linux
def test_a_bubblewrap_that_only_pretends_is_none(anew, tmp_path):
    anew.setattr(module.shutil, "which", lambda name: fake_bwrap(tmp_path, "exit 0"))
    assert find_isolation().said == "exit status 0"


@linux
def test_a_bubblewrap_that_hangs_is_none(anew, tmp_path):
    anew.setattr(module, "PATIENCE", 0.2)
    anew.setattr(module.shutil, "which", lambda name: fake_bwrap(tmp_path, "exec sleep 5"))
    anew.setattr(module, "_landlock", lambda: 0)
    anew.setattr(module, "_seccomp", lambda: False)
    assert "timed out" in find_isolation().said


@linux
def test_root_falls_back_on_another_name(anew):
    anew.setattr(module.os, "geteuid", lambda: 0)
    tried = []

    def trouble(path, mapped):
        tried.append(mapped)
        return "" if mapped else "bwrap: Creating new namespace failed: Operation not permitted"

    anew.setattr(module, "_trouble", trouble)
    anew.setattr(module.shutil, "which", lambda name: "/usr/bin/bwrap")
    assert find_isolation().mapped
    assert tried == [False, True]


@linux
def test_a_filter_that_filters_nothing_is_none(anew):
    allow_everything = bytes([6, 0, 0, 0, 0, 0, 0xFF, 0x7F])  # return ALLOW
    anew.setattr(module.syscalls, "program", lambda: allow_everything)
    assert not find_isolation().seccomp


def test_without_anything_the_message_says_all_that_is_missing(monkeypatch):
    monkeypatch.setattr(module.sys, "platform", "linux")
    with pytest.raises(IsolationError) as caught:
        Isolation().require()
    for words in (
        "so nothing was run",
        "apt install bubblewrap",
        "dnf install",
        "libseccomp2",
        "--no-isolation",
    ):
        assert words in str(caught.value)
    assert "Landlock" not in str(caught.value)  # which is good to have, but not needed


def test_elsewhere_than_on_linux_the_container_is_the_way(monkeypatch):
    monkeypatch.setattr(module.sys, "platform", "darwin")
    find_isolation.cache_clear()
    try:
        assert find_isolation() == Isolation()
    finally:
        find_isolation.cache_clear()
    with pytest.raises(IsolationError, match=r"grade in the container, see container/README.md"):
        Isolation().require()


def test_on_windows_nothing_runs_even_so(monkeypatch):
    monkeypatch.setattr(module.sys, "platform", "win32")
    with pytest.raises(IsolationError, match="on Windows student code runs in the container only"):
        Isolation().waive().require()


def test_the_instructor_may_do_without():
    assert Isolation().waive().require() is None
    assert not Isolation().waive().complete


def test_complete_and_shared():
    both = Isolation("/usr/bin/bwrap", seccomp=True)
    assert both.complete
    assert not replace(both, seccomp=False).complete
    assert not both.shared
    assert replace(both, landlock=1).shared


@linux
def test_no_call_is_misspelt_or_on_both_lists():
    pyseccomp = pytest.importorskip("pyseccomp")
    arches = pyseccomp.Arch.X86_64, pyseccomp.Arch.AARCH64
    names = [*syscalls.ALLOWED, *syscalls.FORBIDDEN]
    assert len(names) == len(set(names))

    def known(name):
        for arch in arches:
            try:
                return pyseccomp.resolve_syscall(arch, name) is not None
            except (ValueError, OSError):
                continue
        return False

    newer = {"fchmodat2", "mount_setattr", "process_mrelease", "quotactl_fd", "memfd_secret"}
    assert {name for name in names if not known(name)} <= newer


@linux
def test_without_libseccomp_there_is_no_program(monkeypatch):
    syscalls.program.cache_clear()
    monkeypatch.setitem(sys.modules, "pyseccomp", None)
    try:
        assert syscalls.program() == b""
    finally:
        syscalls.program.cache_clear()


@linux
def test_the_interpreter_is_the_installed_one_not_the_environments():
    found = walls.interpreter()
    assert (
        not any(folder.startswith(sys.prefix + "/") for folder in found.folders)
        or sys.prefix == sys.base_prefix
    )
    ran = subprocess.run(
        walls.python("import sys; print(sys.prefix, 'site' in sys.modules)"), capture_output=True
    )
    assert ran.stdout.decode().split() == [sys.base_prefix, "False"]


def test_what_is_covered_is_not_readable(tmp_path):
    for name in ("lib/python3/site-packages", "lib/python3/json", "lib/other"):
        (tmp_path / name).mkdir(parents=True)
    lib = str(tmp_path / "lib")
    found = walls.Interpreter("python", (lib,), (f"{lib}/python3/site-packages",))
    assert found.readable == (f"{lib}/other", f"{lib}/python3/json", walls.CACHE)


@linux
def test_an_ordinary_user_is_protected_too():
    """Root tries it as nobody, with the system's own Python where this one is nobody's business."""
    python = "/usr/bin/python3"
    if os.geteuid() != 0 or not os.path.exists(python) or not find_isolation().complete:
        pytest.skip("needs root, bubblewrap, and a Python that everybody may run")
    root = Path(module.__file__).parents[2]
    if not os.stat(root.parent).st_mode & 0o005 or not os.stat(root).st_mode & 0o005:
        pytest.skip("nobody may read this checkout")
    code = f"""
import sys, types
sys.dont_write_bytecode = True
for folder in "", "/grading", "/grading/sandbox":  # without what else these packages import
    package = types.ModuleType("cnnlab" + folder.replace("/", "."))
    package.__path__ = [{str(root)!r} + folder]
    sys.modules[package.__name__] = package
from cnnlab.grading.sandbox.isolation import find_isolation
found = find_isolation()
print(bool(found.bubblewrap), found.mapped, found.landlock, found.said)
"""
    ran = subprocess.run(
        [python, "-c", code], user=65534, group=65534, extra_groups=[], capture_output=True, text=True
    )
    assert ran.stdout.strip() == f"True True {find_isolation().landlock}", ran.stderr
