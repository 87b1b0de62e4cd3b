"""Wrong convolutions that everybody may see: the plain loops of `cnnlab.naive`, each with one line changed.

They are made when they are asked for. The named mistakes of the exercises are others, and stay with their
instructors.
"""

import ast
from dataclasses import dataclass
from functools import cache
from importlib import resources

FORWARD, BIAS = "conv_forward", "conv_backward_bias"
WEIGHT, INPUT = "conv_backward_weight", "conv_backward_input"
FUNCTIONS = (FORWARD, BIAS, WEIGHT, INPUT)


@dataclass(frozen=True)
class Mutant:
    """A function with one thing in it changed.

    Parameters
    ----------
    function : str
        Its name in `cnnlab.naive`.
    says : str
        What is wrong with it, in words.
    shows : str
        What a test has to have to see it.
    old, new : str
        A piece of its source, and what stands there instead.
    """

    function: str
    says: str
    shows: str
    old: str
    new: str

    def build(self):
        """Compile it: the function, as `cnnlab.naive` would hold it."""
        source = right_source(self.function)
        if source.count(self.old) != 1:
            raise LookupError(f"cnnlab.naive.{self.function} says {source.count(self.old)} times {self.old}")
        return compiled(self.function, source.replace(self.old, self.new))


@cache
def right_source(function):
    """Cut a function's source out of `cnnlab.naive`, which the package itself never imports."""
    text = resources.files("cnnlab").joinpath("naive.py").read_text(encoding="utf-8")
    (node,) = (n for n in ast.parse(text).body if isinstance(n, ast.FunctionDef) and n.name == function)
    return ast.get_source_segment(text, node)


def compiled(function, source):
    """Execute a function's source among the names that `cnnlab.naive` imports."""
    imports = "import numpy as np\nfrom .geometry import output_size, resolve_padding\n"
    names = {"__name__": "cnnlab.stand_in", "__package__": "cnnlab"}
    exec(imports + source, names)
    return names[function]


def right(function):
    """Build the loops as they are."""
    return compiled(function, right_source(function))


def mutants(functions=FUNCTIONS):
    """List the wrong versions of some functions.

    Parameters
    ----------
    functions : sequence of str

    Returns
    -------
    list of Mutant

    Examples
    --------
    >>> import numpy as np
    >>> first, *_ = mutants(["conv_backward_bias"])
    >>> first.says
    'hears the first image only'
    >>> first.build()(np.ones((2, 1, 3)))
    array([3.])
    """
    unknown = set(functions) - set(FUNCTIONS)
    if unknown:
        raise ValueError(f"there are wrong versions of {', '.join(FUNCTIONS)}, not of {', '.join(unknown)}")
    return [mutant for mutant in _all() if mutant.function in functions]


SOME = "np.multiply(place, stride)", "np.multiply(tap, dilation)"
SLIDING = {  # what the three that slide a window have in common
    "ignores the stride": ("a stride other than 1", SOME[0], "np.asarray(place)"),
    "takes the first axis's stride for all": (
        "unequal strides",
        SOME[0],
        "np.multiply(place, np.ravel(stride)[0])",
    ),
    "ignores the dilation": ("a dilation other than 1", SOME[1], "np.asarray(tap)"),
    "lets stride and dilation change places": (
        "a stride that is not the dilation",
        " + ".join(SOME),
        "np.multiply(place, dilation) + np.multiply(tap, stride)",
    ),
}
PADDED = "np.pad(x, ((0, 0), (0, 0), *rim))"
READING = {  # what the two that pad x have in common
    "pads the second side with the first side's cells": (
        "unequal padding before and after",
        PADDED,
        "np.pad(x, ((0, 0), (0, 0), *[pair[::-1] for pair in rim]))",
    ),
    "pads with the border, not with zeros": ("padding", PADDED, PADDED[:-1] + ', mode="edge")'),
}
TAP, TURNED = "filters, :, *tap]", "filters, :, *np.subtract(kernel_size, 1) - tap]"
LOPSIDED = "a kernel that is not symmetric"
DY_NEGATED = {  # the right result, and an argument that is another afterwards
    "changes dy": ("dy compared before and after", "np.asarray(dy) * 1.0", "np.negative(dy, out=dy) * -1.0"),
}
SEVERAL = "several images that differ"
ONLY = {
    FORWARD: SLIDING
    | READING
    | {
        "turns the kernel round": (LOPSIDED, TAP, TURNED),
        "keeps the last tap only": ("a kernel of several taps", "*place] += padded", "*place] = padded"),
        "leaves out the last window": ("any result looked at whole", "(*out):", "(*np.subtract(out, 1)):"),
        "averages the channels": (
            "several channels",
            f"weight[{TAP}.T",
            f"weight[{TAP}.T / weight.shape[1]",
        ),
        "reads the first group's channels for all": (
            "several groups",
            "slice(group * weight.shape[1], (group + 1) * weight.shape[1])",
            "slice(0, weight.shape[1])",
        ),
        "forgets the bias": ("a bias other than 0", "bias is not None", "False"),
        "adds the first filter's bias to all": (
            "several biases that differ",
            "np.reshape(bias, ",
            "np.reshape(np.full(len(weight), np.ravel(bias)[0]), ",
        ),
        "rounds the kernel to x's type": (
            "whole numbers in x, fractions in the kernel",
            "np.asarray(weight) * 1.0",
            "np.asarray(weight).astype(np.result_type(x)) * 1.0",
        ),
    },
    BIAS: {
        "hears the first image only": (SEVERAL, "range(len(dy))", "range(1)"),
        "forgets the last place": (
            "several places that differ",
            "np.ndindex(*dy.shape[2:])",
            "list(np.ndindex(*dy.shape[2:]))[:-1]",
        ),
        "keeps one place only": ("several places that differ", "dbias += dy", "dbias = dy"),
        "averages over the batch": (SEVERAL, "return dbias", "return dbias / max(len(dy), 1)"),
        "gives every filter the same": (
            "several filters that differ",
            "return dbias",
            "return np.full_like(dbias, dbias.sum())",
        ),
    }
    | DY_NEGATED,
    WEIGHT: SLIDING
    | READING
    | {
        "comes out turned round": ("a gradient that is not symmetric", TAP, TURNED),
        "keeps the last place only": ("several places", f"dweight[{TAP} +=", f"dweight[{TAP} ="),
        "averages over the batch": (SEVERAL, "return dweight", "return dweight / max(len(dy), 1)"),
        "averages over the places": (
            "several places",
            "return dweight",
            "return dweight / max(dy[:1, :1].size, 1)",
        ),
        "reads the first image only": (
            SEVERAL,
            "dy[:, filters, *place].T @ padded[:, ",
            "dy[:1, filters, *place].T @ padded[:1, ",
        ),
        "reads the first group's channels for all": (
            "several groups",
            "slice(group * channels, (group + 1) * channels)",
            "slice(0, channels)",
        ),
    }
    | DY_NEGATED,
    INPUT: SLIDING
    | {
        "turns the kernel round": (LOPSIDED, TAP, TURNED),
        "keeps one window where several overlap": (
            "windows that overlap",
            "*here] += dy",
            "*here] = dy",
        ),
        "cuts the padding off at the end only": (
            "padding",
            "slice(before, size - after)",
            "slice(0, size - before - after)",
        ),
        "cuts with the cells of the wrong side": (
            "unequal padding before and after",
            "slice(before, size - after)",
            "slice(after, size - before)",
        ),
        "cuts from p to -p": ("no padding", "slice(before, size - after)", "slice(before, -after)"),
        "hears the first filter only": (
            "several filters",
            f"dy[:, filters, *place] @ weight[{TAP}",
            f"dy[:, filters, *place][:, :1] @ weight[{TAP}[:1]",
        ),
        "averages over the batch": (SEVERAL, "return dpadded[", "return 1 / max(len(dy), 1) * dpadded["),
        "sends all groups to the first one's channels": (
            "several groups",
            "slice(group * weight.shape[1], (group + 1) * weight.shape[1])",
            "slice(0, weight.shape[1])",
        ),
    }
    | DY_NEGATED,
}


def _all():
    return [Mutant(function, says, *rest) for function in FUNCTIONS for says, rest in ONLY[function].items()]
