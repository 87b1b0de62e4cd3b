"""Notebooks import more than NumPy: plots go nowhere, bars go on, what knows the answer is closed."""

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

INSIDE = Path(__file__).parents[2] / "cnnlab/grading/sandbox/inside"
BEGIN = f"""
import sys
sys.path.insert(0, {str(INSIDE.parents[3])!r})
from cnnlab.grading.sandbox.inside import standins
standins.install({{"mylib": "closed", "mypen": "absorbs"}})
"""

RUNS = {
    "a plot": """
        import matplotlib, matplotlib.pyplot as plt
        from matplotlib import cm
        from mpl_toolkits.axes_grid1 import make_axes_locatable
        fig = plt.figure(figsize=(3, 4))
        ax = fig.add_subplot(1, 2, 1, projection="3d")
        line, = ax.plot([1, 2], color=plt.cm.viridis(0.5)[:3])
        counts, edges, patches = plt.hist([1, 2])
        first, *others = plt.gca().get_lines()
        (a, b), c = ax.get_position(), 3
        ax.spines["top"].set_visible(False)
        plt.rcParams["figure.figsize"] = 3 * plt.rcParams["font.size"], 4
        plt.rcParams.update({"font.size": 12})
        make_axes_locatable(ax).append_axes("right", size="5%")
        matplotlib.use("Agg"); print(matplotlib.__version__); plt.show()
    """,
    "axes": """
        import matplotlib.pyplot as plt
        fig, axes = plt.subplots(2, 3, figsize=(9, 6))
        assert axes.shape == (2, 3) and len([ax.imshow([[1]]) for ax in axes.flat]) == 6
        fig, (left, right) = plt.subplots(1, 2)
        fig, ax = plt.subplots()
        fig, axes = plt.subplots(nrows=1, ncols=1, squeeze=False)
        axes[0, 0].set_title("one")
    """,
    "what a loop over nothing does": """
        import matplotlib.pyplot as plt
        for ax in plt.gcf().axes:
            raise AssertionError
        assert len(plt.gcf().axes) == 0 and [*plt.gcf().axes] == []
    """,
    "a style": """
        import matplotlib.pyplot as plt, seaborn as sns
        with plt.style.context("dark_background"), plt.rc_context({"axes.grid": True}) as context:
            sns.heatmap([[1]], annot=True).set(title="x")
    """,
    "everything of it": """
        from matplotlib.pyplot import *
        from IPython.display import *
        plot([1, 2]); xlabel("x"); show(); display(HTML("<b>"))
    """,
    "arithmetic with what is not there": """
        import numpy as np, matplotlib.pyplot as plt
        x = plt.gca().get_xlim()
        np.asarray(x), x[0] + 1, 2 * x, -x, x < 3, float(x), int(x), range(x), f"{x}", 3 in x
    """,
    "a notebook's shell": """
        from IPython import get_ipython
        from IPython.display import display, clear_output, Image
        import ipywidgets as widgets
        get_ipython().run_line_magic("load_ext", "autoreload")
        assert "google.colab" not in str(get_ipython())
        @widgets.interact(k=(1, 9))
        def f(k=1): return k + 1
        assert f(1) == 2
        assert widgets.interact(lambda k: k + 1)(1) == 2
    """,
    "a progress bar": """
        from tqdm import tqdm, trange
        from tqdm.auto import tqdm as other
        import tqdm.notebook as bars
        assert list(tqdm([1, 2], desc="x")) == [1, 2] == list(other(iterable=[1, 2]))
        assert list(trange(3)) == [0, 1, 2] and list(bars.tqdm("ab")) == ["a", "b"]
        bar = tqdm(range(3)); bar.set_description("x"); assert sum(bar) == 3 and len(bar) == 3
        with tqdm(total=9) as bar: bar.update(1)
        assert [*enumerate(tqdm("ab"))] == [(0, "a"), (1, "b")]
    """,
    "a compiler": """
        import numba, numpy as np
        from numba import njit, jit, prange, vectorize, guvectorize, float64
        @njit
        def f(x): return x + 1
        @jit(nopython=True, parallel=True)
        def g(x): return sum(x for _ in prange(3))
        @vectorize([float64(float64)])
        def h(x): return x + 1
        @numba.njit(float64(float64[:, :]), cache=True)
        def k(x): return x
        assert f(1) == 2 and g(2) == 6 and h(np.zeros(2)).tolist() == [1, 1] and k(3) == 3
    """,
    "a closed library that is not called": """
        import scipy, scipy.signal, torch, torch.nn as nn
        from scipy.signal import correlate2d as reference
        from scipy.signal.windows import gaussian
        from tensorflow.keras.layers import Conv2D
        from typing import Optional
        class Net(nn.Module):
            def __init__(self, w: torch.Tensor | None = None, v: Optional[torch.Tensor] = None):
                super().__init__()
                self.w = w
        assert Net(3).w == 3 and not isinstance(3, torch.Tensor) and not issubclass(int, nn.Module)
        torch.manual_seed(0); torch.set_printoptions(precision=3); scipy.__version__
        device = "cuda" if torch.cuda.is_available() else "cpu"
        assert device == "cpu"
        isinstance(3, (int, torch.Tensor))
    """,
    "looking closely": """
        import copy, inspect, matplotlib.pyplot as plt
        inspect.unwrap(plt.plot), inspect.getmodule(plt.plot), copy.copy(plt.plot), copy.deepcopy(plt.cm)
        assert not hasattr(plt.plot, "__wrapped__") and not hasattr(plt.plot, "_repr_html_")
    """,
    "a library of the course": """
        import mypen.ink
        mypen.ink.draw(1)[2].x
    """,
}
FAILS = {
    "a closed function": (
        "from scipy.signal import correlate\ncorrelate([1], [2])",
        "ClosedFunctionError: scipy.signal.correlate",
    ),
    "a closed function, deep down": (
        "import torch\ntorch.nn.functional.conv2d(1)",
        "ClosedFunctionError: torch.nn.functional.conv2d",
    ),
    "a closed function, under another name": (
        "import numpy as np\nimport cv2 as np2\nnp2.filter2D(1)",
        "ClosedFunctionError: cv2.filter2D",
    ),
    "a closed class": (
        "from tensorflow.keras.layers import Conv2D\nConv2D(3)",
        "ClosedFunctionError: tensorflow.keras.layers.Conv2D",
    ),
    "a closed library of the course": (
        "import mylib.deep\nmylib.deep.answer()",
        "ClosedFunctionError: mylib.deep.answer",
    ),
    "a library that nobody knows": (
        "import transformers",
        "ModuleNotFoundError: No module named 'transformers'",
    ),
    "an error while drawing": (
        "import matplotlib.pyplot as plt\nwith plt.style.context('x'):\n    1 / 0",
        "ZeroDivisionError",
    ),
}


@pytest.fixture(scope="module")
def ran():
    """What all pieces came to, from one process."""
    pieces = {name: textwrap.dedent(code) for name, code in RUNS.items()} | {
        n: code for n, (code, _) in FAILS.items()
    }
    program = f"""
import json
said = {{}}
for name, code in {pieces!r}.items():
    try:
        exec(compile(code, name, "exec"), {{"__name__": "__main__"}})
        said[name] = ""
    except BaseException as error:
        said[name] = f"{{type(error).__name__}}: {{error}}"
sys.stdout.write("\\n" + json.dumps(said))
"""
    done = subprocess.run([sys.executable, "-c", BEGIN + program], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("name", RUNS)
def test_a_cell_runs_as_it_did_at_home(ran, name):
    assert ran[name] == ""


@pytest.mark.parametrize("name", FAILS)
def test_what_is_closed_or_not_there_says_so(ran, name):
    assert ran[name].startswith(FAILS[name][1])
