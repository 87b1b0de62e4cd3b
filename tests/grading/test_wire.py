"""What crosses arrives as it was; whatever else arrives is refused, at once and with one kind of error."""

import json
import math
import struct
import time

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from cnnlab.grading.sandbox.wire import (
    CAPS,
    PREFIX,
    Caps,
    Handle,
    Named,
    WireError,
    joined,
    lengths,
    pack,
    unpack,
)

NUMBERS = [
    f"{order}{kind}"
    for kind in ("i2", "i4", "i8", "u2", "u4", "f2", "f4", "f8", "c8", "c16")
    for order in "<>"
]
DTYPES = st.sampled_from(["?", "i1", "u1", *NUMBERS, "g", "G"]).map(np.dtype)
ARRAYS = DTYPES.flatmap(
    lambda dtype: npst.arrays(dtype, npst.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
)
SCALARS = ARRAYS.filter(lambda x: x.size).map(lambda x: x.ravel()[0])
TEXTS = st.text(st.characters(exclude_categories=()))
PLAIN = st.one_of(
    *(st.none(), st.booleans(), st.integers(), st.floats(), st.complex_numbers(), TEXTS, st.binary()),
    st.integers(-(2**4000), 2**4000),
)
KEYS = st.one_of(
    st.none(), st.booleans(), st.integers(2), TEXTS, st.binary(), st.tuples(st.integers(), TEXTS)
)
VALUES = st.recursive(
    PLAIN | ARRAYS | SCALARS,
    lambda inner: st.one_of(
        *(st.lists(inner, max_size=5), st.lists(inner, max_size=4).map(tuple)),
        *(
            st.dictionaries(KEYS, inner, max_size=4),
            st.sets(KEYS, max_size=4),
            st.frozensets(KEYS, max_size=3),
        ),
    ),
    max_leaves=12,
)


def split(frame):
    """Take a frame's header and payload apart."""
    whole = b"".join(frame)
    header, payload = lengths(whole[: PREFIX.size])
    assert len(whole) == PREFIX.size + header + payload
    return whole[PREFIX.size :][:header], whole[len(whole) - payload :]


def there_and_back(value):
    return unpack(*split(pack(value)))


def same(a, b):
    """Whether two values are the same to the last bit, the types of all that is in them included."""
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray | np.generic):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return same(list(a.items()), list(b.items()))
    if isinstance(a, float):
        return struct.pack("d", a) == struct.pack("d", b)
    if isinstance(a, complex):
        return same((a.real, a.imag), (b.real, b.imag))
    return a == b


@given(VALUES)
@example([0.0, -0.0, math.nan, -math.nan, math.inf, 5e-324, complex(-0.0, math.nan)])
@example("\ud83d\ude00 and \N{GRINNING FACE}, which is another text")
@example(np.array(1.5))
def test_every_value_arrives_as_it_was(value):
    assert same(there_and_back(value), value)


@pytest.mark.parametrize(
    "value", [slice(1, None, 2), range(2, 9, 3), ..., np.dtype(">f4"), np.float32, float, np.bool_, list]
)
def test_what_arguments_are_made_of_arrives_too(value):
    assert there_and_back(value) == value and type(there_and_back(value)) is type(value)


def test_a_kind_made_from_a_plain_one_arrives_as_that():
    class Mine(dict):
        pass

    class Odd(np.ndarray):
        pass

    assert same(there_and_back(Mine(a=[np.arange(3).view(Odd)])), {"a": [np.arange(3)]})


def test_a_named_tuple_keeps_its_names():
    value = there_and_back(Named(["mean", "var"], [1, 2.5]))
    assert value == (1, 2.5) and value.mean == 1 and value.var == 2.5
    with pytest.raises(AttributeError, match="no item is called 'std': there are mean, var"):
        value.std  # noqa: B018


BASE = np.arange(2.0 * 3 * 4 * 6).reshape(2, 3, 4, 6)
LAYOUTS = {
    "C": BASE,
    "Fortran": np.asfortranarray(BASE),
    "channels last": BASE.transpose(0, 2, 3, 1),
    "gaps": BASE[..., ::2],
    "gaps between rows": BASE[:, :, ::2],
    "gaps, transposed": BASE[..., ::3].T,
    "some of many columns": BASE[:, 0, 0, :2],
    "no axis": np.array(3.0),
    "empty": np.zeros((2, 0, 3)),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_an_array_keeps_its_layout(name):
    x, y = LAYOUTS[name], there_and_back(LAYOUTS[name])
    assert np.array_equal(x, y) and y.flags.writeable and y.base is not x
    assert (y.flags.c_contiguous, y.flags.f_contiguous) == (x.flags.c_contiguous, x.flags.f_contiguous)
    assert np.argsort(y.strides, kind="stable").tolist() == np.argsort(x.strides, kind="stable").tolist()


@pytest.mark.parametrize(
    "x", [BASE[..., ::-1], np.broadcast_to(BASE[0], (2, 3, 4, 6)), np.broadcast_to(1.0, (2, 3))]
)
def test_an_array_that_turns_back_or_repeats_is_no_contiguous_one(x):
    y = there_and_back(x)
    assert np.array_equal(x, y) and not y.flags.c_contiguous and y.flags.writeable == x.flags.writeable


def test_a_bool_is_0_or_1_whatever_its_byte_is():
    truth = unpack(b'["a","|b1",[3],[0],""]', bytes([0, 1, 7]))
    assert truth.view(np.uint8).tolist() == [0, 1, 1]


def loop():
    items = []
    items.append(items)
    return items


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (loop(), "nested too deep or too many"),
        ([0] * (CAPS.items + 1), "nested too deep or too many"),
        (1 << CAPS.bits, "an integer of 8,193 bits"),
        ("a" * CAPS.header, "of 4,194,306 bytes is too large"),
        (np.array(["a"]), "a ndarray cannot cross"),
        (np.array([None]), "a ndarray cannot cross"),
        (np.zeros(2, "i4,f8"), "a ndarray cannot cross"),
        (np.datetime64("2026-01-01"), "a datetime64 cannot cross"),
        (print, "a builtin_function_or_method cannot cross"),
        (object(), "a object cannot cross"),
    ],
    ids=lambda part: type(part).__name__,
)
def test_what_cannot_cross_is_refused_before_it_is_sent(value, said):
    with pytest.raises(WireError, match=said):
        pack(value)


def test_handles_are_for_their_owner_to_look_up():
    things = [print, len]
    frame = pack([len, 3], lambda value: Handle("function", things.index(value), "len"))
    assert unpack(*split(frame), here=lambda handle: things[handle.number]) == [len, 3]
    with pytest.raises(WireError, match="a handle that nobody asked for"):
        unpack(*split(frame))


ARRAY = ["a", "<f8", [2], [0], ""]
HOSTILE = {
    "nothing": (b"", b""),
    "no JSON": (b"[1,", b""),
    "an object": (b'{"a":1}', b""),
    "NaN": (b"NaN", b""),
    "infinity": (b"-Infinity", b""),
    "a number too large for a float": (b"1e999", b""),
    "an integer of a megabyte": (b"9" * 2**20, b""),
    "nested a million times": (b"[" * 2**20, b""),
    "nested lists": (b'["l",' * 5000 + b"1" + b"]" * 5000, b""),
    "too deep": (b'["l",' * 40 + b"1" + b"]" * 40, b""),
    "too many": (b'["l"' + b",1" * 100_001 + b"]", b""),
    "another encoding": ('"\N{LATIN SMALL LETTER E WITH ACUTE}"'.encode("utf-16"), b""),
    "bytes left over": (b"1", b"x"),
    "a value after the value": (b"1 2", b""),
    "an unknown tag": (b'["eval","1"]', b""),
    "a tag that is a list": (b'[["l"],1]', b""),
    "no tag": (b"[]", b""),
    "too many parts": (b'["f",1]', bytes(8)),
    "a key twice": (b'["d","a",1,"a",2]', b""),
    "1 and True": (b'["d",1,1,true,2]', b""),
    "a key without a value": (b'["d","a"]', b""),
    "a list as a key": (b'["d",["l"],1]', b""),
    "a member twice": (b'["set",1,1]', b""),
    "colliding keys": (json.dumps(["set", *((2**61 - 1) * n for n in range(5000))]).encode(), b""),
    "more bytes than there are": (b'["b",4]', b"abc"),
    "fewer than none": (b'["b",-4]', b""),
    "true bytes": (b'["b",true]', b"a"),
    "half a letter": (b'["s",1]', b"\xff"),
    "names of nothing": (b'["named","a b",1]', b""),
    "a name that is code": (b'["named","__class__",1]', b""),
    "a name twice": (b'["named","a a",1,2]', b""),
    "an unknown type": (b'["type","os.system"]', b""),
    "a long range": (b'["range",0,10000001,1]', b""),
    "an endless range": (json.dumps(["range", 0, 10**400, 1]).encode(), b""),
    "a slice beyond all arrays": (json.dumps(["slice", 0, 2**63, 1]).encode(), b""),
    "a slice back beyond all arrays": (json.dumps(["slice", None, -(2**63), -1]).encode(), b""),
    "a range without a step": (b'["range",1,2,0]', b""),
    "a slice of parts": (b'["slice",1]', b""),
    "objects": (json.dumps(["a", "|O8", *ARRAY[2:]]).encode(), bytes(16)),
    "text": (json.dumps(["a", "<U2", *ARRAY[2:]]).encode(), bytes(16)),
    "records": (json.dumps(["a", "i4,i4", *ARRAY[2:]]).encode(), bytes(16)),
    "a float of a byte": (json.dumps(["a", "<f1", *ARRAY[2:]]).encode(), bytes(2)),
    "a dtype that is a list": (json.dumps(["a", ["<f8"], *ARRAY[2:]]).encode(), bytes(16)),
    "a negative size": (b'["a","<f8",[-2],[0],""]', bytes(16)),
    "sizes that cancel": (b'["a","<f8",[-2,-1],[0,1],""]', bytes(16)),
    "a size that is true": (b'["a","<f8",[true],[0],""]', bytes(8)),
    "a size that is no integer": (b'["a","<f8",[2.0],[0],""]', bytes(16)),
    "more than memory": (b'["a","<f8",[1099511627776,1099511627776],[0,1],""]', b""),
    "empty, but vast": (b'["a","<f8",[0,1099511627776],[0,1],""]', b""),
    "too many axes": (json.dumps(["a", "<f8", [1] * 40, list(range(40)), ""]).encode(), bytes(8)),
    "an axis twice": (b'["a","<f8",[1,2],[0,0],""]', bytes(16)),
    "an axis too few": (b'["a","<f8",[2],[],""]', bytes(16)),
    "axes that are texts": (b'["a","<f8",[2],["0"],""]', bytes(16)),
    "axes that are true": (b'["a","<f8",[1,2],[false,true],""]', bytes(16)),
    "unknown flags": (b'["a","<f8",[2],[0],"w"]', bytes(16)),
    "numbers that are missing": (b'["a","<f8",[3],[0],""]', bytes(16)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_value_is_refused(name):
    with pytest.raises(WireError):
        unpack(*HOSTILE[name])


def test_refusing_takes_no_time():
    started = time.process_time()
    for header, payload in HOSTILE.values():
        with pytest.raises(WireError):
            unpack(header, payload)
    assert time.process_time() - started < 5


def test_a_frame_says_beforehand_how_long_it_is():
    with pytest.raises(
        WireError, match="4,294,967,295 and 4,294,967,295 bytes is announced, which is too much"
    ):
        lengths(b"\xff" * 8)
    with pytest.raises(WireError, match="is announced"):
        lengths(PREFIX.pack(1, 101), Caps(payload=100))


def survives(header, payload):
    """Read what may be anything: a value that can be sent again, or WireError."""
    try:
        value = unpack(header, payload)
    except WireError:
        return
    pack(value)


@given(st.binary(max_size=64), st.binary(max_size=32))
def test_any_bytes_are_a_value_or_refused(header, payload):
    survives(header, payload)


@given(VALUES, st.data())
def test_a_frame_with_flipped_bits_is_a_value_or_refused(value, data):
    frame = bytearray(b"".join(split(pack(value))))
    cut = len(split(pack(value))[0])
    for _ in range(data.draw(st.integers(1, 4))):
        frame[data.draw(st.integers(0, len(frame) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    survives(bytes(frame[:cut]), bytes(frame[cut:]))


WORDS = st.sampled_from(
    ["l", "t", "d", "set", "frozen", "f", "c", "s", "b", "n", "a", "h", "named", "type", "dtype"]
)
TREES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-2, 40),
        st.sampled_from(["<f8", "|b1", ">i4", "a b", "", "g", "r"]),
    ),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(WORDS, inner, inner).map(list)
        | st.builds(lambda w, t: [w, *t], WORDS, st.lists(inner, max_size=5))
    ),
    max_leaves=20,
)


@given(TREES, st.binary(max_size=64))
def test_any_tree_is_a_value_or_refused(tree, payload):
    survives(json.dumps(tree).encode(), payload)


def test_a_large_array_is_sent_from_where_it_lies():
    x = np.arange(2.0**17)
    frame = joined(pack(x))
    assert len(frame) == 2 and np.shares_memory(frame[1], x)
    assert len(joined(pack(x[:9]))) == 1
