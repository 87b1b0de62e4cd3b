"""Largest eigenvalues against NumPy's and SciPy's, with their certificates."""

import numpy as np
import pytest
from scipy.sparse import linalg

from cnnlab.curvature import Curvature
from cnnlab.curvature.spectrum import lanczos, power_iteration
from cnnlab.curvature.vectors import pack, unpack
from cnnlab.layers import Conv, Dense, Flatten, Tanh
from cnnlab.losses import softmax_cross_entropy
from cnnlab.model import Sequential


def symmetric(rng, values):
    """Draw a symmetric matrix with these eigenvalues."""
    q, _ = np.linalg.qr(rng.standard_normal((len(values), len(values))))
    return q * values @ q.T


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("ask", [power_iteration, lanczos])
def test_the_certificate_holds(ask, seed):
    """However early it stops: some eigenvalue is within the residual, which is what it says it is."""
    rng = np.random.default_rng(seed)
    A = symmetric(rng, rng.standard_normal(12))
    for steps in (1, 2, 5, 12):
        pair = ask(lambda v: A @ v, np.zeros(12), rng, max_iterations=steps)
        assert pair.products <= steps
        assert np.linalg.norm(pair.vector) == pytest.approx(1)
        assert pair.value == pytest.approx(pair.vector @ A @ pair.vector)
        rest = np.linalg.norm(A @ pair.vector - pair.value * pair.vector)
        assert pair.residual == pytest.approx(rest, abs=1e-10)
        assert np.abs(np.linalg.eigvalsh(A) - pair.value).min() <= pair.residual + 1e-12


def test_the_largest():
    rng = np.random.default_rng(6)
    values = np.array([-9.0, 1, 2, 3, 7])
    A = symmetric(rng, values)
    assert power_iteration(lambda v: A @ v, np.zeros(5), rng, tolerance=1e-9).value == pytest.approx(-9)
    found = lanczos(lambda v: A @ v, np.zeros(5), rng)
    assert found.value == pytest.approx(7) and found.products <= 5
    assert -lanczos(lambda v: -A @ v, np.zeros(5), rng).value == pytest.approx(-9)


def test_scipy_agrees_on_a_large_one():
    rng = np.random.default_rng(7)
    A = symmetric(rng, np.linspace(0, 1, 300) ** 3 * 50 - 10)
    expected = linalg.eigsh(A, k=1, which="LA", return_eigenvectors=False)[0]
    found = lanczos(lambda v: A @ v, np.zeros(300), rng, tolerance=1e-8, max_iterations=300)
    assert found.value == pytest.approx(expected, rel=1e-12)
    assert found.residual <= 1e-8 * 50 and found.products < 150
    slow = power_iteration(lambda v: A @ v, np.zeros(300), rng, tolerance=1e-3)
    assert slow.value == pytest.approx(expected, rel=1e-3) and slow.residual <= 1e-3 * slow.value


@pytest.mark.parametrize("ask", [power_iteration, lanczos])
def test_the_same_seed_gives_the_same_answer(ask):
    A = symmetric(np.random.default_rng(8), np.arange(6.0))
    one, two = (ask(lambda v: A @ v, np.zeros(6), np.random.default_rng(3)) for _ in range(2))
    assert one.value == two.value and one.products == two.products
    np.testing.assert_array_equal(one.vector, two.vector)


@pytest.mark.parametrize("ask", [power_iteration, lanczos])
def test_matrices_that_end_early(ask):
    rng = np.random.default_rng(9)
    for factor in (0.0, 1.0, -2.0):
        pair = ask(lambda v, factor=factor: factor * v, np.zeros((2, 3)), rng)
        assert (pair.value, pair.products) == (pytest.approx(factor), 1)
        assert pair.vector.shape == (2, 3)
    pair = ask(lambda v: 5 * v, np.zeros(1, np.float32), rng)
    assert pair.value == 5 and pair.vector.dtype == np.float32


def test_of_a_network():
    """The largest curvature of a small network: a whole Hessian says the same."""
    rng = np.random.default_rng(10)
    layers = (
        Conv(1, 2, kernel_size=3, rng=rng, dtype=float),
        Tanh(),
        Flatten(),
        Dense(10, 3, rng=rng, dtype=float),
    )
    curvature = Curvature(
        Sequential(*layers), softmax_cross_entropy, (rng.standard_normal((8, 1, 7)), rng.integers(0, 3, 8))
    )
    like = curvature.parameters
    rows = [pack(curvature.hessian(unpack(row, like))) for row in np.eye(len(pack(like)))]
    values = np.linalg.eigvalsh(rows)
    found = lanczos(curvature.hessian, like, rng)
    assert found.value == pytest.approx(values[-1], rel=1e-6)
    assert list(found.vector) == list(like)
    lowest = lanczos(lambda v: {key: -a for key, a in curvature.hessian(v).items()}, like, rng)
    assert -lowest.value == pytest.approx(values[0], rel=1e-5)
    assert values[0] < 0
    assert power_iteration(curvature.gauss_newton, like, rng, tolerance=1e-4).value > 0


@pytest.mark.parametrize("ask", [power_iteration, lanczos])
def test_bad_arguments(ask):
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="tolerance is -1, but it must be a number of at least 0"):
        ask(lambda v: v, np.zeros(2), rng, tolerance=-1)
    with pytest.raises(ValueError, match="max_iterations is 0, but it must be an int of at least 1"):
        ask(lambda v: v, np.zeros(2), rng, max_iterations=0)
    with pytest.raises(ValueError, match="like has no entries"):
        ask(lambda v: v, np.zeros(0), rng)
    with pytest.raises(ValueError, match=r"the product has shape \(1,\)"):
        ask(lambda v: v[:1], np.zeros(2), rng)
    with pytest.raises(TypeError, match="like must be an array of real numbers"):
        ask(lambda v: v, np.zeros(2, complex), rng)
