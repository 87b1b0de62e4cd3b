"""Builtins patched: the words in which tests are written mean something else."""

from . import Family

family = attack = Family("patched builtins")

attack(
    "sum",
    "Let every sum and every difference be nothing.",
    """
    import builtins
    builtins.abs = builtins.sum = lambda *args: 0
    """,
    wins="marks",
)
attack(
    "isinstance",
    "Let everything be an instance of everything, and true.",
    """
    import builtins
    builtins.isinstance = builtins.issubclass = builtins.hasattr = builtins.callable = lambda *args: True
    builtins.any = lambda things: False
    builtins.all = lambda things: True
    builtins.type = lambda thing: np.ndarray
    np.array_equal = lambda *args, **options: True
    """,
)
attack(
    "float",
    "Let the conversion to points return the maximum.",
    """
    import builtins
    class Most(float):
        def __new__(cls, value=0.0):
            return float_.__new__(cls, 500.0)
    float_, builtins.float = builtins.float, Most
    """,
    wins="marks",
)
attack(
    "zip and len",
    "Let loops over cases have nothing to loop over.",
    """
    import builtins
    builtins.zip = lambda *things, **options: iter(())
    builtins.enumerate = builtins.filter = builtins.reversed = lambda *things: iter(())
    builtins.len = lambda thing: 0
    np.array_equal = lambda *args, **options: True
    """,
)
attack(
    "min and max",
    "Turn the bounds that keep points within limits around.",
    """
    import builtins
    builtins.min = builtins.max = lambda *args, **options: 500.0
    builtins.round = lambda *args: 500.0
    """,
)
attack(
    "__import__",
    "Give tests another module than the one they ask for.",
    """
    import builtins
    from types import ModuleType
    plain = builtins.__import__
    class Kind(ModuleType):
        def __getattr__(self, name):
            return lambda *args, **options: Kind("anything")
        earned = 500.0
        def __float__(self):
            return 500.0
    def tricked(name, *args, **options):
        if name.startswith(("cnnlab", "solutions")):
            return Kind(name)
        return plain(name, *args, **options)
    builtins.__import__ = tricked
    import sys
    for name in [n for n in sys.modules if n.startswith(("cnnlab.checks", "cnnlab.grading", "solutions"))]:
        del sys.modules[name]
    """,
    wins="marks",
)
attack(
    "exec",
    "Let later cells be compiled and run as nothing.",
    """
    import builtins
    plain = builtins.compile
    builtins.exec = lambda *args, **options: None
    builtins.eval = lambda *args, **options: 500.0
    builtins.compile = lambda source, *args, **options: plain("500.0", *args, **options)
    """,
    wins="marks",
)
attack(
    "exceptions",
    "Rename the errors, so that nobody catches or raises what he means to.",
    """
    import builtins
    class Never(Exception):
        pass
    builtins.AssertionError = builtins.ValueError = builtins.TypeError = builtins.Exception = Never
    builtins.BaseException = builtins.TimeoutError = builtins.KeyError = builtins.SystemExit = Never
    """,
)
attack(
    "open and print",
    "Copy whatever is opened, read or printed later.",
    """
    import builtins
    opened, printed = builtins.open, builtins.print
    def telling(path, *args, **options):
        printed(loot(path))
        return opened(path, *args, **options)
    builtins.open = telling
    def saying(*args, **options):
        printed(*map(loot, args))
    @each
    def _(honest):
        def later(*args, **options):
            builtins.print = saying
            return honest(*args, **options)
        return later
    """,
)
attack(
    "empty builtins",
    "Leave whoever works in this process without a single builtin.",
    """
    import builtins
    @each
    def _(honest):
        def emptying(*args, **options):
            answer = honest(*args, **options)
            vars(builtins).clear()
            return answer
        return emptying
    """,
)
attack(
    "globals",
    "Give the tests another namespace, with the right functions in it.",
    """
    import builtins
    def right():
        from cnnlab import naive
        return naive.__dict__
    builtins.globals = builtins.locals = builtins.vars = right
    """,
)
