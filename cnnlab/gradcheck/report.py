"""What a gradient check has found, readable as text, in a notebook and as a picture."""

import math
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Finding:
    """What was found about one gradient.

    Attributes
    ----------
    name : str
        Of the gradient; of the array itself where a function changed what it was given.
    error : float
        Its relative error; inf for a wrong shape.
    where : str
        One wrong entry, as "dweight[0, 1]", or the name if there is none.
    remark : str
        What is wrong, in words; empty if nothing is.
    pattern : str
        What the error looks like, in one word: "shape", "nan", "dtype", "random", "mutation", "scale",
        "sign", "flip", "transpose", "batch", "channels", "shift", "axes", "stride", "unmasked", "upstream",
        "unwritten" or "overwritten". Empty if the gradient is right, or wrong in a way that was not
        recognised: a pattern is named only if the gradient, mended by it, foretells every slope that was
        measured.
    places : tuple of tuple of int
        Indices of wrong entries among those that were looked at: the first hundred.
    looked : int
        How many entries were looked at.
    analytic, numerical : ndarray or None
        The gradient as claimed and as measured, NaN where it was not; None if it is right.
    """

    name: str
    error: float
    where: str
    remark: str = ""
    pattern: str = ""
    places: tuple = ()
    looked: int = 0
    analytic: np.ndarray | None = field(default=None, repr=False, compare=False)
    numerical: np.ndarray | None = field(default=None, repr=False, compare=False)

    @property
    def verdict(self):
        """The finding in a word."""
        return "wrong" if self.remark else "right"


def severity(finding):
    """Order findings by their error, NaN above all."""
    return math.inf if math.isnan(finding.error) else finding.error


@dataclass(frozen=True)
class GradientReport:
    """What a gradient check found, readable as text and in a notebook.

    Attributes
    ----------
    findings : tuple of Finding
        One for each gradient: its name, error, where, remark, pattern and places. One more for each array
        that forward or backward changed, which is an error too.
    method : str
        How slopes were measured: "complex step" or "central differences".
    tolerance : float
        What an error may be.
    redrawn : int
        How many directions crossed a kink, where there is no slope, and were replaced by others.
    doubt : float
        By how much the slopes may be wrong themselves, as a share of the largest: the estimate of
        Richardson's rule; 0 by complex step.
    adjoint : float or None
        Of a layer that is linear in x, the relative gap between <f(x) - f(0), dy> and <x, dx>; else None.
    """

    findings: tuple
    method: str
    tolerance: float
    redrawn: int = 0
    doubt: float = 0.0
    adjoint: float | None = None

    @property
    def worst(self):
        """The largest relative error."""
        return max(self.findings, key=severity).error

    @property
    def ok(self):
        """Whether every gradient is right, and every array is left as it was."""
        linear = self.adjoint is None or self.adjoint <= self.tolerance
        return linear and not any(found.remark for found in self.findings)

    @property
    def where(self):
        """The gradient with the largest error; if it is wrong, one wrong entry, as "dweight[0, 1]"."""
        return max(self.findings, key=severity).where

    @property
    def patterns(self):
        """What each gradient's error looks like: a word for each name, empty if right or unknown."""
        return {found.name: found.pattern for found in self.findings}

    @property
    def diagnosis(self):
        """What is right, and then what is wrong, in words."""
        right = [found.name for found in self.findings if not found.remark]
        wrong = [found.remark for found in self.findings if found.remark]
        return " ".join([f"Right: {', '.join(right)}."] * bool(right) + wrong)

    @property
    def title(self):
        """How it was checked."""
        return f"Gradient check by {self.method}, tolerance {self.tolerance:g}"

    @property
    def notes(self):
        """What else there is to know about the check, a sentence each."""
        notes = []
        if self.redrawn:
            directions = "direction" if self.redrawn == 1 else "directions"
            notes.append(f"{self.redrawn} {directions} crossed a kink and made way for others.")
        if self.doubt > self.tolerance / 10 or (self.doubt and self.method != "complex step"):
            why = ": the inputs stand on a kink, or forward rounds" if self.doubt > 1e-4 else ""
            notes.append(f"The slopes themselves are known to {self.doubt:.0e} of their size{why}.")
        if self.adjoint is not None:
            identity = "<f(x) - f(0), dy> = <x, dx>"
            holds = "holds" if self.adjoint <= self.tolerance else "fails"
            notes.append(f"Linear in x, and {identity} {holds}: the relative gap is {self.adjoint:.1e}.")
        return notes

    def plot(self):
        """Draw each wrong gradient as it was claimed, as it was measured, and their difference.

        Returns
        -------
        matplotlib.figure.Figure
            A row for each wrong gradient; its slices lie side by side. Grey is where nothing was measured.

        Raises
        ------
        ImportError
            Where matplotlib is not installed.
        ValueError
            Where no gradient is wrong, or only in its shape.
        """
        from .picture import draw  # matplotlib is not needed for anything else

        return draw(self.findings)

    def __str__(self):
        width = max(len(found.name) for found in self.findings)
        rows = [f"  {found.name:{width}}  {found.error:.1e}  {found.verdict}" for found in self.findings]
        return "\n".join([self.title, *rows, self.diagnosis, *self.notes])

    def _repr_html_(self):
        from html import escape  # here, for it takes a millisecond of `import cnnlab`

        head = "<tr><th>gradient</th><th>relative error</th><th>verdict</th></tr>"
        rows = "".join(
            f"<tr><td>{escape(found.name)}</td><td>{found.error:.1e}</td><td>{found.verdict}</td></tr>"
            for found in self.findings
        )
        caption = f"<caption>{self.title}</caption>"
        table = f'<table class="dataframe">{caption}<thead>{head}</thead><tbody>{rows}</tbody></table>'
        return table + "".join(f"<p>{escape(words)}</p>" for words in (self.diagnosis, *self.notes))
