"""A dense layer: every output weighs every input; flattening, which lets it read images."""

from .geometry import as_float, check_upstream, count, sizes

__all__ = ["dense_backward", "dense_forward", "flatten_backward", "flatten_forward"]


def dense_forward(x, weight, bias=None):
    """Weigh every input for every output: y[n, f] = sum over d of x[n, d] * weight[f, d] + bias[f].

    Parameters
    ----------
    x : ndarray, shape (N, D_in)
    weight : ndarray, shape (D_out, D_in)
    bias : ndarray, shape (D_out,), optional

    Returns
    -------
    ndarray, shape (N, D_out)

    Raises
    ------
    ValueError
        Where the shapes do not fit together.
    TypeError
        For what is not an array of numbers.

    Examples
    --------
    1 * 3 + 2 * 4 = 11 and 1 * 5 + 2 * 6 = 17, and then the bias:

    >>> dense_forward([[1, 2]], [[3, 4], [5, 6]], [0, 100])
    array([[ 11., 117.]])
    """
    x, weight = read(x, weight)
    if bias is None:
        return x @ weight.T
    bias = as_float("bias", bias)
    if bias.shape != (len(weight),):
        raise ValueError(f"bias has shape {bias.shape}, but {len(weight)} outputs need ({len(weight)},)")
    return x @ weight.T + bias


def dense_backward(dy, x, weight):
    """Send dy back along every weight, and credit each weight with the input that it saw.

    Parameters
    ----------
    dy : ndarray, shape (N, D_out)
        Gradient of the loss with respect to the output of `dense_forward`.
    x : ndarray, shape (N, D_in)
    weight : ndarray, shape (D_out, D_in)

    Returns
    -------
    dx, dweight, dbias : ndarray
        Shapes of x, of weight, and (D_out,). The last two are sums over the batch.

    Raises
    ------
    ValueError, TypeError
        As `dense_forward`; also where dy does not have the output's shape.

    Examples
    --------
    >>> dx, dweight, dbias = dense_backward([[1, 10]], [[1, 2]], [[3, 4], [5, 6]])
    >>> dx  # 1 * [3, 4] + 10 * [5, 6]
    array([[53., 64.]])
    >>> dweight, dbias
    (array([[ 1.,  2.],
           [10., 20.]]), array([ 1., 10.]))
    """
    x, weight = read(x, weight)
    dy = as_float("dy", dy)
    check_upstream(dy, (len(x), len(weight)))
    dx = (weight.T @ dy.T).T  # dy @ weight, but lying batch-last in memory, as the layers before it like it
    return dx, dy.T @ x, dy.sum(axis=0)


def flatten_forward(x):
    """Lay each sample's channels and places in one row, the last axis running fastest.

    Parameters
    ----------
    x : ndarray, shape (N, C, *spatial)

    Returns
    -------
    ndarray, shape (N, C * prod(spatial))

    Raises
    ------
    ValueError
        Where x has no channel axis.
    TypeError
        For what is not an array of numbers.

    Examples
    --------
    >>> flatten_forward([[[[1, 2], [3, 4]]]])
    array([[1., 2., 3., 4.]])
    """
    x = as_float("x", x)
    if x.ndim < 2:
        raise ValueError(f"x has shape {x.shape}, but (N, C, *spatial) needs a batch axis and a channel axis")
    return x.reshape(len(x), count(x.shape[1:])).copy(order="K")


def flatten_backward(dy, spatial):
    """Put each row back where it came from: channels first, then places.

    Parameters
    ----------
    dy : ndarray, shape (N, C * prod(spatial))
        Gradient of the loss with respect to the output of `flatten_forward`.
    spatial : int or tuple of int
        Sizes of the spatial axes; the channels are what is left.

    Returns
    -------
    ndarray, shape (N, C, *spatial)

    Raises
    ------
    ValueError
        Where a row cannot be cut into channels of that many cells.
    TypeError
        For what is not an array of numbers.

    Examples
    --------
    Six entries are three channels of two:

    >>> flatten_backward([[1, 2, 3, 4, 5, 6]], 2)
    array([[[1., 2.],
            [3., 4.],
            [5., 6.]]])
    """
    dy, spatial = as_float("dy", dy), sizes("spatial", spatial, minimum=1)
    if dy.ndim != 2:
        raise ValueError(f"dy has shape {dy.shape}, but the output of flatten_forward has two axes: (N, D)")
    cells = count(spatial)
    if dy.shape[1] % cells:
        raise ValueError(
            f"dy has {dy.shape[1]} entries a row, which is no whole number of channels of "
            f"{' * '.join(map(str, spatial))} = {cells} cells"
        )
    return dy.reshape(len(dy), dy.shape[1] // cells, *spatial).copy(order="K")


def read(x, weight):
    """Hold that an input and a weight fit together."""
    x, weight = as_float("x", x), as_float("weight", weight)
    if x.ndim != 2 or weight.ndim != 2:
        raise ValueError(
            f"x has shape {x.shape} and weight {weight.shape}, but they must be (N, D_in) and (D_out, D_in); "
            "flatten_forward makes rows of images"
        )
    if x.shape[1] != weight.shape[1]:
        raise ValueError(
            f"weight of shape {weight.shape} reads {weight.shape[1]} entries a row, but x has {x.shape[1]}"
        )
    return x, weight
