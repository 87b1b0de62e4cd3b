"""Exercise 3: right answers of several kinds, and wrong ones that nobody listed."""

import numpy as np

NUMERICAL, COMPLEX, RELATIVE = "numerical_gradient", "complex_step_gradient", "relative_error"
DIRECTIONAL, LAYER = "directional_check", "check_layer"


# Right: entry by entry.


def numerical_by_loops(f, x, *, step=None):
    x = np.asarray(x, float)
    h = 1e-5 if step is None else step
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        ahead, behind = x.copy(), x.copy()
        ahead[index] += h
        behind[index] -= h
        gradient[index] = (f(ahead) - f(behind)) / (2 * h)
    return gradient


def complex_by_loops(f, x, *, step=1e-30):
    gradient = np.zeros(np.shape(x))
    for index in np.ndindex(gradient.shape):
        z = np.array(x, complex)
        z[index] += 1j * step
        gradient[index] = f(z).imag / step
    return gradient


def relative_by_loops(a, b):
    if a.shape != b.shape:
        return float("inf")
    largest = off = 0.0
    for p, q in zip(a.ravel(), b.ravel(), strict=True):
        largest = max(largest, abs(p), abs(q))
        off = max(off, abs(p - q))
    return off / largest if off else 0.0


def directional_by_loops(f, x, gradient, rng, *, directions=8):
    if x.shape != gradient.shape:
        return np.inf
    worst = 0.0
    for _ in range(directions):
        v = rng.choice([-1.0, 1.0], size=x.shape)  # signs alone
        slope = (f(x + 1e-5 * v) - f(x - 1e-5 * v)) / 2e-5
        worst = max(worst, relative_by_loops(np.array([np.sum(gradient * v)]), np.array([slope])))
    return worst


def claims(layer, x, rng):
    dy = rng.normal(size=layer.forward(x).shape)
    dx = layer.backward(dy)
    return dy, dx, {name: np.array(g) for name, g in layer.gradients.items()}


def layer_by_loops(layer, x, rng):
    dy, dx, gradients = claims(layer, x, rng)
    worst = relative_by_loops(dx, numerical_by_loops(lambda moved: np.sum(layer.forward(moved) * dy), x))
    for name, parameter in layer.parameters.items():

        def loss(moved, name=name, parameter=parameter):
            layer.parameters[name] = moved
            value = np.sum(layer.forward(x) * dy)
            layer.parameters[name] = parameter
            return value

        worst = max(worst, relative_by_loops(gradients[name], numerical_by_loops(loss, parameter)))
    return worst < 1e-6


# Right: parameters nudged where they are, sums by einsum.


def numerical_in_place(f, x, *, step=None):
    x = np.array(x, dtype=float)
    h = step or np.finfo(float).eps ** (1 / 3)
    gradient = np.empty_like(x)
    for i in range(x.size):
        was = x.flat[i]
        x.flat[i] = was + h
        ahead = f(x)
        x.flat[i] = was - h
        gradient.flat[i] = (ahead - f(x)) / (2 * h)
        x.flat[i] = was
    return gradient


def complex_by_einsum(f, x, *, step=1e-30):
    moves = np.einsum("i,ij->ij", np.ones(x.size), np.eye(x.size)).reshape(x.size, *x.shape)
    return np.array([np.imag(f(x + 1j * step * move)) for move in moves]).reshape(x.shape) / step


def relative_by_norms(a, b):
    if np.shape(a) != np.shape(b):
        return np.inf
    off = np.linalg.norm(np.ravel(a - b), np.inf)
    return off and off / max(np.linalg.norm(np.ravel(a), np.inf), np.linalg.norm(np.ravel(b), np.inf))


def directional_by_einsum(f, x, gradient, rng, *, directions=8):
    if x.shape != gradient.shape:
        return float("inf")
    x = x + 0.0
    ways = rng.standard_normal((directions, x.size))
    ways /= np.linalg.norm(ways, axis=1)[:, None]
    foretold = np.einsum("ij,j->i", ways, gradient.ravel())
    ways = ways.reshape(-1, *x.shape)
    measured = np.array([(f(x + 1e-4 * v) - f(x - 1e-4 * v)) / 2e-4 for v in ways])
    return relative_by_norms(foretold, measured)


def layer_in_place(layer, x, rng):
    dy, dx, gradients = claims(layer, x, rng)
    pairs = [(x, dx), *((layer.parameters[name], gradients[name]) for name in layer.parameters)]
    right = []
    for array, claimed in pairs:
        measured = np.zeros(array.shape)
        for index in np.ndindex(array.shape):
            was, losses = array[index], []
            for h in (1e-5, -1e-5):
                array[index] = was + h
                losses.append(np.einsum("i,i", layer.forward(x).ravel(), dy.ravel()))
            array[index] = was
            measured[index] = (losses[0] - losses[1]) / 2e-5
        right.append(np.allclose(claimed, measured, rtol=1e-5, atol=1e-6))
    return all(right)


# Right: directions as matrices, and complex steps wherever they go.


def numerical_by_matrix(f, x, *, step=None):
    h = 6e-6 if step is None else step
    flat = np.asarray(x, dtype=np.float64).ravel()
    both = flat + h * np.concatenate([np.eye(flat.size), -np.eye(flat.size)])
    values = np.array([f(row.reshape(x.shape)) for row in both])
    weights = np.concatenate([np.eye(flat.size), -np.eye(flat.size)], axis=1) / (2 * h)
    return (weights @ values).reshape(x.shape)


def complex_by_matrix(f, x, *, step=1e-30):
    rows = x.ravel() + 1j * step * np.eye(x.size)
    return np.imag([f(row.reshape(x.shape)) for row in rows]).reshape(x.shape) / step


def directional_by_complex_steps(f, x, gradient, rng, *, directions=8):
    if np.shape(gradient) != np.shape(x):
        return np.float64(np.inf)
    ways = rng.standard_normal((x.size, directions))
    measured = [f(x + 1e-20j * way.reshape(x.shape)).imag / 1e-20 for way in ways.T]
    return relative_by_norms(gradient.ravel() @ ways, np.array(measured))


def layer_by_complex_steps(layer, x, rng):
    dy, dx, gradients = claims(layer, x, rng)
    parameters = {name: np.array(value) for name, value in layer.parameters.items()}

    def loss(moved, name):
        layer.parameters = {**parameters, **({} if name == "x" else {name: moved})}
        return np.sum(layer.forward(moved if name == "x" else x) * dy)

    errors = [
        relative_by_norms(claimed, complex_by_matrix(lambda moved, name=name: loss(moved, name), array))
        for name, array, claimed in [
            ("x", x, dx),
            *((name, parameters[name], gradients[name]) for name in parameters),
        ]
    ]
    layer.parameters = parameters
    return bool(max(errors) < 1e-10)


def layer_by_directions(layer, x, rng):
    """Everything at once, and a deep copy of the layer for each run."""
    import copy

    dy, dx, gradients = claims(layer, x, rng)
    for _ in range(5):
        v = rng.standard_normal(x.shape)
        ways = {name: rng.standard_normal(value.shape) for name, value in layer.parameters.items()}
        foretold, losses = np.vdot(dx, v), []
        foretold += sum(np.vdot(gradients[name], ways[name]) for name in ways)
        for h in (1e-5, -1e-5):
            twin = copy.deepcopy(layer)
            for name, way in ways.items():
                twin.parameters[name] += h * way
            losses.append(np.vdot(twin.forward(x + h * v, train=True), dy))
        slope = (losses[0] - losses[1]) / 2e-5
        if abs(slope - foretold) > 1e-5 * max(1, abs(slope)):
            return False
    return True


VARIANTS = {
    "loops": {
        NUMERICAL: numerical_by_loops,
        COMPLEX: complex_by_loops,
        RELATIVE: relative_by_loops,
        DIRECTIONAL: directional_by_loops,
        LAYER: layer_by_loops,
    },
    "einsum": {
        NUMERICAL: numerical_in_place,
        COMPLEX: complex_by_einsum,
        RELATIVE: relative_by_norms,
        DIRECTIONAL: directional_by_einsum,
        LAYER: layer_in_place,
    },
    "matrix product": {
        NUMERICAL: numerical_by_matrix,
        COMPLEX: complex_by_matrix,
        RELATIVE: relative_by_norms,
        DIRECTIONAL: directional_by_complex_steps,
        LAYER: layer_by_complex_steps,
    },
    "directions": {
        NUMERICAL: numerical_by_loops,
        COMPLEX: complex_by_einsum,
        RELATIVE: relative_by_loops,
        DIRECTIONAL: directional_by_einsum,
        LAYER: layer_by_directions,
    },
}


# Wrong, and on no list.


def step_ignored(f, x, *, step=None):
    return numerical_by_loops(f, x)


def downhill(f, x, *, step=None):
    return -numerical_by_loops(f, x, step=step)


def in_a_row(f, x, *, step=None):
    return numerical_by_loops(f, x, step=step).ravel()


def behind_alone(f, x, *, step=None):
    h = step or 1e-5
    gradient = np.zeros(np.shape(x))
    for index in np.ndindex(gradient.shape):
        behind = x * 1.0
        behind[index] -= h
        gradient[index] = (f(x * 1.0) - f(behind)) / h
    return gradient


def everything_at_once(f, x, *, step=None):
    h = step or 1e-5
    return np.full(np.shape(x), (f(x + h) - f(x - h)) / (2 * h))


def array_left_nudged(f, x, *, step=None):
    gradient = numerical_by_loops(f, x, step=step)
    if x.dtype.kind == "f":
        x += 1e-9
    return gradient


def too_many_calls(f, x, *, step=None):
    once = numerical_by_loops(f, x, step=step)
    return (once + numerical_by_loops(f, x, step=step)) / 2


def tiny_step(f, x, *, step=None):
    return numerical_by_loops(f, x, step=step or 1e-12)


def imaginary_part_of_two_steps(f, x, *, step=1e-30):
    return 2 * complex_by_loops(f, x, step=step)


def modulus(f, x, *, step=1e-30):
    gradient = np.zeros(np.shape(x))
    for index in np.ndindex(gradient.shape):
        z = np.array(x, complex)
        z[index] += 1j * step
        gradient[index] = abs(f(z).imag) / step
    return gradient


def long_step(f, x, *, step=1e-3):
    return complex_by_loops(f, x, step=step)


def fixed_step(f, x, *, step=1e-30):
    return complex_by_loops(f, x)


def mean_difference(a, b):
    if a.shape != b.shape:
        return float("inf")
    largest = max(np.abs(a).max(), np.abs(b).max())
    return float(np.abs(a - b).mean() / largest) if largest else 0.0


def smaller_size_below(a, b):
    if a.shape != b.shape:
        return float("inf")
    size = min(np.abs(a).max(), np.abs(b).max())
    return float(np.abs(a - b).max() / size) if size else relative_by_loops(a, b)


def floor_of_a_millionth(a, b):
    if a.shape != b.shape:
        return float("inf")
    return float(np.abs(a - b).max() / max(np.abs(a).max(), np.abs(b).max(), 1e-6))


def lengths_below(a, b):
    if a.shape != b.shape:
        return float("inf")
    return float(np.linalg.norm(a - b) / max(np.linalg.norm(a) + np.linalg.norm(b), 1e-300))


def absolute_error(a, b):
    return float(np.abs(a - b).max()) if a.shape == b.shape else float("inf")


def one_for_another_shape(a, b):
    return relative_by_loops(a, b) if a.shape == b.shape else 1.0


def direction_of_ones(f, x, gradient, rng, *, directions=8):
    if x.shape != gradient.shape:
        return np.inf
    slope = (f(x + 1e-5) - f(x - 1e-5)) / 2e-5
    return relative_by_loops(np.array([np.sum(gradient)]), np.array([slope]))


def entry_by_entry(f, x, gradient, rng, *, directions=8):
    return relative_by_loops(gradient, numerical_by_loops(f, x))


def eight_entries(f, x, gradient, rng, *, directions=8):
    if x.shape != gradient.shape:
        return np.inf
    pairs = []
    for i in range(min(directions, x.size)):
        v = np.eye(x.size)[i].reshape(x.shape)
        pairs.append((np.sum(gradient * v), (f(x + 1e-5 * v) - f(x - 1e-5 * v)) / 2e-5))
    return relative_by_loops(*np.array(pairs).T)


def signs_forgotten(f, x, gradient, rng, *, directions=8):
    if x.shape != gradient.shape:
        return np.inf
    v = rng.normal(size=x.shape)
    slope = (f(x + 1e-5 * v) - f(x - 1e-5 * v)) / 2e-5
    return relative_by_loops(np.abs([np.sum(gradient * v)]), np.abs([slope]))


def of_each_direction(f, x, gradient, rng, directions):
    if x.shape != gradient.shape:
        return [np.inf]
    return [directional_by_loops(f, x, gradient, rng, directions=1) for _ in range(directions)]


def best_direction(f, x, gradient, rng, *, directions=8):
    return min(of_each_direction(f, x, gradient, rng, directions))


def mean_direction(f, x, gradient, rng, *, directions=8):
    return np.mean(of_each_direction(f, x, gradient, rng, directions))


def whether_it_is_right(f, x, gradient, rng, *, directions=8):
    return directional_by_loops(f, x, gradient, rng, directions=directions) < 1e-6


def everyone_is_right(layer, x, rng):
    return True


def everyone_is_wrong(layer, x, rng):
    return False


def dx_alone(layer, x, rng):
    dy, dx, _ = claims(layer, x, rng)
    measured = numerical_by_loops(lambda moved: np.sum(layer.forward(moved) * dy), x)
    return relative_by_loops(dx, measured) < 1e-6


class Ones:
    """Random numbers that are none."""

    def normal(self, size):
        return np.ones(size)


def dy_of_ones(layer, x, rng):
    return layer_by_loops(layer, x, Ones())


def parameters_alone(layer, x, rng):
    dy, _, gradients = claims(layer, x, rng)
    right = True
    for name, parameter in list(layer.parameters.items()):

        def loss(moved, name=name, parameter=parameter):
            layer.parameters[name] = moved
            value = np.sum(layer.forward(x) * dy)
            layer.parameters[name] = parameter
            return value

        right &= relative_by_loops(gradients[name], numerical_by_loops(loss, parameter)) < 1e-6
    return right


def to_the_last_digit(layer, x, rng):
    dy, dx, _ = claims(layer, x, rng)
    measured = numerical_by_loops(lambda moved: np.sum(layer.forward(moved) * dy), x)
    return relative_by_loops(dx, measured) < 1e-16


def the_other_way_round(layer, x, rng):
    return not layer_by_loops(layer, x, rng)


def an_error_in_place_of_an_answer(layer, x, rng):
    return 0.25


def slopes_in_the_type_of_x(f, x, *, step=1e-30):
    slopes = np.zeros_like(x)
    for index in np.ndindex(*x.shape):
        aside = x.astype(complex)
        aside[index] += 1j * step
        slopes[index] = f(aside).imag / step
    return slopes


WRONG = {
    slopes_in_the_type_of_x: (COMPLEX, "complex"),
    step_ignored: (NUMERICAL, "numerical"),
    downhill: (NUMERICAL, "numerical"),
    in_a_row: (NUMERICAL, "numerical"),
    behind_alone: (NUMERICAL, "numerical"),
    everything_at_once: (NUMERICAL, "numerical"),
    array_left_nudged: (NUMERICAL, "numerical"),
    too_many_calls: (NUMERICAL, "numerical"),
    tiny_step: (NUMERICAL, "numerical"),
    imaginary_part_of_two_steps: (COMPLEX, "complex"),
    modulus: (COMPLEX, "complex"),
    long_step: (COMPLEX, "complex"),
    fixed_step: (COMPLEX, "complex"),
    mean_difference: (RELATIVE, "relative"),
    smaller_size_below: (RELATIVE, "relative"),
    floor_of_a_millionth: (RELATIVE, "relative"),
    lengths_below: (RELATIVE, "relative"),
    absolute_error: (RELATIVE, "relative"),
    one_for_another_shape: (RELATIVE, "relative"),
    direction_of_ones: (DIRECTIONAL, "directional"),
    entry_by_entry: (DIRECTIONAL, "directional"),
    eight_entries: (DIRECTIONAL, "directional"),
    signs_forgotten: (DIRECTIONAL, "directional"),
    best_direction: (DIRECTIONAL, "directional"),
    mean_direction: (DIRECTIONAL, "directional"),
    whether_it_is_right: (DIRECTIONAL, "directional"),
    everyone_is_right: (LAYER, "detective"),
    everyone_is_wrong: (LAYER, "detective"),
    dx_alone: (LAYER, "detective"),
    dy_of_ones: (LAYER, "detective"),
    parameters_alone: (LAYER, "detective"),
    to_the_last_digit: (LAYER, "detective"),
    the_other_way_round: (LAYER, "detective"),
    an_error_in_place_of_an_answer: (LAYER, "detective"),
}
UNLISTED = {f.__name__: (lost, {of: f}) for f, (of, lost) in WRONG.items()}
