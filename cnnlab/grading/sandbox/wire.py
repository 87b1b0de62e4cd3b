"""Values as a JSON header and raw bytes: all that passes between the course and a student's process.

A frame is two lengths, a header and a payload. The header is the value as a tree: plain JSON for what JSON
says exactly, ``[tag, ...]`` for everything else. Arrays' numbers and other raw bytes stand in the payload, in
the order in which the tree asks for them, so there is nothing to point anywhere. No pickle: what arrives are
plain values, arrays of numbers, and handles, which are numbers that only their owner can look up.

Both sides use this module. The trusted one believes nothing: whatever bytes arrive, `unpack` returns a value
within the caps or raises WireError.
"""

import functools
import json
import math
import re
import struct
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

PREFIX = struct.Struct("<II")  # how long the header is, and the payload
SMALL = 2**16  # bytes
SHORT = 2**60  # numbers below it need no look at how long they are
TEXTS = frozenset({str, bytes})
DTYPE = re.compile(r"[<>|][biufc](1|2|4|8|16|32)")
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,99}")
HANDLES = ("function", "class", "module", "object", "callback", "layer", "generator")
NUMBERS = [np.dtype(code).type for code in "?bBhHiIlLqQefdgFDG"]
TYPES = {f"numpy.{t.__name__}": t for t in NUMBERS}
TYPES |= {t.__name__: t for t in (bool, int, float, complex, str, bytes, list, tuple, dict, set, object)}
NAME_OF = {t: name for name, t in TYPES.items()}
TO_PLAIN = {int: int.__int__, float: float.__float__, str: str.__str__}  # an Enum says something else


class WireError(Exception):
    """Bytes that are no value, or a value that cannot cross."""


@dataclass(frozen=True)
class Caps:
    """The most that a frame may hold.

    An array that arrives with gaps takes twice its bytes. Keys that are no text are few, for their hashes can
    be made to collide. A range says in a few bytes how long whoever goes through it is busy.
    """

    header: int = 2**22
    payload: int = 2**26
    depth: int = 32
    items: int = 100_000
    keys: int = 512
    axes: int = 32
    bits: int = 8192
    steps: int = 10_000_000


CAPS = Caps()


class Handle(NamedTuple):
    """What stands on the wire for something that stays where it is."""

    kind: str
    number: int
    name: str = ""


class Named(tuple):
    """A named tuple of the other side: a tuple whose items have names, too."""

    def __new__(cls, names, items):
        """Make one."""
        made = super().__new__(cls, items)
        made._fields = tuple(names)
        return made

    def __getattr__(self, name):
        if name.startswith("_") or name not in self._fields:
            raise AttributeError(f"no item is called {name!r}: there are {', '.join(self._fields)}")
        return self[self._fields.index(name)]

    def __reduce__(self):
        return Named, (self._fields, tuple(self))


def pack(value, there=None, caps=CAPS):
    """Turn a value into the buffers of one frame, to be sent one after the other.

    Parameters
    ----------
    value : object
        None, numbers, texts, bytes, lists, tuples, dicts, sets, slices, ranges, arrays and scalars of NumPy,
        number types, and whatever `there` finds a handle for.
    there : callable, optional
        Given what is none of the plain kinds, it returns a Handle or None.
    caps : Caps

    Returns
    -------
    list of bytes-like
        Views of large arrays' own memory where that is possible.

    Raises
    ------
    WireError
        Where a value cannot cross, or is too large.

    Examples
    --------
    >>> frame = b"".join(pack({"x": np.float32(1.5), "y": (1, None)}))
    >>> frame[8:-4], frame[-4:].hex()
    (b'["d","x",["n","<f4"],"y",["t",1,null]]', '0000c03f')
    """
    writer = _Writer(there, caps)
    try:
        header = _DUMPS(writer.tree(value, 0)).encode("ascii")
    except RecursionError:
        raise WireError("values are nested too deep") from None
    if len(header) > caps.header or writer.size > caps.payload:
        raise WireError(f"a value of {len(header) + writer.size:,} bytes is too large")
    return [PREFIX.pack(len(header), writer.size) + header, *writer.raw]


def joined(frame):
    """Make one buffer of a small frame's: to send costs more than to copy."""
    return [b"".join(frame)] if sum(map(len, frame)) <= SMALL else frame


def lengths(prefix, caps=CAPS):
    r"""Read how long a frame's header and payload are, and refuse more than the caps allow.

    Examples
    --------
    >>> lengths(b"\x02\x00\x00\x00\x00\x00\x00\x00")
    (2, 0)
    """
    header, payload = PREFIX.unpack(prefix)
    if header > caps.header or payload > caps.payload:
        raise WireError(f"a frame of {header:,} and {payload:,} bytes is announced, which is too much")
    return header, payload


def unpack(header, payload=b"", here=None, caps=CAPS):
    """Turn a frame's header and payload back into the value.

    Parameters
    ----------
    header, payload : bytes-like
    here : callable, optional
        Given a Handle, it returns what it stands for, or raises WireError.
    caps : Caps

    Returns
    -------
    object
        Arrays own their memory and keep type, byte order, axes' order, gaps and whether they can be written.

    Raises
    ------
    WireError
        For all bytes that `pack` would not have written, as far as it matters; nothing else is raised.

    Examples
    --------
    >>> unpack(b'["t",1,["n","<f4"]]', bytes.fromhex("0000c03f"))
    (1, np.float32(1.5))
    >>> unpack(b"[NaN]")
    Traceback (most recent call last):
    cnnlab.grading.sandbox.wire.WireError: NaN is no value
    """
    try:
        reader = _Reader(payload, here, caps)
        value = reader.value(_JSON.decode(bytes(header).decode("ascii")), 0)
    except WireError:
        raise
    except Exception as error:  # the border: whatever a stranger's bytes set off ends here
        raise WireError(f"not a value: {type(error).__name__}") from None
    if reader.at != len(reader.payload):
        raise WireError("bytes are left over")
    return value


def _no(text):
    """Refuse what is JSON, or nearly, but nothing that we write."""
    raise WireError(f"{text} is no value")


_JSON = json.JSONDecoder(parse_constant=_no, object_pairs_hook=lambda pairs: _no("an object of JSON"))
_DUMPS = json.JSONEncoder(separators=(",", ":"), allow_nan=False, check_circular=False).encode


class _Writer:
    """Builds the tree and gathers the raw bytes."""

    def __init__(self, there, caps):
        self.there, self.caps, self.raw, self.size, self.items = there, caps, [], 0, 1

    def tree(self, value, depth):
        """Say a value as JSON."""
        if value is None or value is True or value is False:
            return value
        write = self.EXACT.get(type(value))
        if write is not None:
            return write(self, value, depth)
        if isinstance(value, np.ndarray) and value.dtype.kind in "biufc":
            return self.array(np.asarray(value))
        if isinstance(value, np.generic) and value.dtype.kind in "biufc":
            return ["n", self.add(value.tobytes(), value.dtype.str)]
        if isinstance(value, np.dtype) and DTYPE.fullmatch(value.str):
            return ["dtype", value.str]
        if isinstance(value, type) and value in NAME_OF:
            return ["type", NAME_OF[value]]
        return self.other(value, depth)

    def other(self, value, depth):
        """Say a value by its handle, or as the plain kind that its own kind is made from."""
        handle = self.there(value) if self.there else None
        if handle is not None:
            return ["h", *handle]
        names = getattr(value, "_fields", None) if isinstance(value, tuple) else None
        if isinstance(names, tuple) and len(names) == len(value):
            return ["named", " ".join(names), *self.each(value, depth)]
        for kind, write in self.EXACT.items():
            if isinstance(value, kind):
                return write(self, TO_PLAIN.get(kind, kind)(value), depth)
        raise WireError(f"a {type(value).__name__} cannot cross")

    def add(self, raw, described):
        """Put bytes into the payload, and return what describes them."""
        self.size += raw.nbytes if isinstance(raw, np.ndarray) else len(raw)
        self.raw.append(raw)
        return described

    def each(self, values, depth):
        """Say all values of a container; most of them are short texts and numbers, and stand as they are."""
        self.items, deeper = _room(self.items, values, depth, self.caps), depth + 1
        return [
            v
            if ((kind := type(v)) is str and v.isascii()) or (kind is int and -SHORT < v < SHORT)
            else self.tree(v, deeper)
            for v in values
        ]

    def integer(self, value, depth):
        if value.bit_length() > self.caps.bits:
            raise WireError(f"an integer of {value.bit_length():,} bits cannot cross")
        return value

    def real(self, value, depth):
        return value if math.isfinite(value) else self.add(struct.pack("<d", value), ["f"])

    def imaginary(self, value, depth):
        return self.add(struct.pack("<dd", value.real, value.imag), ["c"])

    def text(self, value, depth):
        if value.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in value):
            return value
        raw = value.encode("utf-8", "surrogatepass")
        return self.add(raw, ["s", len(raw)])

    def octets(self, value, depth):
        return self.add(bytes(value), ["b", len(value)])

    def mapping(self, value, depth):
        return ["d", *self.each([part for item in value.items() for part in item], depth)]

    def steps(self, value, depth):
        _bounded(value, self.caps)
        tag = "slice" if isinstance(value, slice) else "range"
        return [tag, *self.each((value.start, value.stop, value.step), depth)]

    def array(self, x):
        """Say an array: its type, its shape, its axes from the slowest to the fastest, gaps, and locks."""
        if x.ndim > self.caps.axes:
            raise WireError(f"an array of {x.ndim} axes cannot cross")
        axes, packed, gaps = list(range(x.ndim)), x, False
        if not x.flags.c_contiguous:
            axes.sort(key=lambda axis: -abs(x.strides[axis]))
            packed = x.transpose(axes)
            gaps = not packed.flags.c_contiguous
        flags = "g" * gaps + "r" * (not x.flags.writeable)
        small = x.nbytes <= SMALL
        raw = packed.tobytes() if small else np.ascontiguousarray(packed).reshape(-1).view(np.uint8)
        return self.add(raw, ["a", x.dtype.str, list(x.shape), axes, flags])

    EXACT = {  # noqa: RUF012  a table
        int: integer,
        float: real,
        str: text,
        list: lambda self, value, depth: ["l", *self.each(value, depth)],
        tuple: lambda self, value, depth: ["t", *self.each(value, depth)],
        dict: mapping,
        complex: imaginary,
        bytes: octets,
        bytearray: octets,
        set: lambda self, value, depth: ["set", *self.each(value, depth)],
        frozenset: lambda self, value, depth: ["frozen", *self.each(value, depth)],
        slice: steps,
        range: steps,
        type(...): lambda self, value, depth: ["..."],
    }


class _Reader:
    """Reads a tree that anybody may have written."""

    def __init__(self, payload, here, caps):
        self.payload, self.here, self.caps = memoryview(payload), here, caps
        self.at, self.items, self.keys = 0, 1, 0

    def value(self, tree, depth):
        """Build what a tree says."""
        kind = type(tree)
        if kind is list:
            if not tree or type(tree[0]) is not str or tree[0] not in self.TAGS:
                raise WireError("a list without a known tag")
            return self.TAGS[tree[0]](self, depth, *tree[1:])
        if kind is int and tree.bit_length() > self.caps.bits:
            raise WireError(f"an integer of {tree.bit_length():,} bits")
        if kind is float and not math.isfinite(tree):
            raise WireError("a number that is too large")
        return tree

    def each(self, depth, trees):
        """Build all values of a container."""
        self.items, deeper = _room(self.items, trees, depth, self.caps), depth + 1
        return [
            t if (kind := type(t)) is str or (kind is int and -SHORT < t < SHORT) else self.value(t, deeper)
            for t in trees
        ]

    def take(self, size):
        """Take the payload's next bytes."""
        end = self.at + _count(size)
        if end > len(self.payload):
            raise WireError(f"{size:,} bytes are asked for, which are not there")
        self.at, raw = end, self.payload[self.at : end]
        return raw

    def distinct(self, keys):
        """Look at keys or members before they meet: few if they are no text, and no two the same."""
        if not TEXTS.issuperset(map(type, keys)):
            self.keys += sum(type(key) not in TEXTS for key in keys)
            if self.keys > self.caps.keys:
                raise WireError(f"more than {self.caps.keys:,} keys that are no text")
        made = dict.fromkeys(keys)
        if len(made) != len(keys):
            raise WireError("a key stands twice")
        return made

    def mapping(self, depth, *parts):
        parts = self.each(depth, parts)
        return dict(zip(self.distinct(parts[::2]), parts[1::2], strict=True))

    def named(self, depth, names, *parts):
        names = names.split(" ") if names else []
        if len(names) != len(parts) or not all(map(NAME.fullmatch, names)) or len(set(names)) < len(names):
            raise WireError("names that do not fit their items")
        return Named(names, self.each(depth, parts))

    def steps(self, kind):
        """Build a slice or a range."""
        return lambda depth, *parts: _bounded(kind(*self.each(depth, _three(parts))), self.caps)

    def handle(self, depth, kind, number, name):
        if self.here is None or kind not in HANDLES or type(name) is not str or len(name) > 200:
            raise WireError("a handle that nobody asked for")
        return self.here(Handle(kind, _count(number), name))

    def scalar(self, depth, dtype):
        return self.numbers(dtype, 1)[0]

    def numbers(self, dtype, count):
        """Read raw numbers; a byte of a bool may hold anything, and is made to hold 0 or 1."""
        dtype = _dtype(dtype)
        raw = self.take(count * dtype.itemsize)
        return np.frombuffer(raw, np.uint8) != 0 if dtype.kind == "b" else np.frombuffer(raw, dtype)

    def array(self, depth, dtype, shape, axes, flags):
        """Read an array: in the order of its memory first, then with its axes where they belong."""
        if type(shape) is not list or len(shape) > self.caps.axes or flags not in ("", "g", "r", "gr"):
            raise WireError("an array of an impossible shape")
        count = math.prod(map(_count, shape))
        if (count or math.prod(n for n in shape if n)) > self.caps.payload:
            raise WireError("an array that is too large")
        order = list(range(len(shape)))
        turned = axes != order
        if type(axes) is not list or set(map(type, axes)) - {int} or (turned and sorted(axes) != order):
            raise WireError("axes that are no order")
        packed = self.numbers(dtype, count)
        packed = packed.reshape([shape[axis] for axis in axes] if turned else shape)
        if "g" in flags and packed.ndim:
            wide = np.zeros((*packed.shape[:-1], 2 * packed.shape[-1]), packed.dtype)
            wide[..., ::2] = packed
            packed = wide[..., ::2]
        else:
            packed = packed.copy()
        array = packed.transpose(sorted(axes, key=axes.__getitem__)) if turned else packed
        if "r" in flags:
            array.flags.writeable = False
        return array

    TAGS = {  # noqa: RUF012  a table
        "f": lambda self, depth: struct.unpack("<d", self.take(8))[0],
        "c": lambda self, depth: complex(*struct.unpack("<dd", self.take(16))),
        "s": lambda self, depth, size: bytes(self.take(size)).decode("utf-8", "surrogatepass"),
        "b": lambda self, depth, size: bytes(self.take(size)),
        "l": lambda self, depth, *trees: self.each(depth, trees),
        "t": lambda self, depth, *trees: tuple(self.each(depth, trees)),
        "set": lambda self, depth, *trees: set(self.distinct(self.each(depth, trees))),
        "frozen": lambda self, depth, *trees: frozenset(self.distinct(self.each(depth, trees))),
        "d": mapping,
        "named": named,
        "slice": lambda self, depth, *trees: self.steps(slice)(depth, *trees),
        "range": lambda self, depth, *trees: self.steps(range)(depth, *trees),
        "...": lambda self, depth: ...,
        "h": handle,
        "n": scalar,
        "a": array,
        "dtype": lambda self, depth, name: self.numbers(name, 0).dtype,
        "type": lambda self, depth, name: TYPES[name],
    }


def _room(items, more, depth, caps):
    """Count the values of a container to those before, and hold that it may have any so deep, and so many."""
    items += len(more)
    if items > caps.items or (depth >= caps.depth and more):
        raise WireError("values are nested too deep or too many")
    return items


@functools.lru_cache(256)
def _dtype(name):
    """Let through the types of numbers."""
    if type(name) is not str or not DTYPE.fullmatch(name):
        raise WireError("a type of no numbers")
    return np.dtype(name)


def _three(parts):
    """Let through the parts of a slice or a range."""
    if len(parts) != 3:
        raise WireError("steps of other than three parts")
    return parts


def _bounded(steps, caps):
    """Let through a range of so many numbers, and a slice of which no number is beyond all arrays."""
    parts = steps.start, steps.stop, steps.step
    if any(isinstance(part, int) and abs(part) >= 2**63 for part in parts):
        raise WireError(f"a {type(steps).__name__} beyond all arrays")
    if isinstance(steps, range) and len(steps) > caps.steps:
        raise WireError(f"a range of more than {caps.steps:,} numbers")
    return steps


def _count(number):
    """Let through what can count something."""
    if type(number) is not int or not 0 <= number < 2**62:
        raise WireError("a number that counts nothing")
    return number
