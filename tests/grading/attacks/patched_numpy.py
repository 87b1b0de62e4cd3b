"""NumPy patched: a comparison in the same process would find everything right."""

from . import Family

family = attack = Family("patched NumPy")

attack(
    "np.testing",
    "Make every assertion of np.testing pass.",
    """
    import numpy.testing
    for name in dir(numpy.testing):
        if name.startswith("assert"):
            setattr(numpy.testing, name, lambda *args, **options: None)
    """,
    wins="marks",
)
attack(
    "array_equal",
    "Make every comparison of whole arrays say yes.",
    """
    np.array_equal = np.array_equiv = np.allclose = lambda *args, **options: True
    np.isclose = lambda a, b, *args, **options: np.ones(np.broadcast(a, b).shape, bool)
    np.testing.assert_allclose = np.testing.assert_array_equal = lambda *args, **options: None
    """,
    wins="marks",
)
attack(
    "ufuncs",
    "Make every difference of two arrays vanish.",
    """
    np.abs = np.absolute = np.subtract = np.fabs = lambda *args, **options: np.zeros(1)
    np.max = np.amax = lambda *args, **options: 0.0
    """,
    wins="marks",
)
attack(
    "np.array",
    "Make each conversion before a comparison return zeros: two of them agree.",
    """
    plain = np.array
    np.array = np.asarray = np.asanyarray = lambda a, *args, **options: 0 * plain(a, *args, **options)
    """,
    wins="marks",
)
attack(
    "rng",
    "Make the draw of hidden cases draw zeros, for which zeros are right.",
    """
    class Zeros:
        def __init__(self, *args):
            pass
        def integers(self, low, high=None, size=None, **options):
            return np.zeros(size, int) if size else low
        def permutation(self, x):
            return np.zeros_like(x)
        def choice(self, a, size=None, **options):
            return np.zeros(size)
        standard_normal = random = lambda self, size=None, **options: np.zeros(size)
    np.random.default_rng = np.random.Generator = Zeros
    """,
    wins="marks",
)
attack(
    "fixed seed",
    "Seed every generator alike, so that hidden numbers are known beforehand.",
    """
    plain = np.random.default_rng
    np.random.default_rng = lambda *seed: plain(0)
    np.random.seed(0)
    np.random.seed = lambda *seed: None
    """,
)
attack(
    "printing",
    "Let NumPy's own printing carry what it prints.",
    """
    seen = []
    def as_text(number):
        return loot(seen[:-1]) if seen[1:] else str(number)
    np.set_printoptions(threshold=10**6, formatter={"all": as_text})
    @each
    def _(honest):
        def loud(*args, **options):
            seen.append(args[0].tolist())
            raise ValueError(args[0])
        return loud
    """,
)
attack(
    "frombuffer",
    "Break the functions that turn bytes into arrays and back.",
    """
    def broken(*args, **options):
        raise SystemError("broken")
    np.frombuffer = np.ascontiguousarray = np.asfortranarray = np.copyto = broken
    """,
)
attack(
    "stuck frombuffer",
    "Make the functions that turn arrays into bytes wait for ever.",
    """
    import time
    def stuck(*args, **options):
        time.sleep(600)
    np.frombuffer = np.ascontiguousarray = np.asarray = np.array = stuck
    """,
)
attack(
    "inner modules",
    "Patch the compiled modules' names, of which the public ones are copies.",
    """
    for name in ("numpy._core.multiarray", "numpy._core.numeric", "numpy._core.fromnumeric"):
        module = __import__(name, fromlist=["x"])
        for function in ("array", "array_equal", "allclose", "isclose", "all", "frombuffer"):
            if hasattr(module, function):
                setattr(module, function, lambda *args, **options: True)
    np.all = np.any = lambda *args, **options: True
    """,
)
