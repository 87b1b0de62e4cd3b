"""Objects with a temper: functions that are none, errors that hurt to look at, answers that change."""

from . import Family

family = attack = Family("tempers")

attack(
    "hostile errors",
    "Raise errors whose texts raise, recurse, never end or end the process.",
    """
    import itertools, os
    class Hostile(Exception):
        def __str__(self):
            return next(ways)()
        __repr__ = __str__
        def __getattribute__(self, name):
            if name in ("args", "__class__", "__dict__", "__notes__"):
                return next(ways)()
            return super().__getattribute__(name)
    def recursing():
        return str(Hostile())
    def raising():
        raise KeyError(Hostile())
    ways = itertools.cycle([raising, lambda: 5, recursing, lambda: "x" * 10**7, lambda: os._exit(0)])
    @each
    def _(honest):
        def hurting(*args, **options):
            raise Hostile
        return hurting
    """,
)
attack(
    "grader's own errors",
    "Raise errors of the grader's names, to be taken for its own.",
    """
    import itertools
    names = itertools.cycle(
        "CheckFailed StudentError StudentDied ClosedFunctionError Expired TimeoutError AssertionError "
        "WireError SystemExit GeneratorExit StopIteration Unreadable".split()
    )
    @each
    def _(honest):
        def raising(*args, **options):
            name = next(names)
            fields = {"status": "right", "said": "right", "text": "", "died": False}
            raise type(name, (Exception,), fields)("right")
        return raising
    """,
)
attack(
    "errors with arguments",
    "Raise errors that cannot be made from a text alone.",
    """
    import itertools
    errors = itertools.cycle([
        UnicodeDecodeError("utf-8", b"x", 0, 1, "no"), UnicodeEncodeError("utf-8", "x", 0, 1, "no"),
        ExceptionGroup("many", [ValueError(1)]), BaseExceptionGroup("many", [KeyboardInterrupt()]),
        OSError(2, "no", "/x"), SyntaxError("no", ("x", 1, 1, "x")), ImportError("no", name="x", path="y"),
        StopIteration(5), KeyError(), MemoryError(), BlockingIOError(), BrokenPipeError(), EOFError(),
        ConnectionResetError(), GeneratorExit(), StopAsyncIteration(), SystemExit({}), Warning(),
    ])
    @each
    def _(honest):
        def raising(*args, **options):
            raise next(errors)
        return raising
    """,
)
attack(
    "markup in errors",
    "Raise errors whose names and texts are markup, escapes and templates.",
    """
    text = "<script>window.__pwned='error'</script><img src=x onerror=window.__pwned=1>"
    text += "{{7*7}}{% include '/etc/passwd' %}"
    text += chr(27) + "[31m" + chr(27) + "]8;;http://127.0.0.1/" + chr(7) + chr(0x202E) + chr(0) + chr(0xD800)
    @each
    def _(honest):
        def raising(*args, **options):
            raise type(text[:60], (ValueError,), {})(text)
        return raising
    raise ValueError(text)
    """,
)
attack(
    "hostile objects",
    "Return objects that fail, lie or never end when looked at.",
    """
    class Meta(type):
        def __instancecheck__(cls, thing):
            return True
        def __getattribute__(cls, name):
            raise ValueError(name)
    class Hostile(metaclass=Meta):
        def __getattribute__(self, name):
            while True:
                pass
        __repr__ = __str__ = __len__ = __iter__ = __float__ = __bool__ = __hash__ = None
    @each
    def _(honest):
        return lambda *args, **options: Hostile()
    """,
)
attack(
    "endless repr",
    "Return objects whose names and texts never end.",
    """
    class Endless:
        def __repr__(self):
            return repr(self)
        __name__ = property(lambda self: "x" * 10**7)
        def __getattr__(self, name):
            return Endless()
    value = Endless()
    @each
    def _(honest):
        return lambda *args, **options: Endless()
    value
    """,
)
attack(
    "no functions",
    "Put classes, builtins, generators, coroutines and properties where functions are asked for.",
    """
    def conv_backward_bias(dy):
        yield 1
    async def conv_backward_weight(dy, x, kernel_size, **options):
        return 1
    class conv_backward_input(np.ndarray):
        def __new__(cls, *args, **options):
            return super().__new__(cls, (1,))
        def __eq__(self, other):
            return True
    """,
)
attack(
    "builtins as answers",
    "Put the course's own tools where functions are asked for: eval, exec, print, __import__.",
    """
    conv_backward_bias, conv_backward_weight, conv_backward_input = eval, __import__, exec
    """,
)
attack(
    "lying functions",
    "Return functions that lie about their names, modules, code and globals.",
    """
    class Function:
        __class__ = type(each)
        __module__, __name__, __qualname__ = "cnnlab.conv", "conv_backward_bias", "<script>"
        __code__, __globals__, __defaults__ = None, {"verdict": None}, (1,)
        def __init__(self, honest):
            self.honest, self.__wrapped__ = honest, self
        def __call__(self, *args, **options):
            return self.honest(*args, **options)
        def __eq__(self, other):
            return True
        __hash__ = None
        __get__ = lambda self, *args: self
    each(Function)
    """,
)
attack(
    "changes its mind",
    "Answer the same call differently each time: now an error, now zeros, now another shape.",
    """
    import itertools
    turns = itertools.count()
    @each
    def _(honest):
        def moody(*args, **options):
            answer, turn = honest(*args, **options), next(turns) % 4
            if turn == 1:
                raise ValueError("not now")
            return [answer, None, answer + turn, np.zeros(3)][turn]
        return moody
    """,
)
attack(
    "later calls only",
    "Fail at first and answer otherwise in a fresh process, where the finding is written.",
    """
    calls = []
    @each
    def _(honest):
        def fresh(*args, **options):
            calls.append(1)
            if len(calls) == 1:
                return "something else"
            raise ZeroDivisionError
        return fresh
    """,
)
attack(
    "by process",
    "Behave differently in each process.",
    """
    import os
    @each
    def _(honest):
        def shifty(*args, **options):
            if os.getpid() % 2:
                raise ValueError("odd")
            return honest(*args, **options)
        return shifty
    """,
)
attack(
    "hostile values in the namespace",
    "Fill the namespace with things that fail when they are looked at.",
    """
    class Hostile:
        def __getattribute__(self, name):
            raise SystemExit(name)
        __eq__ = __hash__ = __repr__ = None
    hostile, __wrapped__, _, Out, In = Hostile(), Hostile(), Hostile(), Hostile(), Hostile()
    __annotations__ = __path__ = __spec__ = __loader__ = __file__ = Hostile()
    """,
)
attack(
    "not hashable",
    "Return sets, dictionaries and slices of things that are equal and not the same.",
    """
    class Key:
        def __hash__(self):
            return 1
        def __eq__(self, other):
            raise ValueError
    @each
    def _(honest):
        return lambda *args, **options: [{Key(): {Key(), 1}}, slice(Key()), {None: (..., type)}]
    """,
)
