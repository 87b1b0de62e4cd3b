"""Floods: processes, threads, memory, disk, output, descriptors. All bounded, should one get through."""

from . import Family

family = attack = Family("floods")


def each_call(name, tries, body, before="", **more):
    """Register an attack that floods in each call."""
    lines = ["@each", "def _(honest):", "    def flooding(*args, **options):"]
    lines += [f"        {line}" for line in body.strip("\n").splitlines()]
    lines += ["        return honest(*args, **options)", "    return flooding"]
    attack(name, tries, "\n".join([before, *lines]), **more)


attack(
    "fork bomb",
    "Fork until nothing forks any more.",
    """
    import os, time
    for _ in range(32):
        if attempt(os.fork) == 0:
            time.sleep(0.5)
            open(aim["drop"] + f"/bomb-{os.getpid()}", "x")
            os._exit(0)
    """,
)
attack(
    "thread bomb",
    "Start threads until none starts any more.",
    """
    import threading, time
    threads = [threading.Thread(target=time.sleep, args=(2,), daemon=True) for _ in range(400)]
    for thread in threads:
        attempt(thread.start)
    """,
)
attack(
    "memory",
    "Take more memory than there is for everybody.",
    """
    kept = []
    for _ in range(24):
        kept.append(np.zeros(2**24))  # 128 MiB each, of which the kernel keeps none until they are written to
    """,
)
each_call("memory in calls", "Keep memory at each call.", "kept.append(np.zeros(2**24))", "kept = []")
each_call("recursion", "Call itself until the stack is full.", "return flooding(*args, **options)")
each_call(
    "deep recursion",
    "Call itself beyond every limit of Python's.",
    "return flooding(*args, **options)",
    "import sys, threading\nsys.setrecursionlimit(10**9)\nattempt(threading.stack_size, 2**28)",
)
attack(
    "disk",
    "Fill the disk.",
    """
    import os
    def fill(folder):
        for number in range(24):
            with open(os.path.join(folder, f"flood-{number}"), "wb") as file:
                file.write(bytes(2**22))
    for folder in (os.getcwd(), "/tmp", "/dev/shm", aim["drop"]):
        attempt(fill, folder)
    """,
)
attack(
    "inodes",
    "Make files and nested folders without number.",
    """
    import os
    for number in range(3000):
        attempt(lambda: open(f"file-{number}", "x").close())
    for number in range(400):
        attempt(os.mkdir, "d" * 40)
        attempt(os.chdir, "d" * 40)
    """,
)
attack(
    "sparse file",
    "Make a file of a terabyte out of nothing.",
    """
    import os
    fd = attempt(os.open, "sparse", os.O_CREAT | os.O_WRONLY)
    for size in (2**40, 2**33):
        if fd is not None and attempt(lambda: os.ftruncate(fd, size) or "done"):
            say(size)
    """,
)
attack(
    "output",
    "Print megabytes.",
    """
    import os, sys
    for _ in range(40):
        print("flood " * 20_000)
        sys.stderr.write("flood " * 20_000 + chr(10))
        attempt(os.write, 1, b"flood " * 20_000)
        attempt(os.write, 2, b"flood " * 20_000)
    """,
)
attack("one long line", "Print a line without an end, without newlines.", 'print("x" * 30_000_000, end="")\n')
each_call("output in calls", "Print megabytes in each call.", 'print("flood " * 100_000)')
attack(
    "descriptors",
    "Open files and pipes until none opens any more.",
    """
    import os
    kept = []
    for _ in range(1500):
        kept.append(attempt(os.pipe))
    """,
)
each_call(
    "descriptors in calls",
    "Open files in each call.",
    "kept.append(attempt(os.pipe))\nkept.extend(attempt(os.dup, 0) for _ in range(40))",
    "import os\nkept = []",
)
each_call(
    "deep list",
    "Return lists in lists in lists.",
    "return deep()",
    """
def deep():
    inner = []
    for _ in range(100_000):
        inner = [inner]
    return inner
""",
)
each_call(
    "endless list",
    "Return a list that holds itself.",
    "return knot",
    "knot = []\nknot.append(knot)\nknot.append({'knot': knot})",
)
each_call(
    "long number",
    "Return a number of a hundred thousand digits, for whoever prints it.",
    "return 10**100_000",
)
each_call("long text", "Return a text of 10 MB.", 'return "x" * 10**7')
each_call("many things", "Return very many little things.", "return list(range(200_000))")
each_call("large array", "Return an array of 100 MB.", "return np.zeros(12_500_000)")
each_call(
    "endless iterator",
    "Return something that yields for ever.",
    "return endless()",
    """
class endless:
    def __iter__(self):
        return self
    def __next__(self):
        return 0.0
    def __len__(self):
        return 2**62
""",
)
each_call(
    "long error",
    "Raise an error of 10 MB, with a class of a long name.",
    'raise type("E" * 10**6, (ValueError,), {})("x" * 10**7)',
)
each_call(
    "slow pattern",
    "Search for a pattern that takes for ever, in C code.",
    're.match("(a+)+$", "a" * 60 + "b")',
    "import re",
)
attack(
    "many names",
    "Define a hundred thousand names.",
    "globals().update({f'name_{n}': n for n in range(100_000)})\n",
)
attack(
    "many cells",
    "Hand in a thousand cells.",
    change=lambda notebook: notebook["cells"].extend(
        {
            "cell_type": "code",
            "id": f"many-{n}",
            "metadata": {},
            "source": "1",
            "outputs": [],
            "execution_count": None,
        }
        for n in range(1000)
    ),
)
attack(
    "large notebook",
    "Hand in outputs and attachments of several megabytes.",
    change=lambda notebook: notebook["cells"].append(
        {
            "cell_type": "markdown",
            "id": "large",
            "metadata": {"x": ["y" * 100] * 1000},
            "source": "![a](attachment:a.png)",
            "attachments": {"a.png": {"image/png": "A" * 4_000_000}},
        }
    ),
)
attack(
    "nested parentheses",
    "Hand in a cell that no parser gets through.",
    change=lambda notebook: notebook["cells"].append(
        {
            "cell_type": "code",
            "id": "nested",
            "metadata": {},
            "source": "(" * 100_000,
            "outputs": [],
            "execution_count": None,
        }
    ),
)


def nest(notebook):
    """Put dictionaries into dictionaries."""
    inner = {}
    for _ in range(900):
        inner = {"a": inner}
    notebook["metadata"]["deep"] = inner


attack("nested metadata", "Hand in metadata that no recursion gets through.", change=nest)
