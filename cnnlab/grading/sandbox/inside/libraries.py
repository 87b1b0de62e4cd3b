"""Which libraries notebooks import that are not there, and how each is stood in for."""

HOW = {
    "absorbs": "matplotlib mpl_toolkits pylab seaborn plotly bokeh altair IPython ipywidgets",
    "closed": """scipy torch torchvision tensorflow keras jax jaxlib flax sklearn skimage cv2 pandas sympy
        autograd cupy theano mxnet paddle networkx PIL imageio""",
    "decorates": "numba line_profiler memory_profiler",
    "iterates": "tqdm",
}
LIBRARIES = {name: how for how, names in HOW.items() for name in names.split()}

# What notebooks call of closed libraries before they get to work, and what it returns.
NOTHING = "manual_seed set_seed set_random_seed set_printoptions set_num_threads set_option set_default_dtype"
HARMLESS = {**dict.fromkeys(NOTHING.split()), "is_available": False}

# What `from module import *` finds.
PYPLOT = """
plot scatter imshow show figure subplots subplot title xlabel ylabel xlim ylim legend colorbar hist bar grid
axis savefig close tight_layout axhline axvline text annotate style rcParams cm gca gcf"""
DISPLAY = "display HTML Image Markdown clear_output"
WHOLE = {"matplotlib.pyplot": PYPLOT.split(), "IPython.display": DISPLAY.split()}
