"""What a row and its cells are, how a cell is run, and when two answers are one."""

import ast
import warnings
from dataclasses import dataclass

import numpy as np

LIBRARIES = ("cnnlab", "NumPy", "SciPy", "PyTorch", "Keras, TensorFlow", "JAX", "ONNX", "MATLAB")


@dataclass(frozen=True)
class Cell:
    """One way to ask one library.

    `call` is what one writes there, `here` what gives the same answer in this library; if empty, the row's
    first call does. A cell with a `source`, a key of the bibliography, is not run: `here` then computes
    what the source says, or `says` says it in words, and `alike` whether that is what happens here.
    """

    call: str
    here: str = ""
    source: str = ""
    says: str = ""
    alike: bool = True


@dataclass(frozen=True)
class Row:
    """One question: code that makes its arrays, and for each library its cells; without any, a dash."""

    given: str
    cells: dict

    @property
    def here(self):
        """The call of this library, with which all others are compared."""
        return self.cells["cnnlab"][0].call


def row(given, **cells):
    """Make a row; a cell may be written as its call alone, and one cell without a tuple."""
    shorts = ("cnnlab", "numpy", "scipy", "torch", "keras", "jax", "onnx", "matlab")
    names = dict(zip(shorts, LIBRARIES, strict=True))
    made = dict.fromkeys(LIBRARIES, ())
    for short, found in cells.items():
        found = found if isinstance(found, tuple) else (found,)
        made[names[short]] = tuple(cell if isinstance(cell, Cell) else Cell(cell) for cell in found)
    return Row(given, made)


def run(code, namespace):
    """Run lines of code; the value of the last one, which is an expression."""
    *lines, last = ast.parse(code).body
    names = dict(namespace)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(ast.Module(lines, []), "<cell>", "exec"), names)
        return eval(compile(ast.Expression(last.value), "<cell>", "eval"), names)


def answer(code, namespace):
    """Run a cell's code; what it gave as numbers, or as the error that it raised."""
    try:
        return numbers(run(code, namespace))
    except Exception as error:
        return f"{type(error).__name__}: {str(error).splitlines()[0]}"


def numbers(value):
    """Write a value as nested lists of numbers, axes of length 1 left out.

    >>> numbers(np.float32([[0.1, 2]]))
    [0.1, 2.0]
    """
    value = np.squeeze(np.asarray(value))
    if value.dtype.itemsize < 8:  # the shortest decimal that means this number, not its double's digits
        value = np.array([float(str(v)) for v in value.ravel()]).reshape(value.shape)
    return value.tolist()


def agree(ours, theirs):
    """Say whether two answers are one: the same shape, and numbers equal in single precision."""
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    if ours.dtype.kind in "US" or theirs.dtype.kind in "US":
        return ours.tolist() == theirs.tolist()
    return ours.shape == theirs.shape and np.allclose(ours, theirs, rtol=1e-5, atol=1e-10)
