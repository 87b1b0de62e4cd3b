"""What lives in a student's process, to be used as if it were here."""

from .errors import StudentError

MOST_ITEMS = 100_000  # that are gone through one by one
OWN = ("_student", "_exchange", "_number", "_name", "_kind", "_path")
BINARY = dict(add="+", sub="-", mul="*", truediv="/", floordiv="//", mod="%", matmul="@", pow="**")
COMPARISONS = dict(lt="<", le="<=", gt=">", ge=">=")
UNARY = dict(neg="-", pos="+", abs="abs()")
OPERATORS = {
    **BINARY,
    **COMPARISONS,
    **UNARY,
    "contains": "`in`",
    "truth": "truth",
    "instance": "isinstance()",
}


class StudentObject:
    """Something of a student's that is no plain value.

    Attributes, items, calls, len() and iteration go to where it lives. All that is here is its number: names
    that begin with an underscore are never looked up there, and ``==`` asks whether it is the same thing, so
    an object that says it equals everything equals nothing. Nor does it say how far it is from what is right:
    operators, comparisons, ``in``, isinstance() and its truth are refused, unless the sandbox allows them.

    Attributes
    ----------
    _kind : str
        "function", "class", "module" or "object".
    _name : str
        Of a function, a class or a module its own name, of an object its class's. The student's word.
    """

    __slots__ = (*OWN, "__weakref__")
    __array_ufunc__ = None

    def __init__(self, student, exchange, number, name, kind="object", path=()):
        for slot, value in zip(OWN, (student, exchange, number, name, kind, path), strict=True):
            object.__setattr__(self, slot, value)

    def _found_by(self, path):
        """Remember how this is found, should the process be replaced by another."""
        object.__setattr__(self, "_path", path)

    def _say(self, name, *operands):
        """Let it answer for itself, where that is allowed."""
        if not self._student.operators:
            raise TypeError(f"a {self._name} of the student's has no {OPERATORS[name]} here")
        return self._student.operate(name, operands)

    def _move_to(self, other):
        """Stand for what another proxy stands for."""
        object.__setattr__(self, "_exchange", other._exchange)
        object.__setattr__(self, "_number", other._number)

    def __repr__(self):
        return f"<the student's {self._name}>"

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(f"{name!r} of a student's object is not looked up")
        path = (*self._path, name) if self._path else ()
        return self._student.operate("attribute", (self, name), path=path)

    def __setattr__(self, name, value):
        if name.startswith("_"):
            raise AttributeError(f"{name!r} of a student's object is not set")
        self._student.operate("set_attribute", (self, name, value))

    def __call__(self, *args, **options):
        """Call it where it lives."""
        return self._student.operate("call", (self, *args), options)

    def __getitem__(self, key):
        return self._student.operate("item", (self, key))

    def __setitem__(self, key, value):
        self._student.operate("set_item", (self, key, value))

    def __len__(self):
        length = self._student.operate("len", (self,))
        if type(length) is not int or not 0 <= length < 2**31:
            raise StudentError("TypeError", "its length is no number")
        return length

    def __iter__(self):
        items = self._student.operate("iter", (self,))
        for _ in range(MOST_ITEMS):
            found = self._student.operate("next", (items,))
            if type(found) is not list or len(found) != 1:
                return
            yield found[0]
        raise StudentError("RuntimeError", f"it has more than {MOST_ITEMS:,} items")

    def __contains__(self, item):
        return self._say("contains", self, item) is True

    def __bool__(self):
        return self._say("truth", self) is True

    def __instancecheck__(self, value):
        return self._say("instance", value, self) is True

    def __array__(self, dtype=None, copy=None):
        raise TypeError(f"the student's {self._name} is no array of numbers")

    def __reduce__(self):
        raise TypeError(f"the student's {self._name} cannot be copied: it lives in a process of its own")


def _two(name):
    """Make an operator of two operands, and the one for when the proxy is the second."""
    return (
        lambda self, other: self._say(name, self, other),
        lambda self, other: self._say(name, other, self),
    )


def _one(name):
    """Make an operator of one operand."""
    return lambda self: self._say(name, self)


for _name in BINARY:
    _forward, _reflected = _two(_name)
    setattr(StudentObject, f"__{_name}__", _forward)
    setattr(StudentObject, f"__r{_name}__", _reflected)
for _name in COMPARISONS:
    setattr(StudentObject, f"__{_name}__", _two(_name)[0])
for _name in UNARY:
    setattr(StudentObject, f"__{_name}__", _one(_name))


class StudentFunction(StudentObject):
    """A function, a method or a class of a student's: to be called like one."""

    __slots__ = ()

    @property
    def __name__(self):
        return self._name.rpartition(".")[2]

    def __bool__(self):
        return True
