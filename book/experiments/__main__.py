"""Run experiments: python book/experiments [NAME ...] [--quick] [--jobs 2]; without a name, all of them."""

import os
import sys
from pathlib import Path

if __name__ == "__main__":
    project = Path(__file__).resolve().parents[2]
    sys.path[:0] = [str(project / "book"), str(project)]
    for library in ("OPENBLAS", "OMP", "MKL", "BLIS", "VECLIB"):
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")

    from experiments.command import main

    main()
