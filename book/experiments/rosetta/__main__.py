"""Ask the libraries that are installed: python book/experiments/rosetta [--out FILE]."""

import os
import sys
from pathlib import Path

if __name__ == "__main__":
    project = Path(__file__).resolve().parents[3]
    sys.path[:0] = [str(project / "book"), str(project)]
    for library in ("OPENBLAS", "OMP", "MKL", "BLIS", "VECLIB"):
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

    from experiments.rosetta.run import main

    main()
