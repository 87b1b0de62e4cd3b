"""Measure the grader: python book/experiments/grading [--quick] [--only turns ...]."""

import os
import sys
from pathlib import Path

if __name__ == "__main__":
    project = Path(__file__).resolve().parents[3]
    sys.path[:0] = [str(project / "book"), str(project)]
    for library in ("OPENBLAS", "OMP", "MKL", "BLIS", "VECLIB"):
        os.environ[f"{library}_NUM_THREADS"] = "1"

    from experiments.grading.run import main

    main()
