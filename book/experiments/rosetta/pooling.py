"""Rows about pooling: steps, edges, rims, and who gets the gradient."""

from .cells import Cell, row

TAPE = """\
t = tf.Variable({})
with tf.GradientTape() as tape:
    y = {}
tape.gradient(y, t)"""
VIEW = "np.lib.stride_tricks.sliding_window_view"
SHARED = "(x == x.max()) / (x == x.max()).sum()"
ZEROS_SEEN = "cnnlab.max_pool_forward(cnnlab.pad_forward(x[None, None], 1), 3, stride=1)"
NOT_COUNTED = "cnnlab.avg_pool_forward(x[None, None], 3, stride=1, padding=1, count_include_pad=False)"
HERE_AVERAGE = "cnnlab.avg_pool_forward(x[None, None], 3, stride=1, padding=1)"

ROWS = {
    "pool-stride": row(
        "x = np.array([1., 2, 3, 4])",
        cnnlab="cnnlab.max_pool_forward(x[None, None], 2)",
        torch="F.max_pool1d(torch.tensor(x)[None, None], 2)",
        keras="keras.ops.max_pool(x[None, :, None], 2)",
        jax=Cell(
            "linen.max_pool(x[None, :, None], (2,))", "cnnlab.max_pool_forward(x[None, None], 2, stride=1)"
        ),
        onnx=Cell(
            'node("MaxPool", x[None, None], kernel_shape=[2])',
            "cnnlab.max_pool_forward(x[None, None], 2, stride=1)",
        ),
        matlab=Cell(
            "maxPooling2dLayer([1 2])", "cnnlab.max_pool_forward(x[None, None], 2, stride=1)", "matlabmaxpool"
        ),
    ),
    "pool-edge": row(
        "x = np.array([1., 2, 3, 4, 5])",
        cnnlab=(
            "cnnlab.max_pool_forward(x[None, None], 2)",
            "cnnlab.max_pool_forward(x[None, None], 2, ceil_mode=True)",
        ),
        numpy=f"{VIEW}(x, 2)[::2].max(axis=-1)",
        torch=(
            "F.max_pool1d(torch.tensor(x)[None, None], 2)",
            Cell(
                "F.max_pool1d(torch.tensor(x)[None, None], 2, ceil_mode=True)",
                "cnnlab.max_pool_forward(x[None, None], 2, ceil_mode=True)",
            ),
        ),
        keras=(
            "keras.ops.max_pool(x[None, :, None], 2)",
            Cell(
                'keras.ops.max_pool(x[None, :, None], 2, padding="same")',
                "cnnlab.max_pool_forward(x[None, None], 2, ceil_mode=True)",
            ),
        ),
        jax=(
            "linen.max_pool(x[None, :, None], (2,), (2,))",
            Cell(
                'linen.max_pool(x[None, :, None], (2,), (2,), "SAME")',
                "cnnlab.max_pool_forward(x[None, None], 2, ceil_mode=True)",
            ),
        ),
        onnx=(
            'node("MaxPool", x[None, None], kernel_shape=[2], strides=[2])',
            Cell(
                'node("MaxPool", x[None, None], kernel_shape=[2], strides=[2], ceil_mode=1)',
                "cnnlab.max_pool_forward(x[None, None], 2, ceil_mode=True)",
            ),
        ),
        matlab=Cell(
            "maxPooling2dLayer([1 2], 'Stride', [1 2], 'Padding', 'same')",
            "cnnlab.max_pool_forward(x[None, None], 2, ceil_mode=True)",
            "matlabmaxpool",
        ),
    ),
    "max-rim": row(
        "x = np.array([-1., -2, -3])",
        cnnlab="cnnlab.max_pool_forward(x[None, None], 3, stride=1, padding=1)",
        numpy=Cell(f"{VIEW}(np.pad(x, 1), 3).max(axis=-1)", ZEROS_SEEN),
        scipy=(
            Cell('scipy.ndimage.maximum_filter1d(x, 3, mode="constant")', ZEROS_SEEN),
            'scipy.ndimage.maximum_filter1d(x, 3, mode="constant", cval=-np.inf)',
        ),
        torch="F.max_pool1d(torch.tensor(x)[None, None], 3, stride=1, padding=1)",
        keras='keras.ops.max_pool(x[None, :, None], 3, strides=1, padding="same")',
        jax='linen.max_pool(x[None, :, None], (3,), padding="SAME")',
        onnx='node("MaxPool", x[None, None, None], kernel_shape=[1, 3], auto_pad="SAME_UPPER")',
    ),
    "average-rim": row(
        "x = np.array([3., 6, 3])",
        cnnlab=(HERE_AVERAGE, NOT_COUNTED),
        numpy='np.convolve(x, np.ones(3) / 3, "same")',
        scipy=(
            'scipy.ndimage.uniform_filter1d(x, 3, mode="constant")',
            Cell(
                "scipy.ndimage.uniform_filter1d(x, 3)",
                'padded = cnnlab.pad_forward(x[None, None], 1, mode="replicate")\n'
                "cnnlab.avg_pool_forward(padded, 3, stride=1)",
            ),
        ),
        torch=(
            "F.avg_pool1d(torch.tensor(x)[None, None], 3, stride=1, padding=1)",
            Cell(
                "F.avg_pool1d(torch.tensor(x)[None, None], 3, stride=1, padding=1,\n"
                "    count_include_pad=False)",
                NOT_COUNTED,
            ),
        ),
        keras=Cell(
            'keras.ops.average_pool(x[None, :, None], 3, strides=1, padding="same")',
            NOT_COUNTED,
        ),
        jax=(
            'linen.avg_pool(x[None, :, None], (3,), padding="SAME")',
            Cell(
                'linen.avg_pool(x[None, :, None], (3,), padding="SAME", count_include_pad=False)',
                NOT_COUNTED,
            ),
        ),
        onnx=(
            Cell('node("AveragePool", x[None, None], kernel_shape=[3], pads=[1, 1])', NOT_COUNTED),
            'node("AveragePool", x[None, None], kernel_shape=[3], pads=[1, 1],\n    count_include_pad=1)',
        ),
        matlab=Cell("averagePooling2dLayer([1 3], 'Padding', [0 0 1 1])", HERE_AVERAGE, "matlabaverage"),
    ),
    "ties": row(
        "x = np.array([1., 1])",
        cnnlab="cnnlab.max_pool_backward(np.ones((1, 1, 1)), x[None, None], 2)",
        numpy="np.eye(2)[np.argmax(x)]",
        torch=(
            "t = torch.tensor(x, requires_grad=True)\nF.max_pool1d(t[None, None], 2).backward()\nt.grad",
            "t = torch.tensor(x, requires_grad=True)\nt.max(dim=0).values.backward()\nt.grad",
            Cell("t = torch.tensor(x, requires_grad=True)\nt.amax(dim=0).backward()\nt.grad", SHARED),
        ),
        keras=(
            TAPE.format("x", "keras.ops.max_pool(t[None, :, None], 2)"),
            Cell(TAPE.format("x", "tf.reduce_max(t)"), SHARED),
        ),
        jax=(
            "jax.grad(lambda x: linen.max_pool(x[None, :, None], (2,)).sum())(jnp.array(x))",
            Cell("jax.grad(jnp.max)(jnp.array(x))", SHARED),
        ),
        onnx='np.eye(2)[node("MaxPool", x[None, None], outputs=2, kernel_shape=[2])[1].item()]',
    ),
    "relu": row(
        "x = np.array([0.])",
        cnnlab="cnnlab.relu_backward(np.ones(1), x)",
        torch=(
            "t = torch.tensor(x, requires_grad=True)\nF.relu(t).sum().backward()\nt.grad",
            Cell(
                "t = torch.tensor(x, requires_grad=True)\ntorch.maximum(t, torch.zeros(1)).sum().backward()\n"
                "t.grad",
                "cnnlab.relu_backward(np.ones(1), x) + 0.5 * (x == 0)",
            ),
            Cell(
                "t = torch.tensor(x, requires_grad=True)\nt.clamp(min=0).sum().backward()\nt.grad",
                "cnnlab.relu_backward(np.ones(1), x) + (x == 0)",
            ),
        ),
        keras=(
            TAPE.format("x", "keras.ops.relu(t)"),
            Cell(TAPE.format("x", "tf.maximum(t, 0)"), "cnnlab.relu_backward(np.ones(1), x) + (x == 0)"),
        ),
        jax=(
            "jax.grad(lambda x: jax.nn.relu(x).sum())(jnp.array(x))",
            Cell(
                "jax.grad(lambda x: jnp.maximum(x, 0).sum())(jnp.array(x))",
                "cnnlab.relu_backward(np.ones(1), x) + 0.5 * (x == 0)",
            ),
        ),
    ),
    "leaky": row(
        "x = np.array([-1.])",
        cnnlab="cnnlab.leaky_relu_forward(x)",
        torch="F.leaky_relu(torch.tensor(x))",
        keras=(
            Cell("keras.layers.LeakyReLU()(x)", "cnnlab.leaky_relu_forward(x, slope=0.3)"),
            Cell("keras.ops.leaky_relu(x)", "cnnlab.leaky_relu_forward(x, slope=0.2)"),
            Cell("tf.nn.leaky_relu(x)", "cnnlab.leaky_relu_forward(x, slope=0.2)"),
        ),
        jax="jax.nn.leaky_relu(jnp.array(x))",
        onnx='node("LeakyRelu", x)',
        matlab=Cell("leakyrelu(x)", "cnnlab.leaky_relu_forward(x)", "matlableaky"),
    ),
}
