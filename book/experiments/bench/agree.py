"""Right before fast: what two libraries return must be the same, before either is timed."""

import numpy as np

TOLERANCE = {"float32": 2e-5, "float64": 1e-12}  # relative to the largest entry


class WrongResult(Exception):
    """Two libraries disagree."""


def hold(row, case, dtype, expected, found, who):
    """End the run where a candidate's results differ from the reference's."""
    for number, (a, b) in enumerate(zip(expected, found, strict=True)):
        if a is b is None:
            continue
        a, b = (np.asarray(t.detach() if hasattr(t, "detach") else t) for t in (a, b))
        wrong = "shape" if a.shape != b.shape else "dtype" if a.dtype != b.dtype else ""
        error = 0.0 if wrong else np.max(np.abs(a - b), initial=0) / max(np.max(np.abs(a), initial=0), 1e-30)
        if wrong or not error <= TOLERANCE[dtype]:
            said = wrong or f"by {error:.1e} of the largest entry"
            raise WrongResult(f"{who}: {row.name}, {case}, {dtype}: result {number} differs in {said}")
