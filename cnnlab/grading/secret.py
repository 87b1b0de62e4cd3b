"""Give every student their own hidden numbers, the same at every re-grade."""

import contextlib
import hashlib
import hmac
import os
import secrets
import tempfile
from pathlib import Path


def course_secret(folder):
    """Read the course's secret: `CNNLAB_SECRET`, else a file that is made once, for its owner alone.

    Parameters
    ----------
    folder : Path
        Where the gradebook lies.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If the file is empty: a new secret would silently change everybody's hidden numbers.
    """
    if secret := os.environ.get("CNNLAB_SECRET"):
        return secret
    path = Path(folder) / "secret"
    if not path.exists():
        write_once(path, secrets.token_hex(32))
    secret = path.read_text(encoding="utf-8").strip()
    if not secret:
        raise ValueError(
            f"the course secret {path} is empty: put it back, or delete it to have a new one made"
        )
    return secret


def write_once(path, text):
    """Create a file of mode 0600 whole or not at all; one that is there already stays."""
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".secret-")  # mkstemp's mode is 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        os.unlink(draft)


def student_seed(secret, exercise, capability, student):
    """Derive the seed of one student's hidden cases from the course secret.

    Examples
    --------
    >>> one, other = (student_seed("s", "ch08_conv_backward", "padding", who) for who in ("ada", "bob"))
    >>> len(one), one == other
    (32, False)
    >>> one == student_seed("s", "ch08_conv_backward", "padding", "ada")
    True
    """
    message = "\0".join((exercise, capability, student))
    return hmac.digest(secret.encode(), message.encode(), hashlib.sha256)
