"""MNIST: 70,000 handwritten digits, from a folder, the cache or the network."""

import numpy as np

from .dataset import Dataset
from .places import Unavailable, cache_folder, cached_folder, download, named_folder
from .readers import DataError, read_idx

MIRROR = "https://ossci-datasets.s3.amazonaws.com/mnist/"
MD5 = {  # of the uncompressed files: a mirror may gzip them as it likes
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}
LICENCE, SOURCE = "CC BY-SA 3.0", "LeCun, Cortes and Burges, The MNIST database of handwritten digits"
SPLIT = "as published: the hands that wrote the test digits wrote none of the others"


def load_mnist():
    """Load 60,000 digits to learn from and 10,000 to test on, each 28 x 28, as written by 500 people.

    Looked for in the folder ``mnist`` of CNNLAB_DATA, then in the user's cache, where it is downloaded once.
    Every file is held against its checksum.

    Returns
    -------
    Dataset
        Inputs (N, 1, 28, 28) between 0 (paper) and 1 (ink).

    Raises
    ------
    DataError
        Where a file is damaged.
    Unavailable
        Where MNIST is on no disk here and cannot be downloaded; says why, and what to do.

    References
    ----------
    LeCun, Bottou, Bengio and Haffner (1998), Gradient-based learning applied to document recognition.
    """
    try:
        return find_mnist()[0]
    except Unavailable as reason:
        raise Unavailable(
            f"MNIST is on no disk here and cannot be downloaded: {reason}. Try again later, or put its four "
            "files into `mnist` in a folder that CNNLAB_DATA names."
        ) from None


def find_mnist():
    """Load MNIST and say where it was found: (Dataset, str)."""
    folder = named_folder("mnist")
    if folder is not None:
        arrays = [_from_folder(folder, name) for name in MD5]
        where = f"from {folder} (CNNLAB_DATA)"
    else:
        cache = cache_folder() / "mnist"
        before = _is_whole(cache)
        arrays = [_from_cache(cache, name) for name in MD5]
        where = f"from {cache}" + ("" if before else ", now that it is downloaded")
    x_train, y_train, x_test, y_test = arrays
    dataset = Dataset(
        name="MNIST",
        x_train=_as_inputs(x_train),
        y_train=y_train.astype(np.int64),
        x_test=_as_inputs(x_test),
        y_test=y_test.astype(np.int64),
        licence=LICENCE,
        source=SOURCE,
        names=tuple("0123456789"),
        split=SPLIT,
    )
    return dataset, where


def where_mnist():
    """Say in which folder MNIST lies, or None, without reading it."""
    folder = named_folder("mnist")
    if folder is not None:
        return folder
    cache = cached_folder("mnist")
    return cache if cache is not None and _is_whole(cache) else None


def _is_whole(cache):
    """Whether all four files are in the cache; whether they are right is seen when they are read."""
    return all(_cached(cache, name).exists() for name in MD5)


def _as_inputs(images):
    """(N, 28, 28) of 0 to 255 -> (N, 1, 28, 28) between 0 and 1."""
    return images[:, None].astype(np.float32) / np.float32(255)


def _from_folder(folder, name):
    """Read one file of the user's own, gzipped or not."""
    plain = folder / name
    return read_idx(plain if plain.exists() else _cached(folder, name), md5=MD5[name])


def _cached(folder, name):
    return folder / f"{name}.gz"


def _from_cache(cache, name):
    """Read one file of ours; what is not there or damaged is downloaded, what does not match is deleted."""
    path = _cached(cache, name)
    if path.exists():
        try:
            return read_idx(path, md5=MD5[name])
        except DataError:
            path.unlink()
    download(MIRROR + path.name, path)
    try:
        return read_idx(path, md5=MD5[name])
    except DataError:
        path.unlink()
        raise Unavailable(f"{MIRROR}{path.name} came damaged and has been deleted") from None
