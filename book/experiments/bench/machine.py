"""Where it ran: the computer, its libraries and threads; peak memory, imports, and the digits at hand."""

import datetime
import math
import os
import platform
import re
import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np

from . import ours, workloads

ROOT = Path(__file__).resolve().parents[3]
ALLOWED = 4 * 10**6  # bytes above inputs, outputs and the padded copy


def environment():
    """Describe the machine and everything on it that a time depends on."""
    import torch
    from threadpoolctl import threadpool_info

    pools = [
        {key: pool[key] for key in ("internal_api", "version", "architecture", "num_threads") if key in pool}
        for pool in threadpool_info()
    ]
    versions = {"Python": platform.python_version(), "NumPy": np.__version__, "PyTorch": torch.__version__}
    for name, module in (("SciPy", "scipy"), ("MyGrad", "mygrad"), ("HIPS autograd", "autograd")):
        versions[name] = version(module)
    built = re.search(r"MKL-DNN (v[\d.]+)", torch.__config__.show())
    return {
        "date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d"),
        "processor": processor(),
        "caches": caches(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "versions": versions,
        "oneDNN": built[1] if built else "none",
        "instructions": torch.backends.cpu.get_cpu_capability(),
        "thread pools": pools,
        "threads": {"NumPy": blas_threads(pools), "PyTorch": torch.get_num_threads()},
        "settings": {key: os.environ[key] for key in sorted(os.environ) if key.startswith("OPENBLAS_")},
        "seed": workloads.SEED,
    }


def one_thread():
    """Hold everything to one thread, and name what does not obey."""
    import torch
    from threadpoolctl import threadpool_info

    torch.set_num_threads(1)
    crowd = [f"{p['internal_api']} {p['num_threads']}" for p in threadpool_info() if p["num_threads"] != 1]
    return crowd + ([] if torch.get_num_threads() == 1 else [f"PyTorch {torch.get_num_threads()}"])


def blas_threads(pools):
    """The threads of NumPy's BLAS, or None where it does not say."""
    return max((p["num_threads"] for p in pools if p["internal_api"] in ("openblas", "blis")), default=None)


def version(module):
    """A package's version, or None where it is not installed."""
    from importlib import metadata

    try:
        return metadata.version(module)
    except metadata.PackageNotFoundError:
        return None


def processor():
    """The processor by name, and by number where its name is no more than a brand's."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or platform.machine()
    found = dict(re.findall(r"^([\w ]+?)\s*: (.+)$", text.partition("\n\n")[0], re.MULTILINE))
    numbers = [f"{key} {found[key]}" for key in ("cpu family", "model", "stepping") if key in found]
    return f"{found.get('model name', platform.machine())} ({', '.join(numbers)})"


def caches():
    """The first core's caches: {"L1 data": "48 KiB", ...}, where the system says."""
    found = {}
    for folder in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        level, kind, size = ((folder / name).read_text().strip() for name in ("level", "type", "size"))
        if kind != "Instruction":
            found[f"L{level} {kind.lower()}"] = f"{size[:-1]} {size[-1]}iB"
    return found


def memory(row):
    """Measure the most that NumPy holds at one time above inputs and outputs, for inference and step.

    Allowed is, beside some room, the padded copy of what is convolved: x on the way there, on the way back
    also dy, with the rim that lets every window see it.
    """
    arrays = row.arrays("float32")
    there = 4 * row.n * row.c_in * math.prod(n + 2 * row.padding for n in row.spatial)
    spans = [row.dilation * (k - 1) for k in row.kernel_size]
    back = 4 * row.n * row.c_out * math.prod(n + span for n, span in zip(row.spatial, spans, strict=True))
    padded = {"inference": there if row.padding else 0, "step": max(there, back)}
    found = []
    for case, run in ours.convolution(row, *arrays).items():
        if case in ("inference", "step"):
            run()
            tracemalloc.start()
            before = tracemalloc.get_traced_memory()[0]
            tracemalloc.reset_peak()
            results = run()
            peak = tracemalloc.get_traced_memory()[1] - before
            tracemalloc.stop()
            above = peak - sum(a.nbytes for a in results)
            sizes = {"above": above, "allowed": ALLOWED + padded[case]}
            known = {"section": "memory", "row": row.name, "family": row.family, "case": case}
            found.append(known | {"dtype": "float32", "bytes": sizes})
    return found


def imports(rounds):
    """Time both imports in fresh interpreters, in turn, from compiled files; the least counts."""
    code = "import time; began = time.perf_counter(); import {}; print(time.perf_counter() - began)"
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    least = {"numpy": math.inf, "cnnlab": math.inf}
    for _ in range(rounds + 1):
        for name in least:
            command = [sys.executable, "-c", code.format(name)]
            run = subprocess.run(
                command, env=environment | {"PYTHONPATH": path}, capture_output=True, text=True, check=True
            )
            least[name] = min(least[name], float(run.stdout))
    known = {"section": "import", "row": "import cnnlab", "case": "import"}
    return [known | {"seconds": least, "rounds": rounds + 1}]


def mnist(images):
    """Take MNIST from CNNLAB_DATA, else draw images of its size: ((x, labels), words that say which)."""
    if os.environ.get("CNNLAB_DATA"):
        from cnnlab.datasets import load_mnist

        data = load_mnist()
        return (data.x_train[:images], data.y_train[:images]), "MNIST"
    return workloads.digits(images), "random pixels"
