"""Run the comparison: python book/experiments/hessian_free [--quick]."""

import os
import sys
from pathlib import Path

if __name__ == "__main__":
    project = Path(__file__).resolve().parents[3]
    sys.path[:0] = [str(project / "book"), str(project)]
    for library in ("OPENBLAS", "OMP", "MKL", "BLIS", "VECLIB"):
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")

    from experiments.hessian_free.run import main

    main()
