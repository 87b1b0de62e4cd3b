"""Layers that pool: every window, every bin or the whole map becomes one number; and the way back up."""

import numpy as np

from .adaptive_pool import (
    adaptive_avg_pool_backward,
    adaptive_avg_pool_forward,
    adaptive_max_pool_backward,
    adaptive_max_pool_forward,
    global_avg_pool_backward,
    global_avg_pool_forward,
    global_max_pool_backward,
    global_max_pool_forward,
)
from .geometry import axes_of, count, resolve, sizes
from .layer import Layer, call, changed, check_floats
from .layer_kinds import Function, Linear, Weighing
from .lp_pool import check_p, lp_pool_backward, lp_pool_forward
from .pool import avg_pool_backward, avg_pool_forward, max_pool_backward, max_pool_forward, pooling_rims
from .r_curved import lp_pool_backward_r, lp_pool_r
from .r_pool import Winners
from .trace import through_stamps
from .unpool import max_pool_winners, max_unpool, max_unpool_backward
from .weighted_pool import weighted_pool_backward, weighted_pool_forward


class Pool(Linear, Function):
    """One number for every window; the stride is the kernel size if not given."""

    def __init__(self, *values, **named):
        super().__init__(*values, **named)
        check_pooling(**self.options)

    def window(self, spatial):
        """The kernel."""
        return pool_window(spatial, **self.options)


class MaxPool(Pool):
    """The largest entry of every window; the stride is the kernel size if not given.

    Parameters
    ----------
    kernel_size, stride, padding, dilation, ceil_mode
        As in `max_pool_forward`; an int is for all axes of the input.

    Examples
    --------
    >>> MaxPool(2).forward(np.array([[[1.0, 3, 2, 0]]]))
    array([[[3., 2.]]])
    """

    function, gradient = staticmethod(max_pool_forward), staticmethod(max_pool_backward)

    _winners = None

    def forward_r(self, rx, rparameters):
        """Ask the winners."""
        return self.winners().fetch(rx)

    def backward_r(self, dy, rdy):
        """Send rdy to the winners."""
        return self.winners().send(rdy)

    def backward_input(self, dy):
        """Send dy to the winners: here backward_r may have found them already."""
        return self.winners().send(dy)

    def winners(self):
        """Those of the last forward, looked up once."""
        x = self.recall()
        if self._winners is None or self._winners.x is not x:
            self._winners = Winners(x, **self.options)
        return self._winners


class AvgPool(Pool):
    """The mean of every window; the stride is the kernel size if not given.

    Parameters
    ----------
    kernel_size, stride, padding, dilation, count_include_pad, ceil_mode
        As in `avg_pool_forward`; an int is for all axes of the input.

    Examples
    --------
    >>> AvgPool(2).forward(np.array([[[1.0, 3, 2, 0]]]))
    array([[[2., 1.]]])
    """

    function, gradient = staticmethod(avg_pool_forward), staticmethod(avg_pool_backward)


class LpPool(Pool):
    """The p-norm of every window: between a sum, p = 1, and the largest, p without end.

    Parameters
    ----------
    kernel_size, stride, padding, dilation, ceil_mode, p
        As in `lp_pool_forward`; an int is for all axes of the input.

    Examples
    --------
    >>> LpPool(2).forward(np.array([[[3.0, 4, -5, 12]]]))
    array([[[ 5., 13.]]])
    """

    function, gradient = staticmethod(lp_pool_forward), staticmethod(lp_pool_backward)
    gradient_r = staticmethod(lp_pool_backward_r)
    needs_dy, backward_r = True, Function.backward_r

    def __init__(self, *values, **named):
        super().__init__(*values, **named)
        check_p(self.options["p"])

    def forward_r(self, rx, rparameters):
        """Sum over the window what each entry adds to its length."""
        self._speeds = (rx,)
        return lp_pool_r(self.recall(), rx, **self.options)


class WeightedPool(Weighing):
    """A learned sum of every window: one weight a tap, the same for all channels.

    Parameters
    ----------
    kernel_size : int or tuple of int
        One int per axis. The weights start as those of the mean.
    stride, padding, dilation
        As in `weighted_pool_forward`.
    dtype : dtype
        Of the weights.

    Examples
    --------
    >>> layer = WeightedPool(2)
    >>> layer.parameters["weight"] = np.array([10.0, 1])
    >>> layer.forward(np.array([[[1.0, 3, 2, 0]]]))
    array([[[13., 20.]]])
    """

    def __init__(self, kernel_size, *, stride=None, padding=0, dilation=1, dtype=np.float32):
        super().__init__()
        shape = sizes("kernel_size", kernel_size, minimum=1)
        self.parameters["weight"] = np.full(shape, 1 / count(shape), check_floats(dtype))
        self.geometry = dict(stride=stride, padding=padding, dilation=dilation)
        check_pooling(shape, **self.geometry)

    def forward(self, x, *, train=False):
        """Weigh every window."""
        return weighted_pool_forward(self.remember(x), self.parameters["weight"], **self.geometry)

    def backward(self, dy):
        """Send dy back along every weight."""
        dx, self.gradients["weight"] = weighted_pool_backward(
            dy, self.recall(), self.parameters["weight"], **self.geometry
        )
        return dx

    def window(self, spatial):
        """The kernel."""
        return pool_window(spatial, self.parameters["weight"].shape, **self.geometry)

    def multiply_adds(self, x_shape, y_shape):
        """Every tap, for every output."""
        return self.parameters["weight"].size * count(y_shape)

    def __repr__(self):
        return call(self, **changed(self, {"kernel_size": self.parameters["weight"].shape, **self.geometry}))


class AdaptivePool(Linear, Function):
    """One number for every bin, of which there are equally many whatever the input's size."""

    def __init__(self, *values, **named):
        super().__init__(*values, **named)
        sizes("output_size", self.options["output_size"], minimum=1)

    def backward(self, dy):
        """Apply its gradient: dy says how many bins there were."""
        return self.gradient(dy, self.recall())

    def window(self, spatial):
        """None: bins differ in size, unless their number divides the input's size."""
        return None

    def reads(self, spatial, out):
        """The bins: from floor(i * n / m) up to ceil((i + 1) * n / m)."""
        bins = ((np.arange(m), n, m) for n, m in zip(spatial, out, strict=True))
        return [(i * n // m, -(-(i + 1) * n // m) - 1) for i, n, m in bins]


class AdaptiveAvgPool(AdaptivePool):
    """The mean of every bin.

    Parameters
    ----------
    output_size : int or tuple of int
        How many bins each axis is cut into; see `adaptive_avg_pool_forward`.

    Examples
    --------
    >>> AdaptiveAvgPool(2).forward(np.array([[[1.0, 2, 3, 10]]]))
    array([[[1.5, 6.5]]])
    """

    function, gradient = staticmethod(adaptive_avg_pool_forward), staticmethod(adaptive_avg_pool_backward)


class AdaptiveMaxPool(AdaptivePool):
    """The largest entry of every bin.

    Parameters
    ----------
    output_size : int or tuple of int
        How many bins each axis is cut into; see `adaptive_max_pool_forward`.

    Examples
    --------
    >>> AdaptiveMaxPool(2).forward(np.array([[[1.0, 2, 3, 10]]]))
    array([[[ 2., 10.]]])
    """

    function, gradient = staticmethod(adaptive_max_pool_forward), staticmethod(adaptive_max_pool_backward)
    compares = True


class GlobalAvgPool(Linear, Function):
    """The mean of every feature map: (N, C, *spatial) to (N, C).

    Examples
    --------
    >>> GlobalAvgPool().forward(np.array([[[1.0, 2, 3, 10]]]))
    array([[4.]])
    """

    function, gradient = staticmethod(global_avg_pool_forward), staticmethod(global_avg_pool_backward)
    window = Layer.window


class GlobalMaxPool(Linear, Function):
    """The largest entry of every feature map: (N, C, *spatial) to (N, C).

    Examples
    --------
    >>> GlobalMaxPool().forward(np.array([[[1.0, 2, 3, 10]]]))
    array([[10.]])
    """

    function, gradient = staticmethod(global_max_pool_forward), staticmethod(global_max_pool_backward)
    compares = True
    window = Layer.window


class MaxUnpool(Linear):
    """Put every entry back where a max pooling found its winner; the rest is 0.

    Parameters
    ----------
    pool : MaxPool
        The layer to undo: it must have gone forward before, on as many images.

    Examples
    --------
    >>> pool = MaxPool(2)
    >>> y = pool.forward(np.array([[[1.0, 3, 2, 0]]]))
    >>> MaxUnpool(pool).forward(10 * y)
    array([[[ 0., 30., 20.,  0.]]])
    """

    def __init__(self, pool):
        super().__init__()
        if not isinstance(pool, MaxPool):
            raise TypeError(f"MaxUnpool undoes a MaxPool, but was given {pool!r}")
        self.pool, self._winners = pool, None

    def forward(self, x, *, train=False):
        """Look up the winners in what the pooling has seen, and go there."""
        seen = self.pool.recall()
        self._winners = max_pool_winners(seen, **self.pool.options)
        return max_unpool(self.remember(x), self._winners, seen.shape[2:])

    def backward(self, dy):
        """Fetch dy from there."""
        self.recall()
        return max_unpool_backward(dy, self._winners)

    def backward_parameters(self, dy):
        """There are none."""

    def reads(self, spatial, out):
        """Those entries whose windows contain the place: any of them may have found its winner there."""
        return through_stamps(self.pool.window(out))

    def __repr__(self):
        return call(self, self.pool)


def check_pooling(kernel_size, stride, padding, dilation, **others):
    """Hold that a pooling's window is one, whatever its input; an int is for all axes."""
    axes = axes_of(kernel_size, stride, dilation, padding)
    pooling_rims((1,) * axes, kernel_size, stride, padding, dilation)


def pool_window(spatial, kernel_size, *, stride, padding, dilation, **others):
    """Resolve a pooling's window."""
    stride = kernel_size if stride is None else stride
    return resolve(spatial, kernel_size, stride=stride, padding=padding, dilation=dilation)
