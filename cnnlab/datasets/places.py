"""Where data lies: the folder that CNNLAB_DATA names, then the user's cache, then the network."""

import os
from pathlib import Path

from .readers import DataError

CONNECT_SECONDS, READ_SECONDS = 4, 20


class Unavailable(DataError):
    """Data that is on no disk here and cannot be downloaded now; its message says why in one line."""


def data_folder():
    """Find the folder that the environment variable CNNLAB_DATA names.

    Returns
    -------
    Path or None
        None where the variable is not set.

    Raises
    ------
    DataError
        Where it names no folder.
    """
    named = os.environ.get("CNNLAB_DATA")
    if not named:
        return None
    folder = Path(named).expanduser()
    if not folder.is_dir():
        raise DataError(f"CNNLAB_DATA is {named!r}, but there is no such folder. Correct it, or unset it.")
    return folder


def named_folder(name):
    """Find one data set's folder in the one that CNNLAB_DATA names: Path, or None."""
    folder = data_folder()
    return folder / name if folder is not None and (folder / name).is_dir() else None


def cache_folder():
    """Name the folder for downloads: the place that the operating system keeps for the user's caches."""
    return _pooch().os_cache("cnnlab")


def cached_folder(name):
    """Find one data set's folder in the cache: Path, or None; without pooch nothing was ever downloaded."""
    try:
        folder = cache_folder() / name
    except Unavailable:
        return None
    return folder if folder.is_dir() else None


def download(url, path):
    """Download one file once: it appears under its name only when it is whole.

    Parameters
    ----------
    url : str
    path : Path

    Raises
    ------
    Unavailable
        Where CNNLAB_OFFLINE is set, pooch is not installed, or nothing answers within a few seconds.
    """
    if os.environ.get("CNNLAB_OFFLINE", "0") not in ("", "0"):
        raise Unavailable("CNNLAB_OFFLINE is set")
    pooch = _pooch()
    from requests import RequestException
    from urllib3.exceptions import HTTPError

    pooch.get_logger().setLevel("WARNING")
    get = pooch.HTTPDownloader(
        progressbar=_has_tqdm(), timeout=(CONNECT_SECONDS, READ_SECONDS), chunk_size=2**16
    )
    try:
        pooch.retrieve(url, known_hash=None, fname=path.name, path=path.parent, downloader=get)
    except (RequestException, HTTPError) as error:
        raise Unavailable(f"{url} does not answer ({type(error).__name__})") from None
    except OSError as error:
        raise Unavailable(f"{path.parent} cannot be written ({error.strerror or error})") from None


def _pooch():
    try:
        import pooch
    except ModuleNotFoundError:
        raise Unavailable("pooch, which downloads, is not installed") from None
    return pooch


def _has_tqdm():
    try:
        import tqdm  # noqa: F401
    except ModuleNotFoundError:
        return False
    return True
