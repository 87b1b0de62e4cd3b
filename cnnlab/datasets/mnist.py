"""MNIST: 70,000 handwritten digits, from a folder, the cache or the network."""

import numpy as np

from .dataset import Dataset
from .places import Unavailable, cache_folder, data_folder, download
from .readers import DataError, read_idx

MIRROR = "https://ossci-datasets.s3.amazonaws.com/mnist/"
MD5 = {  # of the uncompressed files: a mirror may gzip them as it likes
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}


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
        Where MNIST is on no disk here and cannot be downloaded.

    References
    ----------
    LeCun, Bottou, Bengio and Haffner (1998), Gradient-based learning applied to document recognition.
    """
    return find_mnist()[0]


def find_mnist():
    """Load MNIST and say where it was found: (Dataset, str)."""
    folder = data_folder()
    if folder is not None and (folder / "mnist").is_dir():
        arrays = [_from_folder(folder / "mnist", name) for name in MD5]
        where = f"from {folder / 'mnist'} (CNNLAB_DATA)"
    else:
        cache = cache_folder() / "mnist"
        before = all(_cached(cache, name).exists() for name in MD5)
        arrays = [_from_cache(cache, name) for name in MD5]
        where = f"from {cache}" + ("" if before else ", now that it is downloaded")
    x_train, y_train, x_test, y_test = arrays
    dataset = Dataset(
        name="MNIST",
        x_train=_as_inputs(x_train),
        y_train=y_train.astype(np.int64),
        x_test=_as_inputs(x_test),
        y_test=y_test.astype(np.int64),
        licence="CC BY-SA 3.0",
        source="LeCun, Cortes and Burges, The MNIST database of handwritten digits",
    )
    return dataset, where


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
