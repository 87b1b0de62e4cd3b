"""Rows about sliding a kernel: flip, "same", rims, dilation, and the way back."""

from .cells import Cell, row

KERAS_CONV = "keras.ops.conv(x[None, :, None], w[:, None, None]{})"
HERE_CONV = "cnnlab.conv_forward(x[None, None], w[None, None]{})"
HERE_BACK = "cnnlab.conv_transpose_forward(x[None, None], w[None, None]{})"
FLIPPED = "cnnlab.correlate_1d(x, w[::-1])"
BEFORE = HERE_CONV.format(", padding=((1, 0),)")
EVEN_BOTH_SIDES = HERE_CONV.format(", stride=2, padding=1")
REPEATED = "x[[1, 0, 0, 1, 2, 2, 1]]"

ROWS = {
    "flip": row(
        "x = np.array([0., 0, 1, 0, 0])\nw = np.array([1., 2, 3])",
        cnnlab=("cnnlab.correlate_1d(x, w)", HERE_CONV.format("")),
        numpy=('np.correlate(x, w, "valid")', Cell('np.convolve(x, w, "valid")', FLIPPED)),
        scipy=(
            'scipy.signal.correlate(x, w, "valid")',
            Cell('scipy.signal.convolve(x, w, "valid")', FLIPPED),
        ),
        torch="F.conv1d(torch.tensor(x)[None, None], torch.tensor(w)[None, None])",
        keras=KERAS_CONV.format(""),
        jax=(
            'lax.conv(x[None, None], w[None, None], (1,), "VALID")',
            Cell('jnp.convolve(x, w, "valid")', FLIPPED),
        ),
        onnx='node("Conv", x[None, None], w[None, None])',
        matlab=(
            Cell("conv(x, w, 'valid')", FLIPPED, "matlabconv"),
            Cell("convolution2dLayer([1 3], 1)", "cnnlab.correlate_1d(x, w)", "matlabconvlayer"),
        ),
    ),
    "same": row(
        "x = np.array([1., 2, 3, 4])\nw = np.array([1., 10])",
        cnnlab=HERE_CONV.format(', padding="same"'),
        numpy=Cell('np.correlate(x, w, "same")', BEFORE),
        scipy=(
            Cell('scipy.signal.correlate(x, w, "same")', BEFORE),
            Cell('scipy.ndimage.correlate1d(x, w, mode="constant")', BEFORE),
            'scipy.ndimage.convolve1d(x, w[::-1], mode="constant")',
        ),
        torch='F.conv1d(torch.tensor(x)[None, None], torch.tensor(w)[None, None], padding="same")',
        keras=KERAS_CONV.format(', padding="same"'),
        jax=(
            'lax.conv(x[None, None], w[None, None], (1,), "SAME")',
            Cell('lax.conv(x[None, None], w[None, None], (1,), "SAME_LOWER")', BEFORE),
        ),
        onnx=(
            'node("Conv", x[None, None], w[None, None], auto_pad="SAME_UPPER")',
            Cell('node("Conv", x[None, None], w[None, None], auto_pad="SAME_LOWER")', BEFORE),
        ),
        matlab=Cell(
            "convolution2dLayer([1 2], 1, 'Padding', 'same')",
            HERE_CONV.format(', padding="same"'),
            "matlabconvlayer",
        ),
    ),
    "same-stride": row(
        "x = np.array([1., 2, 3, 4])\nw = np.array([1., 1, 1])",
        cnnlab=HERE_CONV.format(', stride=2, padding="same"'),
        numpy=Cell('np.correlate(x, w, "same")[::2]', EVEN_BOTH_SIDES),
        scipy=Cell('scipy.signal.correlate(x, w, "same")[::2]', EVEN_BOTH_SIDES),
        torch=(
            'F.conv1d(torch.tensor(x)[None, None], torch.tensor(w)[None, None], stride=2, padding="same")',
            Cell(
                "F.conv1d(torch.tensor(x)[None, None], torch.tensor(w)[None, None], stride=2, padding=1)",
                EVEN_BOTH_SIDES,
            ),
        ),
        keras=KERAS_CONV.format(', strides=2, padding="same"'),
        jax='lax.conv(x[None, None], w[None, None], (2,), "SAME")',
        onnx='node("Conv", x[None, None], w[None, None], strides=[2], auto_pad="SAME_UPPER")',
        matlab=Cell(
            "convolution2dLayer([1 3], 1, 'Stride', [1 2], 'Padding', 'same')",
            HERE_CONV.format(', stride=2, padding="same"'),
            "matlabconvlayer",
        ),
    ),
    "rim": row(
        "x = np.array([1., 2, 3])",
        cnnlab='cnnlab.pad_forward(x[None, None], 2, mode="reflect")',
        numpy=('np.pad(x, 2, mode="reflect")', Cell('np.pad(x, 2, mode="symmetric")', REPEATED)),
        scipy=(
            Cell(
                'scipy.ndimage.map_coordinates(x, [np.arange(-2, 5)], order=0, mode="reflect")',
                REPEATED,
            ),
            'scipy.ndimage.map_coordinates(x, [np.arange(-2, 5)], order=0, mode="mirror")',
        ),
        torch='F.pad(torch.tensor(x)[None, None], (2, 2), mode="reflect")',
        keras=(
            'keras.ops.pad(x, 2, mode="reflect")',
            Cell('keras.ops.pad(x, 2, mode="symmetric")', REPEATED),
        ),
        jax=('jnp.pad(x, 2, mode="reflect")', Cell('jnp.pad(x, 2, mode="symmetric")', REPEATED)),
        onnx='node("Pad", x, np.array([2, 2]), mode="reflect")',
        matlab=Cell("padarray(x, [0 2], 'symmetric')", REPEATED, "matlabpadarray"),
    ),
    "order": row(
        "x = np.ones((1, 1, 1, 1))",
        cnnlab="cnnlab.pad_forward(x, ((1, 0), (2, 0))).shape[2:]",
        numpy="np.pad(x[0, 0], ((1, 0), (2, 0))).shape",
        torch=Cell(
            "F.pad(torch.tensor(x), (1, 0, 2, 0)).shape[2:]",
            "cnnlab.pad_forward(x, ((2, 0), (1, 0))).shape[2:]",
        ),
        keras="keras.layers.ZeroPadding2D(((1, 0), (2, 0)))(x).shape[1:3]",
        jax="jnp.pad(x[0, 0], ((1, 0), (2, 0))).shape",
        onnx=Cell(
            'node("Pad", x[0, 0], np.array([1, 0, 2, 0])).shape',
            "cnnlab.pad_forward(x, ((1, 2), (0, 0))).shape[2:]",
        ),
        matlab=Cell(
            "convolution2dLayer(1, 1, 'Padding', [1 0 2 0])",
            "cnnlab.pad_forward(x, ((1, 0), (2, 0))).shape[2:]",
            "matlabconvlayer",
        ),
    ),
    "dilation": row(
        "x = np.array([1., 2, 3, 4, 5])\nw = np.array([1., 1])",
        cnnlab=HERE_CONV.format(", dilation=2"),
        numpy='np.correlate(x, [1, 0, 1], "valid")',
        scipy='scipy.signal.correlate(x, [1, 0, 1], "valid")',
        torch="F.conv1d(torch.tensor(x)[None, None], torch.tensor(w)[None, None], dilation=2)",
        keras=KERAS_CONV.format(", dilation_rate=2"),
        jax=(
            'lax.conv_general_dilated(x[None, None], w[None, None],\n    (1,), "VALID", rhs_dilation=(2,))',
            Cell(
                "lax.conv_general_dilated(x[None, None], w[None, None],\n"
                "    (1,), [(0, 0)], lhs_dilation=(2,))",
                "cnnlab.conv_transpose_forward(x[None, None], w[None, None, ::-1], stride=2, padding=1)",
            ),
        ),
        onnx='node("Conv", x[None, None], w[None, None], dilations=[2])',
        matlab=Cell(
            "convolution2dLayer([1 2], 1, 'DilationFactor', [1 2])",
            HERE_CONV.format(", dilation=2"),
            "matlabconvlayer",
        ),
    ),
    "transposed": row(
        "x = np.array([1., 0, 0])\nw = np.array([1., 2, 3])",
        cnnlab=HERE_BACK.format(""),
        numpy="np.convolve(x, w)",
        scipy="scipy.signal.convolve(x, w)",
        torch="F.conv_transpose1d(torch.tensor(x)[None, None], torch.tensor(w)[None, None])",
        keras="keras.ops.conv_transpose(x[None, :, None], w[:, None, None], strides=1)",
        jax=(
            Cell(
                'lax.conv_transpose(x[None, :, None], w[:, None, None], (1,), "VALID")',
                "cnnlab.conv_transpose_forward(x[None, None], w[None, None, ::-1])",
            ),
            "lax.conv_transpose(x[None, :, None], w[:, None, None],\n"
            '    (1,), "VALID", transpose_kernel=True)',
        ),
        onnx='node("ConvTranspose", x[None, None], w[None, None])',
        matlab=Cell("transposedConv2dLayer([1 3], 1)", HERE_BACK.format(""), "matlabtransposed"),
    ),
    "transposed-size": row(
        "x = np.array([1., 1, 1])\nw = np.array([1., 2, 3])",
        cnnlab=(HERE_BACK.format(", stride=2"), HERE_BACK.format(", stride=2, padding=1, output_padding=1")),
        torch=(
            "F.conv_transpose1d(torch.tensor(x)[None, None], torch.tensor(w)[None, None], stride=2)",
            Cell(
                "F.conv_transpose1d(torch.tensor(x)[None, None], torch.tensor(w)[None, None],\n"
                "    stride=2, padding=1, output_padding=1)",
                HERE_BACK.format(", stride=2, padding=1, output_padding=1"),
            ),
        ),
        keras=(
            "keras.ops.conv_transpose(x[None, :, None], w[:, None, None], strides=2)",
            Cell(
                'keras.ops.conv_transpose(x[None, :, None], w[:, None, None], strides=2, padding="same")',
                HERE_BACK.format(", stride=2, padding=((0, 1),)"),
            ),
        ),
        jax=(
            "lax.conv_transpose(x[None, :, None], w[:, None, None],\n"
            '    (2,), "VALID", transpose_kernel=True)',
            Cell(
                "lax.conv_transpose(x[None, :, None], w[:, None, None],\n"
                '    (2,), "SAME", transpose_kernel=True)',
                HERE_BACK.format(", stride=2, padding=((0, 1),)"),
            ),
        ),
        onnx=(
            'node("ConvTranspose", x[None, None], w[None, None], strides=[2])',
            Cell(
                'node("ConvTranspose", x[None, None], w[None, None], strides=[2], auto_pad="SAME_UPPER")',
                HERE_BACK.format(", stride=2, padding=((0, 1),)"),
            ),
        ),
        matlab=Cell(
            "transposedConv2dLayer([1 3], 1, 'Stride', [1 2], 'Cropping', 'same')",
            source="matlabtransposed",
            says="the size of the input times the stride: 6",
            alike=False,
        ),
    ),
}
