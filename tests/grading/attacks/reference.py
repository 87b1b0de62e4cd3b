"""The right answer, taken where it already stands: the package, its other modules, other libraries."""

from . import Family

family = attack = Family("reference")

NAMES = ("conv_backward_bias", "conv_backward_weight", "conv_backward_input")

attack(
    "cnnlab",
    "Import the functions that are asked for.",
    "from cnnlab import conv_backward_bias, conv_backward_weight, conv_backward_input\n",
)
attack(
    "cnnlab.naive",
    "Call the same functions in the modules that define them.",
    """
    @each
    def _(honest):
        def calling(*args, **options):
            import cnnlab.conv, cnnlab.naive
            for module in (cnnlab.naive, cnnlab.conv):
                answer = attempt(getattr(module, honest.__name__), *args, **options)
                if answer is not None:
                    return answer
            return honest(*args, **options)
        return calling
    """,
)
attack(
    "early copies",
    "Copy the functions' code before it is closed.",
    """
    import types
    @each
    def _(honest):
        import cnnlab.naive, cnnlab.conv
        for module in (cnnlab.naive, cnnlab.conv):
            f = vars(module).get(honest.__name__)
            if isinstance(f, types.FunctionType):
                copy = types.FunctionType(f.__code__, f.__globals__, "mine", f.__defaults__)
                copy.__kwdefaults__ = f.__kwdefaults__
                return copy
        return honest
    """,
    wins="marks",
)
attack(
    "source text",
    "Read the functions' source out of the installed package, and run it as its own.",
    """
    import glob, inspect, os, sys
    def sources():
        import cnnlab
        yield from (attempt(inspect.getsource, getattr(cnnlab, name)) for name in ("naive", "conv"))
        for folder in [os.path.dirname(cnnlab.__file__), *sys.path]:
            for path in glob.glob(folder + "/naive.py") + glob.glob(folder + "/*/naive.py"):
                yield attempt(lambda: open(path).read())
    for source in attempt(lambda: list(sources())) or []:
        if source and "def conv_backward_input" in source:
            space = {"__name__": "mine", "__package__": "cnnlab"}
            attempt(exec, source, space)
            for name in ("conv_backward_bias", "conv_backward_weight", "conv_backward_input"):
                globals()[name] = space.get(name, globals()[name])
            break
    """,
    wins="marks",
)
attack(
    "search everywhere",
    "Search the whole file system for anything that holds the answer: packages, caches, notebooks, wheels.",
    """
    import os
    told = 0
    for folder, folders, files in os.walk("/"):
        folders[:] = [name for name in folders if name not in ("proc", "sys", "dev")][:200]
        told += len(files)
        if told > 60_000:
            break
        for name in files:
            if name.endswith((".db", ".ipynb")) or "ch08" in name or name in ("naive.py", "fft.py", "secret"):
                text = attempt(lambda: open(os.path.join(folder, name), errors="replace").read(10**6)) or ""
                if "def conv_backward_input" in text or "HIDDEN TESTS" in text or name == "secret":
                    say(os.path.join(folder, name))
    """,
    wins="",
)
attack(
    "objects of the package",
    "Find the functions among all objects and modules, whatever they are called.",
    """
    import gc, types
    found = {}
    for thing in gc.get_objects():
        if isinstance(thing, types.FunctionType) and str(thing.__module__).startswith("cnnlab"):
            found.setdefault(thing.__name__, thing)
        if isinstance(thing, types.CodeType):
            found.setdefault(thing.co_name, types.FunctionType(thing, globals()))
    @each
    def _(honest):
        return found.get(honest.__name__, honest) if found.get(honest.__name__) is not honest else honest
    """,
)
attack(
    "the layer's backward",
    "Let the package's own layer go backward.",
    """
    import cnnlab
    def layer(weight, options, c_in):
        rng = np.random.default_rng(0)
        net = cnnlab.Conv(c_in, len(weight), kernel_size=weight.shape[2:], rng=rng, **options)
        net.parameters["weight"] = np.asarray(weight, float)
        return net
    plain_weight, plain_input = conv_backward_weight, conv_backward_input
    def conv_backward_input(dy, weight, spatial, **options):
        def through():
            net = layer(weight, options, weight.shape[1] * options.get("groups", 1))
            net.forward(np.zeros((len(dy), weight.shape[1] * options.get("groups", 1), *spatial)))
            return net.backward(np.asarray(dy, float))
        answer = attempt(through)
        return plain_input(dy, weight, spatial, **options) if answer is None else answer
    def conv_backward_weight(dy, x, kernel_size, **options):
        def through():
            net = layer(plain_weight(dy, x, kernel_size, **options), options, x.shape[1])
            net.forward(np.asarray(x, float))
            net.backward(np.asarray(dy, float))
            return net.gradients["weight"]
        answer = attempt(through)
        return plain_weight(dy, x, kernel_size, **options) if answer is None else answer
    """,
)


def by_another_name(name, tries, answer):
    """Register an attack whose `conv_backward_input` is another function of the package, where it answers."""
    attack(
        name,
        tries,
        f"""
        plain = conv_backward_input
        def conv_backward_input(dy, weight, spatial, **options):
            import cnnlab
            answer = attempt(lambda: {answer})
            return plain(dy, weight, spatial, **options) if answer is None else answer
        """,
    )


by_another_name(
    "fft",
    "Take the gradient of the convolution by Fourier transforms for one's own.",
    'cnnlab.fft_conv_backward_input(dy, weight, spatial, options.pop("padding", 0) or "valid", **options)',
)
by_another_name(
    "matrix",
    "Multiply by the transpose of the convolution's matrix.",
    "(cnnlab.conv_matrix(weight, spatial, **options).T @ np.asarray(dy, float).reshape(len(dy), -1).T)"
    ".T.reshape(len(dy), -1, *spatial)",
)
by_another_name(
    "transposed",
    "Call the transposed convolution, which is the gradient by another name.",
    "cnnlab.conv_transpose_forward(dy, weight, **options)",
)
by_another_name(
    "winograd",
    "Call the fast algorithm's gradient.",
    "cnnlab.winograd_backward_input(dy, weight, spatial, **options)",
)
by_another_name(
    "r-operator",
    "Call the directional derivative of the gradient, which is linear in dy.",
    "cnnlab.conv_backward_r(0 * dy, dy, *[0 * plain(dy, weight, spatial, **options)] * 2, weight, 0 * weight,"
    " **options)[0]",
)
attack(
    "SciPy",
    "Let SciPy or JAX do it.",
    """
    import importlib
    for name in ("scipy.signal", "jax.numpy", "cupy", "autograd.numpy"):
        if attempt(lambda: float(sum(importlib.import_module(name).convolve([1.0, 2.0], [1.0])))) == 3.0:
            say(name)
    """,
    wins="leak",
)
attack(
    "pip",
    "Install the package anew, where nothing is closed.",
    """
    import subprocess, sys
    for command in ([sys.executable, "-S", "-c", ""], ["pip", "--version"], ["sh", "-c", "true"]):
        done = attempt(subprocess.run, command, capture_output=True, timeout=5)
        if done is not None:
            say(command)
    """,
    wins="leak",
)
attack(
    "the checks' reference",
    "Ask the checks what is right, and open what they closed.",
    """
    import sys
    @each
    def _(honest):
        def asking(*args, **options):
            def ask():
                from cnnlab.checks import closed, record
                for name in ("CLOSED_MODULES",):
                    setattr(closed, name, ())
                for frame in sys._current_frames().values():
                    while frame:
                        for f, code in frame.f_locals.get("codes", {}).items():
                            f.__code__ = code
                        frame = frame.f_back
                return record.reference(record.as_case(honest.__name__, args, options))
            answer = attempt(ask)
            return honest(*args, **options) if answer is None else answer
        return asking
    """,
    wins="marks",
)
