"""What notebooks import besides NumPy: plots go nowhere, and libraries that may know the answer are closed.

A cell that draws runs as it did at home, and one that imports a library does not fail for that; only to call
what the library has is refused. Which library is treated how is data: a course may name more.
"""

import dis
import sys
import types
from importlib.machinery import ModuleSpec

import numpy as np

from .closed import ClosedFunctionError
from .libraries import HARMLESS, LIBRARIES, WHOLE

OPERATORS = "add sub mul truediv floordiv mod pow matmul and or xor lshift rshift".split()


class Standin:
    """Something that can be imported, looked into at any depth, subclassed and named in annotations."""

    _address = ""

    def __init__(self, address):
        self.__dict__["_address"] = address

    def __getattr__(self, name):
        if name.startswith("_") and name != "__version__":  # whoever asks for those has other ways
            raise AttributeError(f"{self._address} has no attribute {name!r}")
        return "0" if name == "__version__" else type(self)(f"{self._address}.{name}")

    def __repr__(self):
        return f"<{self._address}: not here while a notebook is graded>"

    def __mro_entries__(self, bases):
        return ()

    def __instancecheck__(self, value):
        return False

    def __subclasscheck__(self, kind):
        return False

    def __or__(self, other):
        return self

    __ror__ = __or__


class Closed(Standin):
    """Something that is not to be called.

    Examples
    --------
    >>> Closed("scipy.signal").correlate([1, 2], [3])
    Traceback (most recent call last):
    cnnlab.grading.sandbox.inside.closed.ClosedFunctionError: scipy.signal.correlate
    """

    def __call__(self, *args, **options):
        """Refuse, but for what does no harm."""
        name = self._address.rpartition(".")[2]
        if name in HARMLESS:
            return HARMLESS[name]
        raise ClosedFunctionError(self._address)


class Absorbing(Standin):
    """Something that takes everything and does nothing, of as many parts as are asked for.

    Examples
    --------
    >>> plt = Absorbing("plt")
    >>> counts, edges, patches = plt.hist([1, 2])
    >>> with plt.style.context("dark"):
    ...     plt.title("nothing")[0].set_color("red")
    <plt.title.set_color: not here while a notebook is graded>
    """

    def __call__(self, *args, **options):
        """Do nothing, and return another of the kind."""
        name = self._address.rpartition(".")[2]
        if name == "subplots":
            return Absorbing("figure"), _axes(*args, **options)
        if len(args) == 1 and isinstance(args[0], types.FunctionType):
            return args[0]  # a decorator gives its function back
        return Absorbing(self._address)

    def __setattr__(self, name, value):
        pass

    def __getitem__(self, key):
        return self

    def __setitem__(self, key, value):
        pass

    def __iter__(self):
        return iter([self] * _parts_wanted(sys._getframe(1)))

    def __len__(self):
        return 0

    def __bool__(self):
        return True

    def __contains__(self, item):
        return False

    def __enter__(self):
        return self

    def __exit__(self, *trouble):
        return False

    def __float__(self):
        return 0.0

    def __int__(self):
        return 0

    __index__ = __int__

    def __array__(self, dtype=None, copy=None):
        return np.zeros((), dtype)

    def __neg__(self):
        return self

    __array_ufunc__ = None
    for name in OPERATORS:
        vars()[f"__{name}__"] = vars()[f"__r{name}__"] = lambda self, other: self
    for name in ("lt", "le", "gt", "ge"):
        vars()[f"__{name}__"] = lambda self, other: False
    del name


class Decorating(Absorbing):
    """A compiler or a measurement: functions stay what they are, ``prange`` is range.

    Examples
    --------
    >>> numba = Decorating("numba")
    >>> numba.njit(parallel=True)(abs), list(numba.prange(2))
    (<built-in function abs>, [0, 1])
    """

    def __call__(self, *args, **options):
        """Return the function that is decorated."""
        name = self._address.rpartition(".")[2]
        if name == "prange":
            return range(*args)
        if args and callable(args[0]) and not isinstance(args[0], Standin):
            return np.vectorize(args[0]) if name.startswith("vectorize") else args[0]
        return Decorating(self._address)


class Iterating(Absorbing):
    """A progress bar: it goes through what it is given, and shows nothing.

    Examples
    --------
    >>> tqdm = Iterating("tqdm")
    >>> list(tqdm("ab", desc="letters")), list(tqdm.trange(2))
    (['a', 'b'], [0, 1])
    """

    def __init__(self, address, items=()):
        super().__init__(address)
        self.__dict__["_items"] = items

    def __call__(self, *args, **options):
        """Return what goes through the items."""
        name = self._address.rpartition(".")[2]
        if name in ("trange", "tnrange"):
            return Iterating(self._address, range(*args))
        return Iterating(self._address, args[0] if args else options.get("iterable", ()))

    def __iter__(self):
        return iter(self._items)

    def __len__(self):
        return len(self._items)


KINDS = {"absorbs": Absorbing, "closed": Closed, "decorates": Decorating, "iterates": Iterating}


class Module(types.ModuleType):
    """A module of such things."""

    def __getattr__(self, name):
        if name.startswith("__") and name != "__version__":
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        return getattr(self.__standin__, name)


class Finder:
    """Finds the libraries, and all modules that anybody may look for in them."""

    def __init__(self):
        self.libraries = dict(LIBRARIES)

    def find_spec(self, name, path=None, target=None):
        """Say that a library's module, of whatever name, is to be had here."""
        if name.partition(".")[0] in self.libraries:
            return ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        """Make a module."""
        return Module(spec.name)

    def exec_module(self, module):
        """Fill it."""
        kind = self.libraries[module.__name__.partition(".")[0]]
        module.__standin__ = KINDS[kind](module.__name__)
        module.__all__ = WHOLE.get(module.__name__, [])


FINDER = Finder()


def install(libraries=None):
    """Let student code import what is not there.

    Parameters
    ----------
    libraries : dict, optional
        More of them: name -> "absorbs", "closed", "decorates" or "iterates".
    """
    FINDER.libraries.update(libraries or {})
    if FINDER not in sys.meta_path:
        sys.meta_path.insert(0, FINDER)


def _axes(nrows=1, ncols=1, *args, squeeze=True, **options):
    """Make what ``subplots`` returns beside the figure: one thing to draw on, or an array of them."""
    axes = np.empty((nrows, ncols), object)
    axes.flat = [Absorbing("axes") for _ in range(axes.size)]
    if not squeeze:
        return axes
    return axes.item() if axes.size == 1 else axes.squeeze()


def _parts_wanted(frame):
    """Read from the caller's code into how many parts it takes a thing: 0 where it only goes through."""
    for instruction in dis.get_instructions(frame.f_code):
        if instruction.offset == frame.f_lasti:
            return {"UNPACK_SEQUENCE": instruction.arg, "UNPACK_EX": (instruction.arg or 0) & 0xFF}.get(
                instruction.opname, 0
            )
    return 0
