"""From files to arrays: IDX (MNIST's own format), WAV and NIfTI."""

import gzip
import hashlib
import math
import wave
import zlib
from pathlib import Path

import numpy as np

IDX_DTYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


class DataError(OSError):
    """A data file that is missing, damaged or of the wrong kind: says which, what is wrong and what to do."""


def read_idx(path, *, md5=None):
    """Read the sizes, then the numbers: an IDX file, gzipped or not.

    The format: two zero bytes, one for the type of the numbers, one for the number of axes, then each axis's
    size in four bytes, then the numbers in C order, most significant byte first.

    Parameters
    ----------
    path : str or Path
        The file; whether it is gzipped is read from its first bytes, not from its name.
    md5 : str, optional
        The checksum that its uncompressed bytes must have.

    Returns
    -------
    ndarray
        Of the file's shape and type, in the machine's own byte order.

    Raises
    ------
    DataError
        Where the file is missing, cut short, damaged, not IDX or does not match the checksum.

    References
    ----------
    LeCun, Cortes and Burges, The MNIST database of handwritten digits.
    """
    data = _uncompressed(path)
    if md5 is not None:
        found = hashlib.md5(data, usedforsecurity=False).hexdigest()
        if found != md5:
            raise DataError(
                f"{path} is not the file it should be: the MD5 of its uncompressed content is {found}, "
                f"not {md5}. Delete it and fetch it again."
            )
    if len(data) < 4 or data[:2] != b"\0\0" or data[2] not in IDX_DTYPES:
        raise DataError(
            f"{path} is not an IDX file: it starts with {data[:4].hex(' ')!r}. Is it the right file?"
        )
    dtype, axes = np.dtype(IDX_DTYPES[data[2]]), data[3]
    start = 4 + 4 * axes
    shape = tuple(int.from_bytes(data[i : i + 4], "big") for i in range(4, start, 4))
    expected = start + math.prod(shape) * dtype.itemsize
    if len(data) != expected:
        raise DataError(
            f"{path} holds {len(data)} bytes, but a header of {start} and an array of shape {shape} and "
            f"{dtype.itemsize} bytes an entry make {expected}. Delete it and fetch it again."
        )
    try:
        array = np.frombuffer(data, dtype, offset=start).reshape(shape)
    except ValueError as error:
        raise DataError(f"{path} is no array that NumPy can hold ({error}). Is it the right file?") from None
    return array.astype(dtype.newbyteorder("="))


def _uncompressed(path):
    """The bytes of a file, gunzipped if they are gzipped."""
    try:
        data = Path(path).read_bytes()
        return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    except FileNotFoundError:
        raise DataError(f"{path} does not exist. Is the folder right?") from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(f"{path} is cut short or damaged ({error}). Delete it and fetch it again.") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}).") from None


def read_wav(path):
    """Read a recording as numbers between -1 and 1: PCM of 8, 16, 24 or 32 bits, any number of channels.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    samples : ndarray of float32, shape (channels, samples)
        The stored integers divided by the largest magnitude that their bits can hold: 16 bits by 32768.
    rate : int
        Samples per second.

    Raises
    ------
    DataError
        Where the file is missing, cut short, or not PCM.
    """
    try:
        with wave.open(str(path), "rb") as file:
            channels, width, rate, frames = file.getparams()[:4]
            if width > 4:
                raise wave.Error(f"its samples have {width} bytes, but at most 4 can be read")
            data = file.readframes(frames)
    except FileNotFoundError:
        raise DataError(f"{path} does not exist. Is the folder right?") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}).") from None
    except (wave.Error, EOFError, RuntimeError) as error:  # RuntimeError: a chunk ends outside the file
        reason = str(error) or "it ends inside its header"
        raise DataError(
            f"{path} is not a WAV file of plain PCM samples ({reason}). Convert it to 16-bit PCM."
        ) from None
    if len(data) != frames * channels * width:
        raise DataError(
            f"{path} is cut short: its header promises {frames} samples of {channels} x {width} bytes = "
            f"{frames * channels * width}, but {len(data)} follow. Delete it and fetch it again."
        )
    return _pcm_to_float(data, width).reshape(frames, channels).T, rate


def _pcm_to_float(data, width):
    """Divide little-endian integers by 2^(bits - 1); those of one byte are stored 128 above their value."""
    if width == 1:
        integers = np.frombuffer(data, np.uint8).astype(np.int16) - 128
    elif width == 3:  # no such dtype: put each three bytes on top of a zero byte, and shift back
        wide = np.zeros((len(data) // 3, 4), np.uint8)
        wide[:, 1:] = np.frombuffer(data, np.uint8).reshape(-1, 3)
        integers = wide.view("<i4")[:, 0] >> 8
    else:
        integers = np.frombuffer(data, f"<i{width}")
    return (integers / 2 ** (8 * width - 1)).astype(np.float32)


def read_nifti(path):
    """Read a volume and the size of its voxels: a NIfTI file, gzipped or not. Needs nibabel.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    volume : ndarray of float32, shape (x, y, z) or (x, y, z, time)
        With the file's scaling applied.
    spacing : tuple of float
        One step on each axis: millimetres, and seconds for time, as the file states them.

    Raises
    ------
    DataError
        Where the file is missing, damaged or not NIfTI.
    ModuleNotFoundError
        Where nibabel is not installed.
    """
    try:
        import nibabel
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            "reading NIfTI files needs nibabel: install it with  pip install nibabel"
        ) from None
    try:
        image = nibabel.load(path)
        volume = np.asarray(image.dataobj, dtype=np.float32)
    except FileNotFoundError:
        raise DataError(f"{path} does not exist. Is the folder right?") from None
    except (nibabel.filebasedimages.ImageFileError, EOFError, OSError, ValueError, zlib.error) as error:
        raise DataError(
            f"{path} is cut short, damaged or not NIfTI ({error}). Delete it and fetch it again."
        ) from None
    return volume, tuple(float(step) for step in image.header.get_zooms())
