"""`python -m cnnlab` is `cnnlab`, the command."""

import gc
import sys


def main():
    """Run the command; for grading, a second process reads its imports while this one does."""
    if sys.argv[1:2] == ["grade"]:
        gc.set_threshold(
            50_000
        )  # what is imported stays: to look for garbage in it again and again takes 0.2 s
        if sys.platform != "win32":
            from cnnlab.grading.forking import get_ready

            get_ready()
    from cnnlab.cli import app

    app()


if __name__ == "__main__":
    main()
