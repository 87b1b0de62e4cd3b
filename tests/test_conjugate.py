"""Conjugate gradients against NumPy's and SciPy's solvers, and against what their directions promise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import linalg

from cnnlab.curvature.conjugate import conjugate_gradient
from cnnlab.curvature.vectors import pack, unpack

THREE = np.array([[4.0, 1, -2], [1, 3, 0.5], [-2, 0.5, 5]])


def positive(rng, n, spread=10.0):
    """Draw a symmetric matrix with eigenvalues from 1 to spread."""
    q, _ = np.linalg.qr(rng.standard_normal((n, n)))
    return q * np.geomspace(1, spread, n) @ q.T


def test_by_hand():
    """From b = (1, 0): p = b, p'Ap = 2, so x = (1/2, 0); what is left is (0, -1/2); then x = (2/3, -1/3)."""
    A = np.array([[2.0, 1], [1, 2]])
    first = conjugate_gradient(lambda v: A @ v, np.array([1.0, 0]), max_iterations=1)
    np.testing.assert_array_equal(first.x, [1 / 2, 0])
    assert first.residual == 1 / 2
    assert first.values == [0, -1 / 4]
    assert (first.iterations, first.stopped) == (1, "iterations")
    second = conjugate_gradient(lambda v: A @ v, np.array([1.0, 0]))
    np.testing.assert_allclose(second.x, [2 / 3, -1 / 3])
    assert second.values[-1] == pytest.approx(-1 / 3)


def textbook(A, b, x, steps, damping=0.0, M=None):
    """Write the method down a second time, from the equations: alpha = r'z / p'Ap, beta = new r'z / old."""
    A = A + damping * np.eye(len(b))
    r = b - A @ x
    p = z = r if M is None else np.linalg.solve(M, r)
    for _ in range(steps):
        alpha = (r @ z) / (p @ A @ p)
        x = x + alpha * p
        new = r - alpha * (A @ p)
        new_z = new if M is None else np.linalg.solve(M, new)
        p = new_z + (new @ new_z) / (r @ z) * p
        r, z = new, new_z
    return x


@pytest.mark.parametrize("damping", [0.0, 2.0])
@pytest.mark.parametrize("steps", [1, 2, 3])
def test_every_step_of_three(steps, damping):
    b, x0 = np.array([1.0, -2, 3]), np.array([0.5, 1, -1])
    for start in (None, x0):
        found = conjugate_gradient(lambda v: THREE @ v, b, x0=start, damping=damping, max_iterations=steps)
        expected = textbook(THREE, b, np.zeros(3) if start is None else start, steps, damping)
        np.testing.assert_allclose(found.x, expected, rtol=1e-12)
        assert found.iterations == steps
        damped = THREE + damping * np.eye(3)
        assert found.residual == pytest.approx(np.linalg.norm(b - damped @ found.x), abs=1e-12)
        assert found.values[-1] == pytest.approx(found.x @ damped @ found.x / 2 - b @ found.x)
    if steps == 3:
        np.testing.assert_allclose(found.x, np.linalg.solve(damped, b), rtol=1e-12)


@pytest.mark.parametrize("n", [1, 2, 3, 8, 20])
def test_as_many_steps_as_unknowns_and_conjugate_directions(n):
    rng = np.random.default_rng(n)
    A, b, asked = positive(rng, n), rng.standard_normal(n), []

    def product(v):
        asked.append(v.copy())
        return A @ v

    found = conjugate_gradient(product, b)
    assert found.iterations <= n and found.stopped in ("residual", "iterations")
    np.testing.assert_allclose(found.x, np.linalg.solve(A, b), rtol=1e-7)
    P = np.transpose(asked)
    gram = P.T @ A @ P
    scale = np.sqrt(np.outer(gram.diagonal(), gram.diagonal()))
    np.testing.assert_allclose(gram / scale, np.eye(len(asked)), rtol=0, atol=1e-2)
    assert np.diff(found.values).max(initial=0) <= 1e-14


def test_as_many_steps_as_different_eigenvalues():
    found = conjugate_gradient(lambda v: np.repeat([1.0, 5, 9], 10) * v, np.ones(30))
    assert (found.iterations, found.stopped) == (3, "residual")


@pytest.mark.parametrize("spread", [10, 1e4])
def test_scipy_goes_the_same_way(spread):
    rng = np.random.default_rng(1)
    A, b, x0 = positive(rng, 40, spread), rng.standard_normal(40), rng.standard_normal(40)
    M = positive(rng, 40)
    for steps in (1, 5, 12):
        for options, theirs in [
            ({}, {}),
            (dict(preconditioner=lambda r: np.linalg.solve(M, r)), dict(M=np.linalg.inv(M))),
        ]:
            found = conjugate_gradient(lambda v: A @ v, b, x0=x0, max_iterations=steps, **options)
            expected, _ = linalg.cg(A, b, x0=x0, maxiter=steps, rtol=0, atol=0, **theirs)
            np.testing.assert_allclose(found.x, expected, rtol=1e-6, atol=1e-9)


def test_preconditioning():
    rng = np.random.default_rng(2)
    A, b = positive(rng, 6, 1e3), rng.standard_normal(6)
    found = conjugate_gradient(
        lambda v: A @ v, b, damping=0.5, preconditioner=lambda r: np.linalg.solve(A + 0.5 * np.eye(6), r)
    )
    assert found.iterations == 1
    M = positive(rng, 6)
    found = conjugate_gradient(
        lambda v: A @ v, b, preconditioner=lambda r: np.linalg.solve(M, r), max_iterations=3
    )
    np.testing.assert_allclose(found.x, textbook(A, b, np.zeros(6), 3, M=M), rtol=1e-9)


def test_negative_curvature_is_told():
    A = np.diag([2.0, -1, 3])
    found = conjugate_gradient(lambda v: A @ v, np.array([1.0, 1, 1]), max_iterations=50)
    assert found.stopped == "negative curvature"
    assert found.direction @ A @ found.direction <= 0
    assert found.values == sorted(found.values, reverse=True)
    at_once = conjugate_gradient(lambda v: -v, np.array([3.0, 4]))
    np.testing.assert_array_equal(at_once.x, [0, 0])
    np.testing.assert_array_equal(at_once.direction, [3, 4])
    assert at_once.iterations == 0
    damped = conjugate_gradient(lambda v: A @ v, np.ones(3), damping=2.0)
    np.testing.assert_allclose(damped.x, 1 / np.array([4, 1, 5]))
    assert damped.direction is None


def test_the_residual_is_measured_by_b():
    rng = np.random.default_rng(5)
    A, b = positive(rng, 30, 50), rng.standard_normal(30)
    small = [conjugate_gradient(lambda v: A @ v, size * b, tolerance=1e-3) for size in (1e-5, 1.0, 1e5)]
    assert len({found.iterations for found in small}) == 1 and small[0].iterations < 30
    for found, size in zip(small, (1e-5, 1.0, 1e5), strict=True):
        assert found.residual <= 1e-3 * size * np.linalg.norm(b)


@pytest.mark.parametrize(("progress", "spread"), [(1e-2, 1e4), (5e-4, 1e4), (5e-4, 1e5)])
def test_the_stop_of_martens(progress, spread):
    """Stop at the first i > k = max(10, i // 10) with phi(x_i) < 0 and too little progress since i - k."""
    rng = np.random.default_rng(3)
    n = 400
    A, b = positive(rng, n, spread), rng.standard_normal(n)
    full = conjugate_gradient(lambda v: A @ v, b, tolerance=0.0).values

    def enough(i):
        k = max(10, i // 10)
        return i > k and full[i] < 0 and (full[i] - full[i - k]) / full[i] < k * progress

    expected = next(i for i in range(len(full)) if enough(i))
    found = conjugate_gradient(lambda v: A @ v, b, progress=progress)
    assert (found.iterations, found.stopped) == (expected, "progress")
    assert expected > (200 if spread > 1e4 else 10)
    assert conjugate_gradient(lambda v: A @ v, b, max_iterations=expected + 1).stopped == "iterations"


def test_nothing_to_do():
    found = conjugate_gradient(lambda v: 2 * v, np.zeros(3))
    assert (found.iterations, found.stopped, found.residual) == (0, "residual", 0)
    found = conjugate_gradient(lambda v: 2 * v, np.ones(3), x0=np.full(3, 0.5))
    assert found.iterations == 0
    found = conjugate_gradient(lambda v: 2 * v, np.ones(3), max_iterations=0)
    assert (found.iterations, found.stopped) == (0, "iterations")
    assert conjugate_gradient(lambda v: v, np.zeros(0)).x.shape == (0,)


def test_dicts_and_arrays_of_any_shape():
    rng = np.random.default_rng(4)
    A, b = positive(rng, 6), rng.standard_normal(6)
    expected = conjugate_gradient(lambda v: A @ v, b).x
    like = {"weight": np.zeros((2, 2)), "bias": np.zeros(2)}

    def product(v):
        answer = unpack(A @ pack(v), like)
        return {"bias": answer["bias"], "weight": answer["weight"]}  # in any order

    found = conjugate_gradient(product, unpack(b, like), x0=like, preconditioner=lambda r: r)
    assert list(found.x) == ["weight", "bias"] and found.x["weight"].shape == (2, 2)
    np.testing.assert_allclose(pack(found.x), expected, rtol=1e-12)
    square = conjugate_gradient(lambda v: (A @ v.ravel()).reshape(2, 3), b.reshape(2, 3))
    np.testing.assert_allclose(square.x, expected.reshape(2, 3), rtol=1e-12)


def test_dtypes_and_inputs_stay():
    b = np.array([3.0, 4], np.float32)
    b.flags.writeable = False
    found = conjugate_gradient(lambda v: v * np.float32(2), b, x0=b, damping=0.5)
    assert found.x.dtype == np.float32
    np.testing.assert_allclose(found.x, [1.2, 1.6], rtol=1e-6)
    found = conjugate_gradient(lambda v: v, b, x0=b)
    assert not np.shares_memory(found.x, b)
    assert conjugate_gradient(lambda v: v, [1, 2]).x.dtype == np.float64


@given(st.integers(1, 9), st.integers(0, 1000), st.floats(0, 10))
def test_whatever_the_matrix(n, seed, damping):
    rng = np.random.default_rng(seed)
    A, b = positive(rng, n), rng.standard_normal(n)
    found = conjugate_gradient(lambda v: A @ v, b, damping=damping, max_iterations=3 * n)
    np.testing.assert_allclose((A + damping * np.eye(n)) @ found.x, b, rtol=0, atol=1e-8)
    assert found.values[-1] <= 0


def test_bad_arguments():
    b = np.ones(3)
    for name in ("damping", "tolerance", "progress"):
        for value in (-1.0, np.inf, np.nan, "much"):
            with pytest.raises(ValueError, match=f"{name} is .*, but it must be a number of at least 0"):
                conjugate_gradient(lambda v: v, b, **{name: value})
    for value in (-1, 2.5):
        with pytest.raises(
            ValueError, match=f"max_iterations is {value}, but it must be an int of at least 0"
        ):
            conjugate_gradient(lambda v: v, b, max_iterations=value)
    with pytest.raises(ValueError, match=r"x0 has shape \(2,\), but b have shape \(3,\)"):
        conjugate_gradient(lambda v: v, b, x0=np.ones(2))
    with pytest.raises(ValueError, match=r"the product has shape \(2,\), but b have shape \(3,\)"):
        conjugate_gradient(lambda v: v[:2], b)
    with pytest.raises(ValueError, match=r'the product lacks "b", but its keys must be those of b: a, b'):
        conjugate_gradient(lambda v: {"a": v["a"]}, {"a": 1.0, "b": 2.0})
    with pytest.raises(TypeError, match="b must be an array of real numbers"):
        conjugate_gradient(lambda v: v, b * 1j)
    with pytest.raises(TypeError, match="must be an array of numbers"):
        conjugate_gradient(lambda v: v, ["a"])


def test_vectors():
    arrays = {"weight": np.arange(6.0).reshape(2, 3), "scale": np.array(7.0), "none": np.zeros((0, 2))}
    vector = pack(arrays)
    np.testing.assert_array_equal(vector, [0, 1, 2, 3, 4, 5, 7])
    again = unpack(vector, arrays)
    for key, a in arrays.items():
        np.testing.assert_array_equal(again[key], a)
        assert not np.shares_memory(again[key], vector)
    x = np.arange(4).reshape(2, 2)
    assert not np.shares_memory(pack(x * 1.0), x)
    np.testing.assert_array_equal(unpack(pack(x), x), x)
    assert pack({"a": np.ones(2, np.float32)}).dtype == np.float32
    assert pack({}).shape == (0,) and unpack(np.zeros(0), {}) == {}
    with pytest.raises(ValueError, match=r"vector has shape \(6,\), but there are 7 entries to fill"):
        unpack(vector[1:], arrays)
    with pytest.raises(ValueError, match=r"vector has shape \(7, 1\)"):
        unpack(vector[:, None], arrays)
