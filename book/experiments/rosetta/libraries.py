"""The names that a cell of each library may use, and which libraries are there."""

import importlib.util
import os
from importlib.metadata import version

import numpy as np

import cnnlab

MODULES = {
    "cnnlab": ("cnnlab",),
    "NumPy": ("numpy",),
    "SciPy": ("scipy",),
    "PyTorch": ("torch",),
    "Keras, TensorFlow": ("keras", "tensorflow"),
    "JAX": ("jax", "flax", "optax"),
    "ONNX": ("onnx",),
}
DISTRIBUTIONS = {
    "NumPy": "numpy",
    "SciPy": "scipy",
    "PyTorch": "torch",
    "Keras": "keras",
    "TensorFlow": "tensorflow-cpu",
    "JAX": "jax",
    "Flax": "flax",
    "Optax": "optax",
    "ONNX": "onnx",
}


def installed(library):
    """Say whether all that a library's cells need is there."""
    return library in MODULES and all(importlib.util.find_spec(name) for name in MODULES[library])


def versions():
    """The version of everything that ran."""
    return {name: version(package) for name, package in DISTRIBUTIONS.items()}


def namespace(library):
    """The names for a library's cells: NumPy, and its own."""
    return {"np": np} | NAMES[library]()


def scipy_names():
    """SciPy, with the parts that cells use."""
    import scipy.ndimage
    import scipy.signal
    import scipy.special

    return {"scipy": scipy}


def torch_names():
    """PyTorch, and its functions as F."""
    import torch

    return {"torch": torch, "F": torch.nn.functional}


def keras_names():
    """Keras on TensorFlow, and TensorFlow."""
    os.environ["KERAS_BACKEND"] = "tensorflow"
    import keras
    import tensorflow

    return {"keras": keras, "tf": tensorflow}


def jax_names():
    """JAX, with Flax for layers and Optax for losses and steps."""
    import flax.linen
    import jax
    import jax.numpy
    import optax

    return {"jax": jax, "jnp": jax.numpy, "lax": jax.lax, "linen": flax.linen, "optax": optax}


def onnx_names():
    """A function that runs one node."""
    return {"node": onnx_node}


def onnx_node(operator, *inputs, outputs=1, domain="", version=None, **attributes):
    """Run one operator by ONNX's reference evaluator; its first output, or the list of all."""
    from onnx import helper
    from onnx.defs import onnx_opset_version
    from onnx.reference import ReferenceEvaluator

    arrays = [np.asarray(a) for a in inputs]
    names = [f"x{i}" for i in range(len(arrays))]
    results = [f"y{i}" for i in range(outputs)]
    typed = [
        helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(a.dtype), a.shape)
        for name, a in zip(names, arrays, strict=True)
    ]
    untyped = [helper.make_empty_tensor_value_info(name) for name in results]
    made = helper.make_node(operator, names, results, domain=domain, **attributes)
    opset = helper.make_opsetid(domain, version or (1 if domain else onnx_opset_version()))
    model = helper.make_model(helper.make_graph([made], "cell", typed, untyped), opset_imports=[opset])
    found = ReferenceEvaluator(model).run(None, dict(zip(names, arrays, strict=True)))
    return found[0] if outputs == 1 else found


NAMES = {
    "cnnlab": lambda: {"cnnlab": cnnlab},
    "NumPy": dict,
    "SciPy": scipy_names,
    "PyTorch": torch_names,
    "Keras, TensorFlow": keras_names,
    "JAX": jax_names,
    "ONNX": onnx_names,
}
