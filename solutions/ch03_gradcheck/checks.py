"""Hidden checks of exercise 3. Instructors only.

The layers are here and nowhere else. What a student's code holds of one is a `Layer` that asks this side: all
are called the same, and which are planted, where and of what kind is drawn with the student's seed.
"""

import numpy as np

from cnnlab.checks import Case
from cnnlab.checks import ch03_gradcheck as public
from cnnlab.checks.draw import digits, distinct
from cnnlab.checks.lent import Made, Seed

from .mistakes import MISTAKES

F = public.FUNCTIONS
WAYS = {"layout": "C", "asks": "values", "needs": ()}


def ask(function, args, **options):
    """Ask for a call's result."""
    ways = {name: options.pop(name, usual) for name, usual in WAYS.items()}
    return Case(function, args, options, **ways)


def slopes(f, x, **options):
    """Ask for a measured gradient."""
    return ask("numerical_gradient", {"f": F[f], "x": x}, **options)


def aside(f, x, **options):
    """Ask for a gradient by complex step."""
    return ask("complex_step_gradient", {"f": F[f], "x": x}, **options)


def apart(a, b, **options):
    """Ask how far apart two arrays are."""
    return ask("relative_error", {"a": a, "b": b}, **options)


def walked(rng, f, x, gradient, **options):
    """Ask what a few directions say of a gradient."""
    seed = Seed(str(rng.integers(2**31)))
    args = {"f": F[f], "x": x, "gradient": gradient, "rng": seed}
    return ask("directional_check", args, **options)


def numerical(rng):
    fixed = np.random.default_rng(3)
    n = int(rng.integers(3, 6))
    step = float(rng.choice([0.25, 0.5, 2]))
    whole = rng.integers(2, 6, n)
    return [
        slopes("cubes", digits(fixed, 3), step=0.5),
        slopes("cubes", digits(rng, n) / 2),
        slopes("cubes", digits(rng, n), step=step),
        slopes("fourth", digits(rng, 2, n) / 4, step=step, layout="strided"),
        slopes("wave", distinct(rng, 2, 3) / 4),
        slopes("neighbours", digits(rng, 2, 1, 3), step=step),
        slopes("neighbours", digits(rng, n) / 4),
        slopes("wave", np.array([0.0, 0.5, -1]) * rng.permutation(3)),
        slopes("squares", whole),
        slopes("cubes", whole),
        slopes("cubes", whole[:2], step=0.5),
        slopes("fourth", rng.integers(1, 4, (2, 2)), step=step),
        slopes("cubes", digits(rng, n) / 8, asks="unchanged"),
        slopes("wave", distinct(rng, 2, 3) / 7, asks="unchanged"),
    ]


def complex_step(rng):
    fixed = np.random.default_rng(3)
    n = int(rng.integers(3, 6))
    return [
        aside("cubes", digits(fixed, 3)),
        aside("wave", -np.abs(digits(rng, n)) / 2),
        aside("wave", distinct(rng, 2, 3) / 2, layout="strided"),
        aside("fourth", digits(rng, 2, 1, 3)),
        aside("neighbours", digits(rng, n)),
        aside("cubes", rng.integers(1, 6, n)),
        aside("wave", rng.integers(1, 5, 4)),
        aside("cubes", digits(rng, n), step=float(rng.choice([0.5, 0.25, 2]))),
        aside("neighbours", digits(rng, 2, 2), asks="unchanged"),
    ]


def relative(rng):
    fixed = np.random.default_rng(3)
    n = int(rng.integers(3, 6))
    a, b = distinct(rng, n) * 10, distinct(rng, n)
    peak = np.abs(distinct(rng, 2, 3))
    tiny = distinct(rng, n) / 1e9
    square = digits(rng, n, n)
    square[:] = square[0]
    small = np.abs(distinct(rng, n))
    return [
        apart(digits(fixed, 4), digits(fixed, 4)),
        apart(a, b),
        apart(b, a),
        apart(a, a),
        apart(small, 3 * small),
        apart(3 * small, small),
        apart(-small, small),
        apart(peak * [[1, 1, 50]], peak * [[2, 1, 50]]),
        apart(tiny, 2 * tiny),
        apart(2 * tiny, tiny),
        apart(np.zeros(n), np.zeros(n)),
        apart(small, np.zeros(n)),
        apart(np.zeros(n), small),
        apart(square[0], square),
        apart(square, square[0]),
        apart(b, b[:, None]),
        apart(b, b[None]),
        apart(digits(rng, 2, 1, 3), digits(rng, 2, 1, 3), layout="strided"),
        apart(a, b, asks="unchanged"),
    ]


def directional(rng):
    fixed = np.random.default_rng(3)
    x, zero = digits(rng, 60) / 2, np.zeros(60)
    one, ridge = np.zeros(60), rng.permutation(np.repeat([1.0, -1], 30))
    one[rng.integers(10, 50)] = 1
    right, few = 3 * x**2, int(rng.integers(1, 4))
    table = distinct(rng, 3, 4)
    point = digits(fixed, 3)
    return [
        walked(fixed, "cubes", point, 6 * point**2),
        walked(rng, "cubes", x, right),
        walked(rng, "cubes", x, 1.25 * right),
        walked(rng, "cubes", x, right / 3),
        walked(rng, "squares", zero, one),
        walked(rng, "squares", zero, ridge),
        walked(rng, "fourth", table / 4, 4 * (table / 4) ** 3, directions=few),
        walked(rng, "squares", table, 5 * table, layout="strided", directions=few),
        walked(rng, "squares", rng.integers(1, 9, 5), np.zeros(5), directions=few),
        walked(rng, "cubes", x, -right, needs=("relative",)),
        walked(rng, "squares", zero, zero, needs=("relative",)),
        walked(rng, "squares", table, 2 * table.ravel(), needs=("relative",)),
        walked(rng, "cubes", x, right, asks="unchanged"),
        *(walked(rng, "gate", np.zeros(few + 2), np.zeros(few + 2), directions=64) for _ in range(4)),
    ]


# Twelve layers. Each kind is a pass forward, one back, x and the parameters.


def some(rng, *shape):
    """Draw numbers of about 1, none near 0."""
    return digits(rng, *shape) / 5


def kind_dense(rng):
    def back(dy, x, weight, bias):
        return dy @ weight, {"weight": np.einsum("nf,nd->fd", dy, x), "bias": dy.sum(0)}

    n, d, f = rng.permutation([3, 4, 5])
    return public.dense, back, some(rng, n, d), {"weight": some(rng, f, d), "bias": some(rng, f)}


def kind_squashed(rng):
    def back(dy, x, weight, bias):
        owed = dy / np.cosh(public.dense(x, weight, bias)) ** 2
        return owed @ weight, {"weight": np.einsum("nf,nd->fd", owed, x), "bias": owed.sum(0)}

    n, d, f = rng.permutation([3, 4, 5])
    return public.smooth, back, some(rng, n, d) / 2, {"weight": some(rng, f, d) / 2, "bias": some(rng, f) / 2}


def kind_squared(rng):
    def forward(x, weight, bias):
        return public.dense(x, weight, bias) ** 2

    def back(dy, x, weight, bias):
        owed = 2 * dy * public.dense(x, weight, bias)
        return owed @ weight, {"weight": np.einsum("nf,nd->fd", owed, x), "bias": owed.sum(0)}

    n, d, f = rng.permutation([3, 4, 5])
    return forward, back, some(rng, n, d), {"weight": some(rng, f, d), "bias": some(rng, f)}


def kind_columns(rng):
    def forward(x, weight, bias):
        return x * weight + bias

    def back(dy, x, weight, bias):
        return dy * weight, {"weight": (dy * x).sum(0), "bias": dy.sum(0)}

    n, d = rng.permutation([4, 5])
    return forward, back, some(rng, n, d), {"weight": some(rng, d), "bias": some(rng, d)}


def kind_cut_off(rng):
    def forward(x, weight, bias):
        return np.where(np.real(x + bias) > 0, x + bias, 0) * weight

    def back(dy, x, weight, bias):
        owed = np.where(x + bias > 0, dy * weight, 0)
        return owed, {"weight": (dy * np.maximum(x + bias, 0)).sum(0), "bias": owed.sum(0)}

    n, d = rng.permutation([4, 5])
    x, bias = digits(rng, n, d) / 2, digits(rng, d) / 2 + 0.25  # a quarter away from the kink
    x[:2] = np.abs(x[:2]) + 5  # where something is seen of every column
    return forward, back, x, {"weight": some(rng, d), "bias": bias}


def kind_windows(rng):
    def forward(x, weight, bias):
        windows = np.stack([x[..., k : x.shape[2] - 1 + k] for k in range(2)], axis=-1)
        return np.einsum("ncok,fck->nfo", windows, weight) + bias[:, None]

    def back(dy, x, weight, bias):
        dx = np.zeros(x.shape)
        dweight = np.zeros(weight.shape)
        for k in range(2):
            part = slice(k, x.shape[2] - 1 + k)
            dx[..., part] += np.einsum("nfo,fc->nco", dy, weight[..., k])
            dweight[..., k] = np.einsum("nfo,nco->fc", dy, x[..., part])
        return dx, {"weight": dweight, "bias": dy.sum((0, 2))}

    n, c, f = rng.permutation([2, 3, 4])
    return forward, back, some(rng, n, c, 4), {"weight": some(rng, f, c, 2), "bias": some(rng, f)}


KINDS = (kind_dense, kind_squashed, kind_squared, kind_columns, kind_cut_off, kind_windows)


# Eight things that go wrong on the way back.


def tenth_too_much(back, dy, *rest):
    dx, gradients = back(dy, *rest)
    return dx, gradients | {"weight": gradients["weight"] * 1.1}


def other_way_round(back, dy, *rest):
    dx, gradients = back(dy, *rest)
    return -dx, gradients


def images_in_reverse(back, dy, *rest):
    dx, gradients = back(dy, *rest)
    return dx[::-1], gradients


def bias_shared_out(back, dy, *rest):
    dx, gradients = back(dy, *rest)
    return dx, gradients | {"bias": gradients["bias"] / 4}


def dy_unread(back, dy, *rest):
    return back(np.ones(dy.shape), *rest)


def entry_left_out(back, dy, *rest):
    dx, gradients = back(dy, *rest)
    weight = gradients["weight"].copy()
    weight.flat[np.abs(weight).argmax()] = 0
    return dx, gradients | {"weight": weight}


def image_left_out(back, dy, *rest):
    dx, gradients = back(dy, *rest)
    dx = dx.copy()
    dx[np.unravel_index(np.abs(dx).argmax(), dx.shape)[0]] = 0
    return dx, gradients


def last_image_alone(back, dy, *rest):
    dx, _ = back(dy, *rest)
    alone = dy.copy()
    alone[:-1] = 0
    return dx, back(alone, *rest)[1]


PLANTED = (
    tenth_too_much,
    other_way_round,
    images_in_reverse,
    bias_shared_out,
    dy_unread,
    entry_left_out,
    image_left_out,
    last_image_alone,
)


def layer(rng, kind, wrong=None):
    """Ask whether a layer is right."""
    forward, back, x, parameters = kind(rng)

    def planted(dy, *rest, **given):
        return wrong(back, dy, *rest, *given.values())

    made = Made("one of twelve", forward, planted if wrong else back, x.shape, parameters)
    seed = Seed(str(rng.integers(2**31)))
    return Case("check_layer", {"layer": made, "x": x, "rng": seed})


def detective(rng):
    kinds = rng.permutation(2 * len(KINDS)) % len(KINDS)
    wrong = [*PLANTED, None, None, None, None]
    found = [layer(rng, KINDS[kind], way) for kind, way in zip(kinds, wrong, strict=True)]
    chapters = Case("check_layer", {"layer": public.LAYERS["dense"], "x": public.X, "rng": Seed("0")})
    return [chapters, *(found[i] for i in rng.permutation(len(found)))]  # the first is not counted


EXERCISE = public.EXERCISE.with_hidden(
    {
        "numerical": numerical,
        "complex": complex_step,
        "relative": relative,
        "directional": directional,
        "detective": detective,
    },
    MISTAKES,
)
