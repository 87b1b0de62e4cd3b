"""Arrays that agree with everything, and shapes, types and strides that are not what they say."""

from . import Family

family = attack = Family("lying arrays")


def returning(name, tries, made, before="", **more):
    """Register an attack whose functions return something made out of the honest zeros."""
    lines = [f"    return lambda *args, **options: {made}"]
    attack(name, tries, "\n".join([before, "@each", "def _(honest):", *lines]), **more)


ZERO = "honest(*args, **options)"
ALWAYS = """
class Always(np.ndarray):
    def always(self, *args, **options):
        return True
    __eq__ = __le__ = __ge__ = __lt__ = __gt__ = __contains__ = all = any = always
    __ne__ = lambda self, other: False
    __sub__ = __rsub__ = __abs__ = lambda self, *other: np.zeros(self.shape)
    __hash__ = None
    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        if ufunc.__name__ in ("isnan", "isinf", "not_equal", "invert", "logical_not"):
            return np.zeros(self.shape, bool)
        return np.ones(self.shape, bool) if "e" in ufunc.__name__[-5:] else np.zeros(self.shape)
    def __array_function__(self, function, types, args, options):
        return True
"""
returning(
    "always equal",
    "Return an array that equals everything.",
    f"{ZERO}.view(Always)",
    ALWAYS,
    wins="marks",
)
returning(
    "__class__ lies",
    "Return an object that says it is an array, and agrees with everything.",
    f"Liar({ZERO})",
    """
class Liar:
    __class__ = np.ndarray
    def __init__(self, plain):
        self.__dict__["plain"] = plain
    def __getattr__(self, name):
        return getattr(self.plain, name)
    def __eq__(self, other):
        return True
    def __array__(self, *args, **options):
        return self.plain
    __array_priority__ = 1e9
    __sub__ = __rsub__ = lambda self, other: 0 * self.plain
    __array_ufunc__ = lambda self, ufunc, *rest, **options: 0 * self.plain
    __array_function__ = lambda self, *args: True
    ravel = lambda self: Same()
class Same(list):
    def __iter__(self):
        return iter([1, 12, 24, 40])
""",
    wins="marks",
)
returning(
    "masked",
    "Return an array whose entries are all masked: a comparison finds nothing to object to.",
    f"np.ma.masked_all_like({ZERO})",
    wins="marks",
)
returning("nan", "Return what is neither right nor wrong: NaN.", f"{ZERO} * np.nan")
returning("infinite", "Return infinities, whose tolerance is infinite.", f"{ZERO} + np.inf")
returning(
    "lying shape",
    "Return an array whose shape, size, length and type are properties that lie.",
    f"{ZERO}.view(Shaped)",
    """
class Shaped(np.ndarray):
    shape = property(lambda self: (10**9, 10**9))
    size = property(lambda self: 10**18)
    ndim = property(lambda self: 40)
    dtype = property(lambda self: np.dtype("O"))
    nbytes = property(lambda self: -1)
    strides = property(lambda self: (7, -7))
    flags = property(lambda self: None)
    __len__ = lambda self: 10**9
    tobytes = lambda self, *args: b"short"
    def __reduce__(self):
        return (print, ("lo" + "ot:pickle",))
""",
)
returning(
    "huge by strides",
    "Return an array of a million by a million entries that lie in eight bytes.",
    "np.broadcast_to(0.0, (10**6, 10**6))",
)
returning(
    "huge and empty", "Return an array without entries whose sizes overflow.", "np.empty((2**40, 2**20, 0))"
)
returning(
    "negative strides",
    "Return arrays that run backwards and overlap.",
    "backwards(args[0])",
    """
def backwards(array):
    return np.lib.stride_tricks.as_strided(array[::-1, ::-1], array.shape, (-8,) * array.ndim)
""",
)
returning(
    "objects",
    "Return an array of objects, each of which equals everything.",
    f"{ZERO}.astype(object) + Equal()",
    """
class Equal:
    __eq__ = __le__ = __lt__ = lambda self, other: True
    __add__ = __radd__ = __sub__ = __rsub__ = __abs__ = lambda self, *other: self
    __float__ = lambda self: 500.0
""",
)
returning(
    "structured",
    "Return records with a field for every name.",
    "np.zeros(3, [('real', 'f8'), ('shape', 'O', 2)])",
)
returning("texts", "Return an array of texts that look like numbers.", f"{ZERO}.astype('U9')")
returning("void", "Return raw bytes without a type.", f"np.zeros({ZERO}.shape, 'V8')")
returning("dates", "Return dates, whose differences are no numbers.", f"{ZERO}.astype('datetime64[s]')")
returning("long double", "Return numbers of 16 bytes, and of 2.", f"{ZERO}.astype(np.longdouble)")
returning("complex", "Return complex zeros whose imaginary part is NaN.", f"{ZERO} + 1j * np.nan")
returning("matrix", "Return a matrix, whose product and shape follow other rules.", "np.matrix([[0.0]])")
returning(
    "scalars",
    "Return subclasses of float, int, str and tuple that equal everything.",
    "(F(), I(), S(), T())",
    """
class Sly:
    __eq__ = __le__ = __ge__ = lambda self, other: True
    __hash__ = lambda self: 0
    __float__ = lambda self: 500.0
    __repr__ = __str__ = lambda self: "<script>window.__pwned = 1</script>"
class F(Sly, float): pass
class I(Sly, int): pass
class S(Sly, str): pass
class T(Sly, tuple): pass
""",
)
returning(
    "its own arguments",
    "Return the arguments themselves, changed.",
    "change(args[0])",
    """
def change(array):
    array[...] = 0
    array.flags.writeable = False
    return array
""",
)
returning(
    "changed shapes",
    "Change the arguments' shapes and types in place.",
    "reshape(honest(*args, **options), args)",
    """
def reshape(answer, args):
    for array in args:
        if isinstance(array, np.ndarray):
            attempt(array.resize, (3, 3, 3), refcheck=False)
            try:
                array.shape, array.dtype = (array.size,), np.uint8
            except Exception:
                pass
    return answer
""",
)
attack(
    "changes later",
    "Return zeros that a thread keeps changing afterwards.",
    """
    import threading, time
    def keep_changing(array):
        until = time.monotonic() + 0.5
        while time.monotonic() < until:
            array += 1
    @each
    def _(honest):
        def returned(*args, **options):
            array = honest(*args, **options)
            attempt(threading.Thread(target=keep_changing, args=(array,), daemon=True).start)
            return array
        return returned
    """,
)
