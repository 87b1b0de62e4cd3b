"""Chapter 8: convolution. Each wrong answer to the exercise, put into a backward pass that is right else."""

from cnnlab import conv_backward, conv_forward
from solutions.ch08_conv_backward.mistakes import BIAS, INPUT, MISTAKES, WEIGHT

from .wrong import KERNEL, SPATIAL, Layer, first, wrong


def conv(axes, rng, *, channels=2, filters=5, kernel=KERNEL, **options):
    spatial, kernel = first(axes, SPATIAL, kernel)
    inputs = {
        "x": rng.standard_normal((3, channels, *spatial)),
        "weight": rng.standard_normal((filters, channels, *kernel)),
        "bias": rng.standard_normal(filters),
    }
    return Layer(conv_forward, conv_right, inputs, options)


def conv_right(dy, x, weight, bias, **options):
    return conv_backward(dy, x, weight, **options)


def assembled(of, part):
    """Make a backward pass of which one part is wrong; that comes last, for it may leave dy changed."""

    def backward(dy, x, weight, bias, **options):
        dx, dweight, dbias = conv_backward(dy, x, weight, **options)
        if of == INPUT:
            dx = part(dy, weight, x.shape[2:], **options)
        elif of == WEIGHT:
            dweight = part(dy, x, weight.shape[2:], **options)
        else:
            dbias = part(dy)
        return dx, dweight, dbias

    backward.__name__ = part.__name__
    return backward


NAMES = {INPUT: "x", WEIGHT: "weight", BIAS: "bias"}
TRUE = {
    "backward-ignores-stride": "",
    "backward-ignores-dilation": "",
    "dx-kernel-flipped": "flip",
    "dx-first-filter-only": "overwritten",
    "dx-crop-minus-p": "shape",
    "dx-top-left-padding-only": "unwritten",
    "dx-assigned-not-added": "overwritten",
    "dx-averaged-over-batch": "scale",
    "dx-size-from-dy": "shape",
    "dx-crop-begins-at-after": "shift",
    "db-averaged-over-batch": "scale",
    "dw-assigned-not-added": "overwritten",
    "dw-flipped": "flip",
    "dw-averaged-over-batch": "scale",
    "db-batch-only": "shape axes",
    "db-space-only": "shape axes",
    "db-sum-all": "axes shape",
    "db-mean": "axes scale",
    "backward-mutates-upstream": "mutation",
}
OPTIONS = {
    "backward-ignores-stride": dict(stride=2),
    "backward-ignores-dilation": dict(dilation=2, padding=1),
    "dx-size-from-dy": dict(stride=2),
    "dx-crop-begins-at-after": dict(padding="same", stride=2),
}


def wrong_gradients(id, of):
    """The gradient that is wrong, or dy, which is no more what it was."""
    return {"y" if TRUE[id] == "mutation" else NAMES[of]: TRUE[id]}


for mistake in MISTAKES:
    for way in mistake.functions:
        for of, part in way.items():
            entry = wrong(
                mistake.id, conv, options=OPTIONS.get(mistake.id, {}), **wrong_gradients(mistake.id, of)
            )
            entry(assembled(of, part))
