"""Pictures in memory: a stored picture as an array, and as a file.

A stored picture is a binary PPM (`P6\\n<width> <height>\\n255\\n`, then RGB bytes row by row): no time is spent
on compressing it, and its SHA-256 is the picture's id.
"""

import io
import re
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Form = Literal["png", "webp"]
TINY = 64
"""Pixels of the long side up to which a picture's single pixels are looked at."""
PPM = re.compile(rb"P6\n(\d{1,5}) (\d{1,5})\n255\n")


def parse_ppm(ppm: bytes) -> tuple[int, int, int]:
    """Width, height and the offset of the pixels; raises ValueError unless it is a whole PPM of our making."""
    match = PPM.match(ppm)
    if match is None:
        raise ValueError("not a PPM of 8-bit RGB pixels")
    width, height = int(match[1]), int(match[2])
    if len(ppm) != match.end() + 3 * width * height or not width * height:
        raise ValueError(f"a PPM of {width} × {height} pixels has {len(ppm)} bytes")
    return width, height, match.end()


def to_array(ppm: bytes) -> NDArray[np.uint8]:
    """The pixels as a read-only uint8 array of shape (height, width, 3), without copying them."""
    width, height, offset = parse_ppm(ppm)
    return np.frombuffer(ppm, np.uint8, offset=offset).reshape(height, width, 3)


def to_file(ppm: bytes, form: Form = "png", size: int | None = None) -> bytes:
    """The picture as a file; with `size`, reduced to fit inside size × size pixels (never enlarged).

    PNG holds the very pixels; WebP is for showing and a tenth of the size, lossless where the picture is tiny.
    """
    picture = Image.fromarray(to_array(ppm))
    if size is not None and size < max(picture.size):
        scale = size / max(picture.size)
        fitting = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
        picture = picture.resize(fitting, Image.Resampling.LANCZOS, reducing_gap=3.0)
    file = io.BytesIO()
    if form == "png":
        picture.save(file, "PNG", compress_level=3)
    else:
        picture.save(file, "WEBP", quality=85, method=2, lossless=max(picture.size) <= TINY)
    return file.getvalue()
