"""Files written by hand, number by number."""

import struct
import wave

IDX_CODES = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}


def idx_bytes(array):
    """The format's definition, number by number."""
    code = array.dtype.str[1:]
    header = struct.pack(">HBB", 0, IDX_CODES[code], array.ndim) + struct.pack(
        f">{array.ndim}I", *array.shape
    )
    letter = {"u1": "B", "i1": "b", "i2": "h", "i4": "i", "f4": "f", "f8": "d"}[code]
    return header + b"".join(struct.pack(f">{letter}", number) for number in array.ravel().tolist())


def write_wav(path, frames, *, width=2, channels=1, rate=8000):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(frames)
    return path
