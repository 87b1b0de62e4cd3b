"""Rows about how numbers lie in memory: weights, flattened images, and their precision."""

from .cells import Cell, row

FLAX = """\
x = np.ones((1, 9, 9, 3))
made = linen.{}.init(jax.random.key(0), x)
made["params"]["kernel"].shape"""
SINGLE = "cnnlab.dense_forward(np.float32([x]), np.ones((1, 2), np.float32)) - 1"

ROWS = {
    "conv-weight": row(
        "x = np.arange(60.).reshape(1, 3, 5, 4) % 5\nw = np.arange(120.).reshape(2, 3, 5, 4) % 7",
        cnnlab=(
            "cnnlab.Conv(3, 2, kernel_size=(5, 4)).parameters['weight'].shape",
            "cnnlab.conv_forward(x, w)",
        ),
        torch="torch.nn.Conv2d(3, 2, (5, 4)).weight.shape",
        keras=(
            Cell(
                "layer = keras.layers.Conv2D(2, (5, 4))\nlayer.build((None, 9, 9, 3))\nlayer.kernel.shape",
                "w.transpose(2, 3, 1, 0).shape",
            ),
            Cell(
                "keras.ops.conv(x.transpose(0, 2, 3, 1), w.transpose(2, 3, 1, 0))",
                "cnnlab.conv_forward(x, w)",
            ),
        ),
        jax=(
            Cell(FLAX.format("Conv(2, (5, 4))"), "w.transpose(2, 3, 1, 0).shape"),
            'y = lax.conv(x, w, (1, 1), "VALID")\nw.shape',
        ),
        onnx='y = node("Conv", x, w)\nw.shape',
        matlab=Cell(
            "convolution2dLayer([5 4], 2).Weights", "w.transpose(2, 3, 1, 0).shape", "matlabconvlayer"
        ),
    ),
    "transposed-weight": row(
        "x = np.arange(3.).reshape(1, 3, 1, 1)\nw = np.arange(12.).reshape(3, 2, 2, 1)",
        cnnlab=(
            "cnnlab.ConvTranspose(3, 2, kernel_size=(2, 1)).parameters['weight'].shape",
            "cnnlab.conv_transpose_forward(x, w)",
        ),
        torch="torch.nn.ConvTranspose2d(3, 2, (2, 1)).weight.shape",
        keras=(
            Cell(
                "layer = keras.layers.Conv2DTranspose(2, (2, 1))\nlayer.build((None, 9, 9, 3))\n"
                "layer.kernel.shape",
                "w.transpose(2, 3, 1, 0).shape",
            ),
            Cell(
                "y = keras.ops.conv_transpose(x.transpose(0, 2, 3, 1),\n"
                "    w.transpose(2, 3, 1, 0), strides=1)\n"
                "y.numpy().transpose(0, 3, 1, 2)",
                "cnnlab.conv_transpose_forward(x, w)",
            ),
        ),
        jax=(
            Cell(FLAX.format("ConvTranspose(2, (2, 1))"), "w.transpose(2, 3, 0, 1).shape"),
            Cell(
                FLAX.format("ConvTranspose(2, (2, 1), transpose_kernel=True)"),
                "w.transpose(2, 3, 1, 0).shape",
            ),
        ),
        onnx='y = node("ConvTranspose", x, w)\nw.shape',
        matlab=Cell(
            "transposedConv2dLayer([2 1], 2).Weights", "w.transpose(2, 3, 1, 0).shape", "matlabtransposed"
        ),
    ),
    "dense-weight": row(
        "x = np.array([[1., 2, 3]])\nw = np.array([[1., 0, 0], [0, 1, 1]])",
        cnnlab="cnnlab.Dense(3, 2).parameters['weight'].shape",
        numpy=Cell("y = x @ w.T\nw.T.shape", "w.T.shape"),
        torch="torch.nn.Linear(3, 2).weight.shape",
        keras=Cell("layer = keras.layers.Dense(2)\nlayer.build((None, 3))\nlayer.kernel.shape", "w.T.shape"),
        jax=Cell(FLAX.format("Dense(2)"), "w.T.shape"),
        onnx=(
            Cell('y = node("Gemm", x, w.T)\nw.T.shape', "w.T.shape"),
            'y = node("Gemm", x, w, transB=1)\nw.shape',
        ),
        matlab=Cell("fullyConnectedLayer(2).Weights", "w.shape", "matlabdense"),
    ),
    "flatten": row(
        "x = np.arange(1., 9).reshape(1, 2, 2, 2)",
        cnnlab="cnnlab.flatten_forward(x)",
        numpy="x.reshape(len(x), -1)",
        torch="torch.flatten(torch.tensor(x), 1)",
        keras=Cell(
            "keras.layers.Flatten()(x.transpose(0, 2, 3, 1))",
            "cnnlab.flatten_forward(x.transpose(0, 2, 3, 1))",
        ),
        jax=Cell(
            "x.transpose(0, 2, 3, 1).reshape(len(x), -1)", "cnnlab.flatten_forward(x.transpose(0, 2, 3, 1))"
        ),
        onnx='node("Flatten", x)',
        matlab=Cell("flattenLayer", "cnnlab.flatten_forward(x.transpose(0, 1, 3, 2))", "matlabflatten"),
    ),
    "precision": row(
        "x = [1.0, 1e-8]",
        cnnlab="cnnlab.dense_forward([x], np.ones((1, 2))) - 1",
        numpy="np.sum(np.array(x)) - 1",
        scipy="scipy.signal.correlate(x, [1, 1], 'valid') - 1",
        torch=(
            Cell("torch.tensor(x).sum() - 1", SINGLE),
            "torch.tensor(np.array(x)).sum() - 1",
        ),
        keras=(
            Cell("keras.ops.sum(keras.ops.array(x)) - 1", SINGLE),
            Cell("tf.reduce_sum(tf.constant(x)) - 1", SINGLE),
        ),
        jax=(
            Cell("jnp.array(x).sum() - 1", SINGLE),
            Cell("jnp.array(np.array(x)).sum() - 1", SINGLE),
        ),
        onnx='node("ReduceSum", np.array(x)) - 1',
        matlab=Cell("sum(x) - 1", "cnnlab.dense_forward([x], np.ones((1, 2))) - 1", "matlabdouble"),
    ),
}
