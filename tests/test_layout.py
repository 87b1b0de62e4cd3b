"""Memory order: who passes rows of images reads rows of images, and what lies batch-last stays so."""

import numpy as np
import pytest

import cnnlab
from cnnlab import Conv, Flatten, MaxPool, ReLU, Sequential
from cnnlab.windows import batch_last, lay_as

SHAPE = (3, 4, 7, 6)


def calls():
    """List calls that take x, or dy and x, of SHAPE, and return an array of images."""
    rng = np.random.default_rng(0)
    weight, gamma = rng.normal(size=(4, 4, 3, 3)), np.ones(4)
    same = dict(stride=1, padding=1)
    running = np.zeros(4), np.ones(4)
    winners = cnnlab.max_pool_winners(rng.normal(size=SHAPE), 3, **same)
    local = rng.normal(size=(4, 7, 6, 4, 3, 3))
    return {
        "conv_forward": lambda x: cnnlab.conv_forward(x, weight, padding=1),
        "conv_forward depthwise": lambda x: cnnlab.conv_forward(x, weight[:, :1], padding=1, groups=4),
        "conv_backward": lambda x: cnnlab.conv_backward(x, x, weight, padding=1)[0],
        "conv_backward_input": lambda x: cnnlab.conv_backward_input(x, weight, (7, 6), padding=1),
        "conv_backward_input scattered": lambda x: cnnlab.conv_backward_input(x, weight, (15, 13), stride=2),
        "conv_transpose_forward": lambda x: cnnlab.conv_transpose_forward(x, weight, stride=2),
        "local_forward": lambda x: cnnlab.local_forward(x, local, padding=1),
        "local_backward": lambda x: cnnlab.local_backward(x, x, local, padding=1)[0],
        "max_pool_forward": lambda x: cnnlab.max_pool_forward(x, 3, **same),
        "max_pool_backward": lambda x: cnnlab.max_pool_backward(x, x, 3, **same),
        "avg_pool_forward": lambda x: cnnlab.avg_pool_forward(x, 3, **same),
        "avg_pool_backward": lambda x: cnnlab.avg_pool_backward(x, x, 3, **same),
        "lp_pool_forward": lambda x: cnnlab.lp_pool_forward(x, 3, **same),
        "lp_pool_backward": lambda x: cnnlab.lp_pool_backward(x, x, 3, **same),
        "weighted_pool_forward": lambda x: cnnlab.weighted_pool_forward(x, weight[0, 0], **same),
        "adaptive_avg_pool_forward": lambda x: cnnlab.adaptive_avg_pool_forward(x, 3),
        "adaptive_max_pool_backward": lambda x: cnnlab.adaptive_max_pool_backward(x[..., :3, :3], x),
        "max_unpool": lambda x: cnnlab.max_unpool(x, winners, (7, 6)),
        "pad_forward": lambda x: cnnlab.pad_forward(x, 2, "reflect"),
        "pad_backward": lambda x: cnnlab.pad_backward(x, 1, "circular"),
        "batchnorm_forward": lambda x: cnnlab.batchnorm_forward(x, gamma, gamma, running, train=True)[0],
        "batchnorm_backward": lambda x: cnnlab.batchnorm_backward(x, x, gamma, running, train=True)[0],
        "relu_forward": cnnlab.relu_forward,
        "relu_backward": lambda x: cnnlab.relu_backward(x, x),
    }


@pytest.mark.parametrize("name", calls())
def test_the_result_lies_as_the_input_does(name):
    x = np.random.default_rng(1).normal(size=SHAPE)
    last = np.moveaxis(batch_last(x), -1, 0)
    assert x.flags.c_contiguous
    assert not last.flags.c_contiguous
    rows, columns = calls()[name](x), calls()[name](last)
    assert rows.flags.c_contiguous
    assert columns.strides[0] == columns.itemsize
    np.testing.assert_allclose(columns, rows, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("shape", [(2, 3), (3, 2, 300), (70, 2, 5, 3), (1, 2, 4), (0, 2, 4), (5, 2, 0)])
def test_laying_changes_no_number(shape):
    y = np.arange(np.prod(shape)).reshape(shape)
    last = np.moveaxis(batch_last(y), -1, 0)
    for example in (np.zeros(shape), last):
        np.testing.assert_array_equal(lay_as(example, last), y)


def test_between_the_layers_of_a_network_the_batch_lies_last():
    seen = []

    class Spy(ReLU):
        def forward(self, x, *, train=False):
            seen.append(x.strides[0] == x.itemsize)
            return super().forward(x)

        def backward(self, dy):
            seen.append(dy.strides[0] == dy.itemsize)
            return super().backward(dy)

    conv = Conv(4, 5, kernel_size=(3, 3), padding=1, dtype=np.float64)
    network = Sequential(Spy(), conv, Spy(), MaxPool(2), Spy())
    x = np.random.default_rng(2).normal(size=SHAPE)
    y = network.forward(x)
    dx = network.backward(np.ones(y.shape))
    assert seen == [True] * 6
    assert y.flags.c_contiguous
    assert dx.flags.c_contiguous
    rows = Sequential(conv, ReLU(), MaxPool(2), Flatten()).forward(np.maximum(x, 0))
    np.testing.assert_array_equal(rows, y.reshape(3, -1))
