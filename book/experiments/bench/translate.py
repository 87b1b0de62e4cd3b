"""A network of cnnlab's in PyTorch's own layers, with the same weights."""

import numpy as np
import torch
from torch import nn

from cnnlab.geometry import padding_pairs

CONVS, POOLS = (nn.Conv1d, nn.Conv2d, nn.Conv3d), (nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d)
TRANSPOSED = nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d
NORMS = nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d
NAMES = {"gamma": "weight", "beta": "bias", "mean": "running_mean", "variance": "running_var"}


class GlobalAverage(nn.Module):
    """The mean of each feature map."""

    def forward(self, x):
        """Average over all spatial axes."""
        return x.flatten(2).mean(2)


class Pad(nn.Module):
    """A rim around each image; PyTorch counts axes from the last."""

    def __init__(self, padding, mode):
        super().__init__()
        self.pairs = [cells for pair in reversed(padding) for cells in pair]
        self.mode = "constant" if mode == "zeros" else mode

    def forward(self, x):
        """Put the rim on."""
        return nn.functional.pad(x, self.pairs, self.mode)


def translate(model, shape):
    """Write a model in PyTorch's layers.

    Parameters
    ----------
    model : cnnlab.Sequential
    shape : tuple of int
        Of one input, (C, *spatial).

    Returns
    -------
    torch.nn.Sequential
        Which gives the same outputs, in training and out of it.
    """
    twins = nn.Sequential(*(twin(layer, len(x_shape) - 1) for _, layer, x_shape, _ in model.walk(shape)))
    layers = [layer for _, layer in model.flat()]
    with torch.no_grad():
        for layer, other in zip(layers, twins, strict=True):
            theirs = other.state_dict(keep_vars=True)
            for key, array in {**layer.parameters, **layer.state}.items():
                theirs[NAMES.get(key, key)].copy_(torch.tensor(np.ascontiguousarray(array)))
    return twins


def twin(layer, axes):
    """Write one layer, for inputs of so many spatial axes."""
    kind = type(layer).__name__
    if kind in ("Conv", "ConvTranspose"):
        options = {name: value for name, value in layer.geometry.items() if name != "output_padding" or value}
        if options["padding"] == "same" and np.any(np.asarray(options["stride"]) != 1):
            raise ValueError(f'{layer!r} has no twin: its "same" depends on the size of the input')
        kinds = CONVS if kind == "Conv" else TRANSPOSED
        bias = "bias" in layer.parameters
        return kinds[axes - 1](*layer.channels, layer.kernel_size, bias=bias, **options)
    if kind == "Dense":
        d_out, d_in = layer.parameters["weight"].shape
        return nn.Linear(d_in, d_out, bias="bias" in layer.parameters)
    if kind == "MaxPool":
        return POOLS[axes - 1](layer.options["kernel_size"], layer.options["stride"])
    if kind == "BatchNorm":
        return NORMS[max(axes, 1) - 1](len(layer.parameters["gamma"]))
    if kind == "Pad":
        return Pad(padding_pairs(layer.options["padding"], axes), layer.options["mode"])
    if kind == "Dropout":
        return nn.Dropout(layer.p)
    plain = {"ReLU": nn.ReLU, "Flatten": nn.Flatten, "GlobalAvgPool": GlobalAverage}
    if kind not in plain:
        raise ValueError(f"{layer!r} has no twin here")
    return plain[kind]()
