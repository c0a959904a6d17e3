"""Picture file → RGB pixels, run as a process of its own that can be killed without harm.

`python decoding.py '{"max_pixels": …}'` reads jobs from standard input and answers on standard output until
the input ends; app.child starts it and talks to it. It imports Pillow and the standard library only, so that
it starts in 0.1 s, stays small, and has nothing of the application to lose. `decode` is a plain function.

    job     8 bytes: length of the file · the file
    answer  4 bytes: length of the note · 8 bytes: length of the pixels · note (JSON) · pixels (binary PPM)

Numbers are big-endian. The note of an answer is a `Note`, or `{"code", "detail"}` for a refusal.
"""

import contextlib
import io
import json
import math
import os
import re
import resource
import struct
import sys
import warnings
from dataclasses import dataclass
from typing import TypedDict

from PIL import (
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageCms,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

PLUGINS = (  # imported by name, so that the first picture of each format is as quick as the second
    BmpImagePlugin,
    GifImagePlugin,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)
JOB = struct.Struct(">Q")
ANSWER = struct.Struct(">IQ")
JOBS_PER_PROCESS = 2000
"""After so many jobs the process ends and the next job finds a fresh one: no codec's leak lasts."""

ACCEPTED = "PNG, JPEG, WebP, GIF, BMP and TIFF"
SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"BM", "BMP"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
)
OTHERS = (
    (b"%PDF", "a PDF document"),
    (b"<svg", "an SVG drawing"),
    (b"<?xml", "an XML document"),
    (b"<", "a web page"),
    (b"8BPS", "a Photoshop document"),
    (b"PK", "an archive"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\0\0\0\x0cJXL", "a JPEG XL picture"),
    (b"\0\0\1\0", "an icon"),
)
TURNS = {  # EXIF orientation (tag 0x0112) → what makes the picture upright
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
QUARTER_TURNS = {TURNS[number] for number in (5, 6, 7, 8)}


@dataclass(frozen=True)
class Limits:
    """What one picture may cost, and the long side (pixels) to which it is reduced."""

    max_bytes: int = 20_000_000
    max_pixels: int = 40_000_000
    side: int = 1024
    cpu_seconds: float = 5.0
    memory_bytes: int = 1 << 30


class Note(TypedDict):
    """What is told about a decoded picture; `original` is its upright (width, height) in the file."""

    format: str
    width: int
    height: int
    original: tuple[int, int]


class Refused(Exception):
    """A picture that is not taken: a stable `code`, and a sentence on what was wrong and what is accepted."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


def decode(data: bytes, limits: Limits) -> tuple[Note, bytes]:
    """Decode one picture file into a binary PPM (P6, 8 bits) with a long side of at most `limits.side`.

    The picture is made upright (EXIF), brought to sRGB if it has another colour profile, laid on white where
    it is transparent; all metadata is dropped. Raises `Refused` and MemoryError, whatever the bytes are.
    """
    name = sniff(data, limits)
    try:
        with Image.open(io.BytesIO(data), formats=[name.upper()]) as picture:
            check(picture, name, limits)
            stored = picture.size
            picture.draft(None, fitted(stored, limits.side))  # a big JPEG: decoded at 1/2, 1/4 or 1/8
            picture.load()
            turn = TURNS.get(orientation(picture))
            upright = to_rgb(picture, fitted(picture.size, limits.side))
        if turn is not None:
            upright = upright.transpose(turn)
    except Image.DecompressionBombError as error:  # Pillow's own check, which comes before ours
        count = next(int(word) for word in re.findall(r"\d+", str(error)))
        raise too_many_pixels(f"{count / 1e6:.0f} megapixels", limits) from None
    except (Refused, MemoryError):
        raise
    except Exception as error:  # the codecs raise some twenty kinds of exception for damaged files
        raise Refused(
            "damaged-picture",
            f"The {name} file is damaged, cut off, or of a kind that cannot be decoded; save it anew, say as PNG.",
        ) from error
    width, height = upright.size
    original = (stored[1], stored[0]) if turn in QUARTER_TURNS else stored
    note = Note(format=name, width=width, height=height, original=original)
    return note, b"P6\n%d %d\n255\n" % (width, height) + upright.tobytes()


def sniff(data: bytes, limits: Limits) -> str:
    """The format of a file by its first bytes; raises `Refused` for none and for what is not read here."""
    if not data:
        raise Refused("empty-upload", f"The upload is empty; send one picture. {ACCEPTED} are accepted.")
    if len(data) > limits.max_bytes:
        raise Refused("too-large", too_large(limits.max_bytes))
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WebP"
    for signature, name in SIGNATURES:
        if data.startswith(signature):
            return name
    raise Refused("unsupported-format", f"The upload is {kind(data)}; {ACCEPTED} are accepted.")


def kind(data: bytes) -> str:
    """A guess in words at what a file that is not read here may be."""
    if data[4:8] == b"ftyp":
        brand = data[8:12]
        if brand in (b"avif", b"avis"):
            return "an AVIF picture"
        return "a HEIC photo" if brand in (b"heic", b"heix", b"hevc", b"mif1", b"msf1") else "a video"
    head = data[:64].lstrip().lower()
    for signature, words in OTHERS:
        if data.startswith(signature) or head.startswith(signature):
            return words
    return "not in a picture format that is known here"


def too_large(max_bytes: int) -> str:
    """The sentence for a file with too many bytes."""
    return f"The file is larger than the {max_bytes / 1e6:g} MB that are accepted; make it smaller."


def too_many_pixels(size: str, limits: Limits) -> Refused:
    """The refusal of a picture that has too many pixels."""
    most = f"at most {limits.max_pixels / 1e6:g} megapixels are accepted"
    return Refused("too-many-pixels", f"The picture has {size}; {most}. Make it smaller.")


def check(picture: Image.Image, name: str, limits: Limits) -> None:
    """Refuse by what the header says, before any pixel is decoded."""
    width, height = picture.size
    if width * height > limits.max_pixels:
        raise too_many_pixels(f"{width} × {height} pixels ({width * height / 1e6:.1f} megapixels)", limits)
    # A JPEG with further pictures (previews, depth and gain maps of phones) counts as its first one.
    if name != "JPEG" and getattr(picture, "is_animated", False):
        what = "pages" if name == "TIFF" else "frames"
        raise Refused(
            "several-frames",
            f"The {name} file has several {what}; a still picture is accepted. Save one of them by itself.",
        )


def fitted(size: tuple[int, int], side: int) -> tuple[int, int]:
    """The size (width, height) with the same proportions and a long side of at most `side`."""
    scale = min(1.0, side / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def orientation(picture: Image.Image) -> int:
    """EXIF orientation, 1 where there is none; broken metadata is no reason to refuse a picture."""
    with contextlib.suppress(Exception):
        return int(picture.getexif().get(0x0112, 1))
    return 1


def to_rgb(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Any Pillow mode → 8-bit RGB of that size; reduced (Lanczos) before what costs more per pixel."""
    profile = picture.info.get("icc_profile")
    if picture.mode in ("I", "F") or picture.mode.startswith("I;16"):
        picture = to_grey(picture)
    elif picture.has_transparency_data:
        picture = picture.convert("RGBA")
    elif picture.mode == "1":
        picture = picture.convert("L")
    elif picture.mode not in ("L", "RGB", "CMYK"):
        try:
            picture = picture.convert("RGB")
        except ValueError:
            detail = (
                f"Pictures in the colour space {picture.mode} are not read; RGB, grey and CMYK are accepted."
            )
            raise Refused("unsupported-colours", detail) from None
    if picture.size != size:
        picture = picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    if picture.mode == "RGBA":
        white = Image.new("RGB", picture.size, "white")
        white.paste(picture.convert("RGB"), mask=picture.getchannel("A"))
        picture = white
    if profile and picture.mode in ("RGB", "CMYK"):
        picture = to_srgb(picture, profile)
    return picture if picture.mode == "RGB" else picture.convert("RGB")


def to_grey(picture: Image.Image) -> Image.Image:
    """16-bit, 32-bit and floating-point grey → 8 bits.

    16 bits lose their low byte, as those of colour pictures do. The others have no agreed white: 0–1 (float),
    0–255 and 0–65535 (integer) are taken as the full scale if all values lie in it, else their own range is.
    """
    if picture.mode.startswith("I;16"):
        scale, offset = 1 / 256, 0.0
        picture = picture.convert("I")
    else:
        extrema = picture.getextrema()
        low, high = float(extrema[0]), float(extrema[1])  # type: ignore[arg-type]
        if not math.isfinite(low) or not math.isfinite(high):
            raise Refused(
                "unsupported-colours", "The picture has values that are not numbers (NaN, infinity)."
            )
        scale, offset = grey_scale(low, high, whole=picture.mode == "I")
    return picture.point(lambda value: value * scale + offset).convert("L")


def grey_scale(low: float, high: float, whole: bool) -> tuple[float, float]:
    """Scale and offset that bring values between `low` and `high` to 0–255 (see `to_grey`)."""
    if low >= 0 and not whole and high <= 1:
        return 255.0, 0.5
    if low >= 0 and high <= 255:
        return 1.0, 0.0
    if low >= 0 and whole and high <= 65535:
        return 1 / 256, 0.0
    scale = 255 / (high - low) if high > low else 0.0
    return scale, -low * scale


def to_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    """Apply an embedded colour profile (Adobe RGB, Display P3, a printer's CMYK); a broken one is ignored."""
    try:
        source = ImageCms.getOpenProfile(io.BytesIO(profile))
        if "sRGB" in ImageCms.getProfileDescription(source):
            return picture
        return ImageCms.profileToProfile(picture, source, SRGB, outputMode="RGB") or picture
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return picture


SRGB = ImageCms.createProfile("sRGB")


def allow_cpu(seconds: float) -> None:
    """From now on so much processor time; then the kernel ends this process (SIGXCPU)."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    soft = math.ceil(usage.ru_utime + usage.ru_stime + seconds)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(
        resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard)
    )


def confine(limits: Limits) -> None:
    """Take from this process what decoding does not need: memory without bounds, files to write, core dumps."""
    for kind_of_limit, value in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):  # a system that knows no such limit, or a lower one
            resource.setrlimit(kind_of_limit, (value, value))
    Image.MAX_IMAGE_PIXELS = limits.max_pixels
    warnings.simplefilter("ignore")


def serve(limits: Limits) -> None:
    """Answer jobs until the input ends, or until this process is worn out."""
    confine(limits)
    jobs = sys.stdin.buffer
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what a codec prints must not get between the answers
    for _ in range(JOBS_PER_PROCESS):
        head = jobs.read(JOB.size)
        if len(head) < JOB.size:
            return
        data = jobs.read(JOB.unpack(head)[0])
        allow_cpu(limits.cpu_seconds)
        note: Note | dict[str, str]
        worn_out = False
        try:
            note, pixels = decode(data, limits)
        except Refused as refused:
            note, pixels = {"code": refused.code, "detail": refused.detail}, b""
        except MemoryError:
            detail = (
                f"Decoding the picture takes more memory than the {limits.memory_bytes >> 20} MiB allowed."
            )
            note, pixels, worn_out = {"code": "picture-too-costly", "detail": detail}, b"", True
        text = json.dumps(note).encode()
        answers.write(ANSWER.pack(len(text), len(pixels)) + text)
        answers.write(pixels)
        answers.flush()
        if worn_out:
            return


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt, BrokenPipeError):
        serve(Limits(**json.loads(sys.argv[1])))
