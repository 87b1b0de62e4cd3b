"""Rows about training: batch norm's eps and momentum, update rules, losses."""

from .cells import Cell, row

HERE_NORM = """\
ones, zeros = np.ones(1), np.zeros(1)
y, running = cnnlab.batchnorm_forward(x, ones, zeros, (zeros, ones), train=True{})
{}"""
TORCH_NORM = """\
layer = torch.nn.BatchNorm1d(1{})
y = layer(torch.tensor(x, dtype=torch.float32))
{}"""
KERAS_NORM = """\
layer = keras.layers.BatchNormalization({})
y = layer(x, training=True)
{}"""
FLAX_NORM = """\
layer = linen.BatchNorm(use_running_average=False{})
made = layer.init(jax.random.key(0), x)
y, new = layer.apply(made, x, mutable=["batch_stats"])
{}"""
ONNX_NORM = """\
one, zero = np.ones(1), np.zeros(1)
y, mean, variance = node("BatchNormalization", x, one, zero, zero, one,
    outputs=3, training_mode=1{})
{}"""
TORCH_STEP = """\
t = torch.tensor([{}])
rule = torch.optim.{}
t.grad = torch.tensor(g{})
rule.step()
t"""
TORCH_STEPS = """\
t = torch.tensor([0.])
rule = torch.optim.SGD([t], lr=0.1, momentum=0.9{})
for rule.param_groups[0]["lr"] in rates:
    t.grad = torch.ones(1)
    rule.step()
t"""
KERAS_STEP = """\
t = keras.Variable([{}])
rule = keras.optimizers.{}
rule.apply([keras.ops.array(g{})], [t])
t.numpy()"""
KERAS_STEPS = """\
t = keras.Variable([0.])
rule = keras.optimizers.SGD(0.1, momentum=0.9{})
for rate in rates:
    rule.learning_rate = rate
    rule.apply([keras.ops.ones(1)], [t])
t.numpy()"""
OPTAX_STEP = """\
t = jnp.array([{}])
rule = optax.{}
step, _ = rule.update(jnp.array(g), rule.init(t), t)
t + step"""
OPTAX_STEPS = """\
t, g = jnp.array([0.]), jnp.ones(1)
rule = optax.sgd(lambda count: jnp.array(rates)[count], momentum=0.9{})
state = rule.init(t)
for _ in rates:
    step, state = rule.update(g, state)
    t = t + step
t"""
ONNX_STEPS = """\
t, v = np.zeros(1), np.zeros(1)
for count, rate in enumerate(rates):
    t, v = node("Momentum", np.float64(rate), np.int64(count), t, np.ones(1), v,
        outputs=2, domain="ai.onnx.preview.training",
        alpha=0.9, beta=1.0, norm_coefficient=0.0, mode="{}")
t"""
HERE_STEPS = """\
t, v = np.zeros(1), None
for rate in rates:
    t, v = cnnlab.{}(t, np.ones(1), v, lr=rate, mu=0.9)
t"""
RATE_WITHIN = """\
t, v = np.zeros(1), None
for rate in rates:
    t, v = cnnlab.{}(t, rate * np.ones(1), v, lr=1, mu=0.9)
t"""

MEAN, VARIANCE = "running[0]", "running[1]"
KEPT = ", momentum=0.9"
UNBIASED = HERE_NORM.format("", VARIANCE)
BIASED = f"{UNBIASED} - 0.1 * x.var() / (x.size - 1)"
ADAM = "cnnlab.adam(np.zeros(1), g, None, lr=1)[0]"
ADAM_INSIDE = "-g / np.sqrt(g**2 + 1e-8)"
ONNX_ADAM = """\
t, m, v = node("Adam", np.float64({}), np.int64(1), np.array([{}]), g,
    np.zeros(1), np.zeros(1), outputs=3, domain="ai.onnx.preview.training",
    alpha=0.9, beta=0.999, epsilon=1e-8{})
{}"""
DECOUPLED = "cnnlab.adamw(np.ones(1), g, None, lr=0.1, decay=0.01)[0]"
LOSS = "cnnlab.softmax_cross_entropy(scores, labels{})[0]"
RMS = "cnnlab.rmsprop(np.zeros(1), g, None, lr=1, rho=0.9, eps=1e-7)[0]"
RMS_INSIDE = "-g / np.sqrt(0.1 * g**2 + 1e-7)"

ROWS = {
    "norm-eps": row(
        "x = np.array([[-0.01], [0.01]])",
        cnnlab=HERE_NORM.format("", "y"),
        torch=TORCH_NORM.format("", "y.detach()"),
        keras=Cell(KERAS_NORM.format("", "y"), HERE_NORM.format(", eps=1e-3", "y")),
        jax=FLAX_NORM.format("", "y"),
        onnx=ONNX_NORM.format("", "y"),
        matlab=Cell("batchnorm(x, offset, scaleFactor)", HERE_NORM.format("", "y"), "matlabbatchnorm"),
    ),
    "norm-momentum": row(
        "x = np.array([[0.], [2]])",
        cnnlab=HERE_NORM.format("", MEAN),
        torch=TORCH_NORM.format("", "layer.running_mean"),
        keras=(
            Cell(KERAS_NORM.format("", "layer.moving_mean"), HERE_NORM.format(", momentum=0.01", MEAN)),
            Cell(
                KERAS_NORM.format("momentum=0.1", "layer.moving_mean"),
                HERE_NORM.format(", momentum=0.9", MEAN),
            ),
        ),
        jax=Cell(
            FLAX_NORM.format("", 'new["batch_stats"]["mean"]'),
            HERE_NORM.format(", momentum=0.01", MEAN),
        ),
        onnx=ONNX_NORM.format("", "mean"),
        matlab=Cell(
            "[y, mu, sigmaSq] = batchnorm(x, offset, scaleFactor, mu, sigmaSq)",
            HERE_NORM.format("", MEAN),
            "matlabbatchnorm",
        ),
    ),
    "norm-variance": row(
        "x = np.array([[0.], [2]])",
        cnnlab=UNBIASED,
        torch=TORCH_NORM.format("", "layer.running_var"),
        keras=Cell(KERAS_NORM.format("momentum=0.9", "layer.moving_variance"), BIASED),
        jax=Cell(FLAX_NORM.format(KEPT, 'new["batch_stats"]["var"]'), BIASED),
        onnx=Cell(ONNX_NORM.format("", "variance"), BIASED),
    ),
    "adam-eps": row(
        "g = np.array([1e-8])",
        cnnlab=ADAM,
        torch=TORCH_STEP.format("0.", "Adam([t], lr=1)", ", dtype=torch.float32"),
        keras=Cell(
            KERAS_STEP.format("0.", "Adam(1.0)", ', dtype="float32"'),
            "cnnlab.adam(np.zeros(1), g, None, lr=1, eps=1e-7 / np.sqrt(1 - 0.999))[0]",
        ),
        jax=(
            OPTAX_STEP.format("0.", "adam(1.0)"),
            Cell(OPTAX_STEP.format("0.", "adam(1.0, eps=0, eps_root=1e-8)"), ADAM_INSIDE),
        ),
        onnx=Cell(
            ONNX_ADAM.format("1.0", "0.0", "", "t"),
            "cnnlab.adam(np.zeros(1), g, None, lr=1, eps=1e-8 / np.sqrt(1 - 0.999))[0]",
        ),
        matlab=Cell(
            "trainingOptions('adam')",
            source="matlabtraining",
            says="$\\varepsilon$ outside the root, 1e-8 by default",
        ),
    ),
    "rms-eps": row(
        "g = np.array([1e-4])",
        cnnlab=RMS,
        torch=TORCH_STEP.format("0.", "RMSprop([t], lr=1, alpha=0.9, eps=1e-7)", ", dtype=torch.float32"),
        keras=Cell(
            KERAS_STEP.format("0.", "RMSprop(1.0, rho=0.9, epsilon=1e-7)", ', dtype="float32"'), RMS_INSIDE
        ),
        jax=(
            Cell(OPTAX_STEP.format("0.", "rmsprop(1.0, decay=0.9, eps=1e-7)"), RMS_INSIDE),
            OPTAX_STEP.format("0.", "rmsprop(1.0, decay=0.9, eps=1e-7, eps_in_sqrt=False)"),
        ),
        matlab=Cell(
            "trainingOptions('rmsprop', 'InitialLearnRate', 1, 'Epsilon', 1e-7, ...\n"
            "    'SquaredGradientDecayFactor', 0.9)",
            RMS,
            "matlabtraining",
        ),
    ),
    "momentum": row(
        "rates = [0.1, 0.01]",
        cnnlab=HERE_STEPS.format("momentum"),
        torch=TORCH_STEPS.format(""),
        keras=Cell(KERAS_STEPS.format(""), RATE_WITHIN.format("momentum")),
        jax=OPTAX_STEPS.format(""),
        onnx=ONNX_STEPS.format("standard"),
        matlab=Cell(
            "trainingOptions('sgdm', 'Momentum', 0.9)", RATE_WITHIN.format("momentum"), "matlabtraining"
        ),
    ),
    "nesterov": row(
        "rates = [0.1, 0.01]",
        cnnlab=HERE_STEPS.format("nesterov"),
        torch=TORCH_STEPS.format(", nesterov=True"),
        keras=Cell(KERAS_STEPS.format(", nesterov=True"), RATE_WITHIN.format("nesterov")),
        jax=OPTAX_STEPS.format(", nesterov=True"),
        onnx=ONNX_STEPS.format("nesterov"),
    ),
    "decay": row(
        "g = np.array([0.])",
        cnnlab=(
            "cnnlab.adam(np.ones(1), g, None, lr=0.1, decay=0.01)[0]",
            "cnnlab.adamw(np.ones(1), g, None, lr=0.1, decay=0.01)[0]",
        ),
        torch=(
            TORCH_STEP.format("1.", "Adam([t], lr=0.1, weight_decay=0.01)", ", dtype=torch.float32"),
            Cell(
                TORCH_STEP.format("1.", "AdamW([t], lr=0.1, weight_decay=0.01)", ", dtype=torch.float32"),
                DECOUPLED,
            ),
        ),
        keras=Cell(KERAS_STEP.format("1.", "Adam(0.1, weight_decay=0.01)", ', dtype="float32"'), DECOUPLED),
        jax=Cell(OPTAX_STEP.format("1.", "adamw(0.1, weight_decay=0.01)"), DECOUPLED),
        onnx=(
            ONNX_ADAM.format("0.1", "1.0", ", norm_coefficient=0.01", "t"),
            Cell(
                ONNX_ADAM.format("0.1", "1.0", ", norm_coefficient_post=0.001", "t"),
                DECOUPLED,
            ),
        ),
        matlab=Cell(
            "trainingOptions('adam', 'L2Regularization', 0.01)",
            source="matlabtraining",
            says="a term of the loss, so coupled",
        ),
    ),
    "cross-entropy": row(
        "scores = np.zeros((1, 2, 3))       # one image, two classes, three places\n"
        "labels = np.array([[0, 1, 255]])   # nobody knows what the third one is",
        cnnlab=LOSS.format(", ignore_index=255"),
        scipy=Cell(
            "-scipy.special.log_softmax(scores, axis=1)[0, [0, 1], [0, 1]].mean()",
        ),
        torch="F.cross_entropy(torch.tensor(scores), torch.tensor(labels), ignore_index=255)",
        keras=(
            "loss = keras.losses.SparseCategoricalCrossentropy(\n"
            "    from_logits=True, ignore_class=255)\n"
            "loss(labels, scores.transpose(0, 2, 1))",
        ),
        jax=Cell(
            "optax.softmax_cross_entropy_with_integer_labels(\n"
            "    scores.transpose(0, 2, 1)[:, :2], labels[:, :2])",
            "-np.log(cnnlab.softmax_forward(scores))[0, [0, 1], [0, 1]]",
        ),
        onnx='node("SoftmaxCrossEntropyLoss", scores, labels, ignore_index=255)',
        matlab=Cell(
            "crossentropy(softmax(scores), targets)",
            "cnnlab.softmax_cross_entropy(scores[..., :2], labels[:, :2])[0] * 2 / len(scores)",
            "matlabcrossentropy",
        ),
    ),
    "scores": row(
        "scores = np.array([[0.75, 0.25]])\nlabels = np.array([0])",
        cnnlab=LOSS.format(""),
        torch="F.cross_entropy(torch.tensor(scores), torch.tensor(labels))",
        keras=(
            Cell(
                "keras.losses.SparseCategoricalCrossentropy()(labels, scores)",
                "cnnlab.softmax_cross_entropy(np.log(scores), labels)[0]",
            ),
            "keras.losses.SparseCategoricalCrossentropy(from_logits=True)(labels, scores)",
        ),
        jax="optax.softmax_cross_entropy_with_integer_labels(scores, labels)",
        onnx='node("SoftmaxCrossEntropyLoss", scores, labels)',
        matlab=Cell("crossentropy(softmax(scores), targets)", LOSS.format(""), "matlabcrossentropy"),
    ),
    "mse": row(
        "prediction = np.array([[2., 2, 2], [0, 0, 0]])\ntarget = np.zeros((2, 3))",
        cnnlab="cnnlab.mse(prediction, target)[0]",
        torch=Cell(
            "F.mse_loss(torch.tensor(prediction), torch.tensor(target))",
            "cnnlab.mse(prediction, target)[0] * 2 / 3",
        ),
        keras=Cell(
            "keras.losses.MeanSquaredError()(target, prediction)",
            "cnnlab.mse(prediction, target)[0] * 2 / 3",
        ),
        jax=Cell(
            "optax.l2_loss(prediction, target)",
            "(prediction - target) ** 2 / 2",
        ),
        matlab=Cell("mse(prediction, target)", "cnnlab.mse(prediction, target)[0]", "matlabmse"),
    ),
}
