"""What is computed: the 28 convolutions, the poolings, dense layers and losses, and two networks."""

import math
from dataclasses import dataclass, replace

import numpy as np

from cnnlab import output_size

SEED = 0


def batch_last(rng, shape, dtype):
    """Draw an array (N, C, *spatial) that lies in memory as C, *spatial, N: cnnlab's own order."""
    return np.moveaxis(rng.standard_normal((*shape[1:], shape[0])).astype(dtype), -1, 0)


@dataclass(frozen=True)
class Convolution:
    """One layer at work: N; C_in -> C_out, kernel; spatial; options."""

    family: str
    n: int
    c_in: int
    c_out: int
    kernel_size: tuple
    spatial: tuple
    stride: int = 1
    padding: int = 0
    dilation: int = 1
    groups: int = 1

    @property
    def options(self):
        """The keywords of `conv_forward`."""
        return dict(stride=self.stride, padding=self.padding, dilation=self.dilation, groups=self.groups)

    @property
    def name(self):
        """The row as it is written in tables."""
        plain = dict(stride=1, padding=0, dilation=1, groups=1)
        options = "".join(f", {key} {v}" for key, v in self.options.items() if v != plain[key])
        kernel, spatial = ("×".join(map(str, sizes)) for sizes in (self.kernel_size, self.spatial))
        return f"{self.n}; {self.c_in}→{self.c_out}, {kernel} on {spatial}{options}"

    @property
    def out(self):
        """Spatial sizes of the output."""
        geometry = dict(stride=self.stride, padding=self.padding, dilation=self.dilation)
        return output_size(self.spatial, self.kernel_size, **geometry)

    @property
    def taps(self):
        """Entries under one kernel: C_in / groups times the kernel's size."""
        return self.c_in // self.groups * math.prod(self.kernel_size)

    @property
    def places(self):
        """Columns of the matrix of windows: output places of all images."""
        return self.n * math.prod(self.out)

    @property
    def flops(self):
        """Additions and multiplications of the forward pass; forward and backward do three times as many."""
        return 2 * self.places * self.c_out * self.taps

    def arrays(self, dtype, seed=SEED):
        """Draw x, weight, bias and dy, in cnnlab's own memory order."""
        rng = np.random.default_rng(seed)
        x = batch_last(rng, (self.n, self.c_in, *self.spatial), dtype)
        dy = batch_last(rng, (self.n, self.c_out, *self.out), dtype)
        weight = rng.standard_normal((self.c_out, self.c_in // self.groups, *self.kernel_size))
        weight = (weight / math.sqrt(self.taps)).astype(dtype)
        return x, weight, rng.standard_normal(self.c_out).astype(dtype), dy

    def toy(self):
        """The same layer, small enough for the loops of `naive`: few images, channels and places."""
        channels = max(1, min(self.groups, 2))
        spatial = tuple(
            min(n, self.dilation * (k - 1) + 3 + axis)
            for axis, (n, k) in enumerate(zip(self.spatial, self.kernel_size, strict=True))
        )
        c_in = min(self.c_in, 2 * channels)
        small = dict(n=min(self.n, 2), c_in=c_in, c_out=3 * channels, spatial=spatial, groups=channels)
        return replace(self, **small)


def convolutions():
    """List the 28 rows."""
    rows = []
    for n in (32, 64, 128):
        rows += [
            Convolution("MNIST", n, 1, 6, (5, 5), (28, 28), padding=2),
            Convolution("MNIST", n, 6, 16, (5, 5), (14, 14)),
            Convolution("MNIST", n, 1, 32, (5, 5), (28, 28)),
            Convolution("MNIST", n, 32, 64, (5, 5), (12, 12)),
        ]
    three, image, volume = (3, 3), (32, 32), (3, 3, 3)
    return [
        *rows,
        Convolution("CIFAR", 64, 3, 32, three, image, padding=1),
        Convolution("CIFAR", 32, 64, 64, three, image, padding=1),
        Convolution("CIFAR", 32, 128, 128, three, (16, 16), padding=1),
        Convolution("CIFAR", 1, 64, 64, three, image, padding=1),
        Convolution("audio", 32, 1, 16, (9,), (8000,), stride=4, padding=4),
        Convolution("audio", 32, 32, 64, (5,), (1000,), padding=2),
        Convolution("volume", 4, 1, 8, volume, (32,) * 3, padding=1),
        Convolution("volume", 1, 1, 8, volume, (32,) * 3, padding=1),
        Convolution("volume", 4, 8, 16, volume, (16,) * 3, padding=1),
        Convolution("options", 32, 32, 64, three, image, stride=2, padding=1),
        Convolution("options", 32, 32, 32, three, image, dilation=2, padding=2),
        Convolution("options", 32, 64, 64, three, image, padding=1, groups=4),
        Convolution("options", 32, 64, 64, three, image, padding=1, groups=64),
        Convolution("options", 32, 64, 128, (1, 1), image),
        Convolution("tiny", 1, 3, 8, three, (8, 8), padding=1),
        Convolution("tiny", 8, 3, 8, three, (8, 8), padding=1),
    ]


def growing():
    """List, for each quantity that grows, the pairs of its value and the convolution that has it."""
    base = Convolution("growth", 16, 16, 16, (3, 3), (32, 32), padding=1)
    one = replace(base, kernel_size=(1, 1), padding=0)
    return {
        "batch": [(n, replace(base, n=n)) for n in (1, 2, 4, 8, 16, 32, 64, 128)],
        "channels": [(c, replace(base, c_in=c, c_out=c)) for c in (1, 2, 4, 8, 16, 32, 64, 128)],
        "kernel": [(1, one)]
        + [(k, replace(base, kernel_size=(k, k), padding=k // 2)) for k in (3, 5, 7, 9, 11)],
        "axes": [
            (len(sizes), replace(base, kernel_size=(3,) * len(sizes), spatial=sizes))
            for sizes in ((4096,), (64, 64), (16, 16, 16), (8, 8, 8, 8))
        ],
    }


@dataclass(frozen=True)
class Pooling:
    """One pooling: N, C, spatial sizes, a kernel and its stride."""

    kind: str
    n: int
    c: int
    spatial: tuple
    kernel_size: int
    stride: int = 2

    @property
    def name(self):
        """The row as it is written in tables."""
        what, where = f"{self.kernel_size}/{self.stride}", "×".join(map(str, self.spatial))
        return f"{self.kind} {what}, {len(self.spatial)}-D: {self.n}; {self.c} on {where}"

    @property
    def out(self):
        """Sizes of the output."""
        return output_size(self.spatial, self.kernel_size, stride=self.stride)

    def arrays(self, dtype, seed=SEED):
        """Draw x and dy, in cnnlab's own memory order."""
        rng = np.random.default_rng(seed)
        x = batch_last(rng, (self.n, self.c, *self.spatial), dtype)
        return x, batch_last(rng, (self.n, self.c, *self.out), dtype)


def poolings():
    """List max and average, 2/2 and 3/2, in one to three dimensions."""
    shapes = [(32, 32, (1000,)), (32, 32, (24, 24)), (4, 16, (16, 16, 16))]
    return [
        Pooling(kind, *shape, kernel_size)
        for shape in shapes
        for kind in ("max", "average")
        for kernel_size in (2, 3)
    ]


@dataclass(frozen=True)
class DenseLayer:
    """One dense layer: N rows of D_in -> D_out."""

    n: int
    d_in: int
    d_out: int

    @property
    def name(self):
        """The row as it is written in tables."""
        return f"dense {self.n}; {self.d_in}→{self.d_out}"

    def arrays(self, dtype, seed=SEED):
        """Draw x, weight, bias and dy, in cnnlab's own memory order."""
        rng = np.random.default_rng(seed)
        x, dy = (batch_last(rng, (self.n, d), dtype) for d in (self.d_in, self.d_out))
        weight = (rng.standard_normal((self.d_out, self.d_in)) / math.sqrt(self.d_in)).astype(dtype)
        return x, weight, rng.standard_normal(self.d_out).astype(dtype), dy


@dataclass(frozen=True)
class CrossEntropy:
    """Softmax and cross-entropy: N, K classes, spatial sizes."""

    n: int
    classes: int
    spatial: tuple = ()

    @property
    def name(self):
        """The row as it is written in tables."""
        where = f" on {'×'.join(map(str, self.spatial))}" if self.spatial else ""
        return f"cross-entropy {self.n}; {self.classes}{where}"

    def arrays(self, dtype, seed=SEED):
        """Draw scores, in cnnlab's own memory order, and labels."""
        rng = np.random.default_rng(seed)
        scores = batch_last(rng, (self.n, self.classes, *self.spatial), dtype)
        return scores, rng.integers(0, self.classes, (self.n, *self.spatial))


def dense_layers():
    """List the dense layers of both networks at their largest, and one more."""
    return [DenseLayer(64, 400, 120), DenseLayer(64, 1024, 128), DenseLayer(128, 1024, 1024)]


def losses():
    """List a batch of digits, one of a thousand classes, and pixels."""
    return [CrossEntropy(64, 10), CrossEntropy(128, 1000), CrossEntropy(4, 8, (64, 64))]


# C_in, C_out, kernel, padding of a convolution; the kernel of a pooling; D_in, D_out of a dense layer.
NETWORKS = {
    "LeNet": [
        ("conv", 1, 6, 5, 2),
        ("relu",),
        ("pool", 2),
        ("conv", 6, 16, 5, 0),
        ("relu",),
        ("pool", 2),
        ("flatten",),
        ("dense", 400, 120),
        ("relu",),
        ("dense", 120, 84),
        ("relu",),
        ("dense", 84, 10),
    ],
    "32-64 CNN": [
        ("conv", 1, 32, 5, 0),
        ("relu",),
        ("pool", 2),
        ("conv", 32, 64, 5, 0),
        ("relu",),
        ("pool", 2),
        ("flatten",),
        ("dense", 1024, 128),
        ("relu",),
        ("dense", 128, 10),
    ],
}


def digits(n, seed=SEED):
    """Draw n images (n, 1, 28, 28), C-contiguous as a loader gives them, and n labels."""
    rng = np.random.default_rng(seed)
    return rng.random((n, 1, 28, 28), np.float32), rng.integers(0, 10, n)
