"""Any size in, a picture out: a dense layer is a convolution whose kernel is as large as its input."""

from .geometry import as_float, count, sizes

__all__ = ["dense_to_conv"]


def dense_to_conv(weight, spatial_in):
    """Read the weights of a dense layer after `flatten_forward` as kernels, which any larger input will take.

    On an input of the old sizes the convolution gives the dense layer's answer at its only place; on a larger
    one, that answer at every place.

    Parameters
    ----------
    weight : ndarray, shape (D_out, C * prod(spatial_in))
        Of the dense layer.
    spatial_in : int or tuple of int
        Sizes of the maps that were flattened; the channels are what is left.

    Returns
    -------
    ndarray, shape (D_out, C, *spatial_in)
        For `conv_forward`; the bias stays as it is.

    Raises
    ------
    ValueError
        Where a row of weights cannot be cut into channels of that many cells.
    TypeError
        For what is not an array of numbers.

    References
    ----------
    Long, Shelhamer and Darrell (2015), Fully convolutional networks for semantic segmentation.

    Examples
    --------
    One neuron that reads two channels of three cells:

    >>> dense_to_conv([[1, 2, 3, 4, 5, 6]], 3)
    array([[[1., 2., 3.],
            [4., 5., 6.]]])
    """
    weight, spatial_in = as_float("weight", weight), sizes("spatial_in", spatial_in, minimum=1)
    if weight.ndim != 2:
        raise ValueError(f"weight has shape {weight.shape}, but a dense layer's is (D_out, D_in)")
    cells = count(spatial_in)
    if weight.shape[1] % cells:
        raise ValueError(
            f"weight reads {weight.shape[1]} entries, which is no whole number of channels of "
            f"{' * '.join(map(str, spatial_in))} = {cells} cells"
        )
    return weight.reshape(len(weight), weight.shape[1] // cells, *spatial_in).copy()
