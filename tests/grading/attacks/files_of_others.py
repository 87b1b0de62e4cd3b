"""Files that are not the student's: the gradebook, the secret, other students' work, the system's."""

from . import Family

family = attack = Family("files of others")

attack(
    "gradebook by SQL",
    "Write 500 points into nbgrader's database.",
    """
    import sqlite3
    def enter():
        with sqlite3.connect(aim["gradebook"], timeout=0.1) as book:
            book.execute("UPDATE grade SET auto_score = 500, manual_score = 500")
    attempt(enter)
    """,
    wins="reach",
)
attack(
    "gradebook by bytes",
    "Read, overwrite, truncate and delete the database.",
    """
    import os
    said = attempt(lambda: open(aim["gradebook"], "rb").read(40))
    if said:
        say(said)
    attempt(lambda: open(aim["gradebook"], "r+b").write(b"loot"))
    attempt(os.truncate, aim["gradebook"], 9)
    """,
    wins="reach",
)
attack(
    "around the notebook",
    "Look for the gradebook and others' folders from where a notebook usually runs.",
    """
    import glob, os
    for up in ("..", "../..", "../../..", "../../../.."):
        for pattern in ("*.db", "*/*/*.ipynb", "secret", "source/*/*.ipynb", "*/gradebook.db"):
            for path in glob.glob(os.path.join(up, pattern)):
                said = attempt(lambda: open(path, "rb").read(30))
                if said:
                    say(path)
    """,
)
attack(
    "another's work",
    "Hand in what another student wrote.",
    """
    said = attempt(lambda: open(aim["other"]).read())
    if said:
        say(said)
    attempt(lambda: open(aim["other"], "w").write("{}"))
    """,
    wins="reach",
)
attack(
    "environment",
    "Read the course's secret out of its own environment.",
    """
    import os
    for name, value in os.environ.items():
        if "SECRET" in name or "CNNLAB" in name or "CANARY" in name:
            say(f"{name}={value}")
    """,
    wins="leak",
)
attack(
    "/proc",
    "Read environments, commands and open files of all processes.",
    """
    import glob, os
    for path in glob.glob("/proc/[0-9]*/environ") + glob.glob("/proc/[0-9]*/cmdline"):
        said = attempt(lambda: open(path, "rb").read()) or b""
        if b"SECRET" in said or b"pytest" in said:
            say(path)
    for path in glob.glob("/proc/[0-9]*/fd/*") + glob.glob("/proc/[0-9]*/cwd"):
        where = attempt(os.readlink, path) or ""
        if aim["folder"] in where or "gradebook" in where or "solutions" in where:
            say(where)
    """,
    wins="leak",
)
attack(
    "/proc/../root",
    "Leave the sandbox through other processes' roots and working directories.",
    """
    import glob, os
    for door in glob.glob("/proc/[0-9]*/root") + glob.glob("/proc/[0-9]*/cwd"):
        for target in (aim["gradebook"], aim["other"], aim["outside"]):
            said = attempt(lambda: open(door + target, "rb").read(20))
            if said:
                say(door)
    """,
    wins="leak",
)
attack(
    "descriptors",
    "Read and write through every descriptor that is open, and from directories through them.",
    """
    import os, stat
    for fd in range(3, 256):
        info = attempt(os.fstat, fd)
        if info is None:
            continue
        if stat.S_ISDIR(info.st_mode):
            got = attempt(os.open, aim["gradebook"].lstrip("/"), os.O_RDONLY, dir_fd=fd)
            up = attempt(os.open, "../" * 20 + aim["gradebook"].lstrip("/"), os.O_RDONLY, dir_fd=fd)
            if got or up:
                say(fd)
        elif stat.S_ISREG(info.st_mode):
            said = attempt(os.pread, fd, 20, 0)
            if attempt(os.pwrite, fd, said or b"x", 0):
                say(f"{fd} {said}")
    """,
)
attack(
    "links",
    "Let links in its own folder point at others' files, and write through them.",
    """
    import os
    for number, target in enumerate((aim["gradebook"], aim["other"], aim["outside"], "/etc/passwd")):
        for make in (os.symlink, os.link):
            name = f"link-{number}-{make.__name__}"
            attempt(make, target, name)
            if target != "/etc/passwd":
                attempt(lambda: open(name, "a").write("loot"))
    """,
    wins="reach",
)
attack(
    "modes and owners",
    "Change the mode, the owner and the times of files outside.",
    """
    import os
    for target in (aim["outside"], aim["gradebook"], aim["other"]):
        attempt(os.chmod, target, 0o777)
        attempt(os.utime, target, (0, 0))
        attempt(os.rename, target, target + ".gone") and attempt(os.rename, target + ".gone", target)
    """,
    wins="reach",
)
attack(
    "home and system",
    "Read what lies in the home folders and in /etc.",
    """
    import glob, os
    for pattern in "~/.ssh/* ~/.bash_history ~/.netrc ~/.config/* /root/* /home/*/* /etc/shadow".split():
        for path in glob.glob(os.path.expanduser(pattern)):
            if os.path.isfile(path) and attempt(lambda: open(path, "rb").read(1)) is not None:
                say(path)
    """,
)
attack(
    "devices",
    "Open the machine's disks, memory, terminals and message log.",
    """
    import glob, os
    names = "/dev/mem /dev/kmem /dev/kmsg /dev/fuse /dev/kvm /proc/kcore /proc/sysrq-trigger"
    for pattern in [*names.split(), "/sys/fs/cgroup/cgroup.procs", "/dev/sd*", "/dev/vd*", "/dev/pts/[0-9]*"]:
        for path in glob.glob(pattern):
            if attempt(os.open, path, os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY) is not None:
                say(path)
    """,
)
attack(
    "drop",
    "Leave a file outside its own folder.",
    """
    attempt(lambda: open(os.path.join(aim["drop"], "loot.txt"), "x").write("loot"))
    """,
    wins="reach",
)
attack(
    "system's folders",
    "Leave files among the system's and the packages'.",
    """
    packages = [os.path.dirname(module.__file__) for module in (np, os)]
    for folder in ["/", "/usr", "/etc", "/site", "/dev", *packages]:
        path = os.path.join(folder, "loot.txt")
        if attempt(lambda: open(path, "x").write("loot")):
            say(path)
            attempt(os.unlink, path)
    """,
)
