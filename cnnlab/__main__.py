"""`python -m cnnlab` is `cnnlab`, the command."""

import sys


def main():
    """Run the command; for grading, a second process reads its imports while this one does."""
    if sys.argv[1:2] == ["grade"] and sys.platform != "win32":
        from cnnlab.grading.forking import get_ready

        get_ready()
    from cnnlab.cli import app

    app()


if __name__ == "__main__":
    main()
