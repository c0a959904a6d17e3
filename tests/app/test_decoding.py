"""What a picture file becomes, format by format: the plain function that the child process runs."""

import io
import struct
import subprocess
import sys
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray
from PIL import Image, ImageCms, features

from app import decoding
from app.decoding import Limits, Refused, decode
from app.images import to_array

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL")
Pixels = NDArray[np.uint8]
LOSSLESS: list[tuple[str, dict[str, Any]]] = [
    ("PNG", {}),
    ("BMP", {}),
    ("TIFF", {}),
    ("TIFF", {"compression": "tiff_lzw"}),
    ("WebP", {"lossless": True, "exact": True}),
]
FORMATS = ["PNG", "JPEG", "WebP", "GIF", "BMP", "TIFF"]


def file(picture: Image.Image | NDArray[Any], kind: str, **options: Any) -> bytes:
    """A picture file in memory."""
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def pixels(data: bytes, **limits: Any) -> Pixels:
    """The decoded pixels."""
    return to_array(decode(data, Limits(**limits))[1])


def photo(height: int = 48, width: int = 64) -> Pixels:
    """A smooth colourful picture that lossy formats change little."""
    y, x = np.mgrid[0:height, 0:width]
    planes = (128 + 100 * np.sin(x / 17), 128 + 100 * np.cos(y / 13), 128 + 90 * np.sin((x + y) / 29))
    return np.stack(planes, axis=-1).astype(np.uint8)


def png(width: int, height: int, depth: int, colour: int, raw: bytes, *chunks: bytes) -> bytes:
    """A PNG made by hand, with chunks between its header and its data."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + body


def chunk(name: bytes, data: bytes) -> bytes:
    """One chunk of a PNG."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def refusal(data: bytes, **limits: Any) -> Refused:
    """The refusal of a file, which must come."""
    with pytest.raises(Refused) as caught:
        decode(data, Limits(**limits))
    return caught.value


@pytest.mark.parametrize(("kind", "options"), LOSSLESS)
@hypothesis_settings(max_examples=40)
@given(array=arrays.arrays(np.uint8, st.tuples(st.integers(1, 24), st.integers(1, 24), st.just(3))))
def test_lossless_files_decode_to_the_same_pixels(kind: str, options: dict[str, Any], array: Pixels) -> None:
    data = file(array, kind, **options)
    note, ppm = decode(data, Limits())
    height, width, _ = array.shape
    assert note == {"format": kind, "width": width, "height": height, "original": (width, height)}
    np.testing.assert_array_equal(to_array(ppm), array)


@hypothesis_settings(max_examples=200)
@given(st.binary(max_size=400), st.sampled_from([b"", *(magic for magic, _ in decoding.SIGNATURES)]))
def test_arbitrary_bytes_are_refused_by_name(data: bytes, magic: bytes) -> None:
    try:
        decode(magic + data, Limits(max_pixels=10_000))
    except Refused as refused:
        assert refused.code in {"empty-upload", "unsupported-format", "damaged-picture", "too-many-pixels"}
        assert refused.detail


@hypothesis_settings(max_examples=200)
@given(st.sampled_from(FORMATS), st.lists(st.tuples(st.integers(0, 10_000), st.integers(1, 255)), max_size=8))
def test_damaged_files_decode_or_are_refused(kind: str, damage: list[tuple[int, int]]) -> None:
    data = bytearray(file(photo(16, 16), kind))
    for position, flip in damage:
        data[position % len(data)] ^= flip
    try:
        decode(bytes(data), Limits(max_pixels=100_000))
    except Refused as refused:
        assert refused.code.replace("-", "").isalpha()


@pytest.mark.parametrize("kind", FORMATS)
def test_a_file_cut_in_half_is_refused(kind: str) -> None:
    data = file(np.random.default_rng(1).integers(0, 256, (64, 64, 3), np.uint8), kind)
    refused = refusal(data[: len(data) // 2])
    assert refused.code == "damaged-picture"
    assert kind in refused.detail


@pytest.mark.parametrize("kind", ["JPEG", "WebP"])
def test_lossy_files_decode_to_similar_pixels(kind: str) -> None:
    decoded = pixels(file(photo(), kind, quality=95))
    assert np.abs(decoded.astype(int) - photo()).mean() < 3


@pytest.mark.parametrize("number", range(1, 9))
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WebP"])
def test_the_orientation_is_applied(kind: str, number: int) -> None:
    upright = photo(16, 40)
    turns = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.transpose(1, 0, 2),
        6: np.rot90(upright),
        7: np.rot90(upright, 2).transpose(1, 0, 2),
        8: np.rot90(upright, -1),
    }
    exif = Image.Exif()
    exif[0x0112] = number
    options = {"JPEG": {"quality": 98, "subsampling": 0}, "WebP": {"lossless": True}}.get(kind, {})
    data = file(np.ascontiguousarray(turns[number]), kind, exif=exif, **options)
    note, ppm = decode(data, Limits())
    assert note["original"] == (40, 16)
    np.testing.assert_allclose(to_array(ppm).astype(int), upright, atol=12 if kind == "JPEG" else 0)
    assert decode(data, Limits(side=10))[0] == {
        "format": kind,
        "width": 10,
        "height": 4,
        "original": (40, 16),
    }


def test_broken_metadata_does_not_matter() -> None:
    data = file(photo(), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xffnonsense")
    assert pixels(data).shape == (48, 64, 3)


@pytest.mark.parametrize("kind", ["PNG", "WebP", "TIFF"])
def test_transparency_is_laid_on_white(kind: str) -> None:
    rgba = np.dstack([photo(), np.full((48, 64), 255, np.uint8)])
    rgba[:10, :, 3] = 0
    rgba[10:20, :, 3] = 128
    options = {"lossless": True, "exact": True} if kind == "WebP" else {}
    decoded = pixels(file(rgba, kind, **options))
    assert (decoded[:10] == 255).all()
    half = rgba[10:20, :, :3] * (128 / 255) + 255 * (127 / 255)
    np.testing.assert_allclose(decoded[10:20], half, atol=1)
    np.testing.assert_array_equal(decoded[20:], rgba[20:, :, :3])


def test_grey_with_transparency() -> None:
    grey = np.full((4, 4, 2), 255, np.uint8)
    grey[0] = (0, 255)
    grey[1] = (0, 0)
    decoded = pixels(file(Image.fromarray(grey, "LA"), "PNG"))
    assert [row[0, 0] for row in decoded] == [0, 255, 255, 255]


@pytest.mark.parametrize("kind", ["PNG", "GIF"])
def test_palette_with_transparency(kind: str) -> None:
    image = Image.new("P", (6, 4), 1)
    image.putpalette([10, 20, 30, 200, 100, 50, 0, 0, 255])
    image.paste(0, (0, 0, 2, 4))
    image.paste(2, (2, 0, 4, 4))
    decoded = pixels(file(image, kind, transparency=0))
    assert decoded[0, [0, 2, 4]].tolist() == [[255, 255, 255], [0, 0, 255], [200, 100, 50]]
    assert pixels(file(image, kind))[0, 0].tolist() == [10, 20, 30]


def test_palette_with_partial_transparency() -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([0, 0, 0, 0, 0, 0])
    image.putpixel((1, 0), 1)
    decoded = pixels(file(image, "PNG", transparency=bytes([0, 128])))
    assert decoded[0].tolist() == [[255] * 3, [127] * 3]


@pytest.mark.parametrize(
    ("depth", "raw", "transparent", "expected"),
    [
        (1, b"\x40", None, [0, 255]),
        (1, b"\x40", 0, [255, 255]),
        (2, b"\x70", None, [85, 255]),
        (8, b"\x05\x06", 5, [255, 6]),
        (16, b"\xff\xff\x80\x01", None, [255, 128]),
    ],
)
def test_grey_png_of_every_depth(
    depth: int, raw: bytes, transparent: int | None, expected: list[int]
) -> None:
    chunks = [] if transparent is None else [chunk(b"tRNS", struct.pack(">H", transparent))]
    assert pixels(png(2, 1, depth, 0, b"\0" + raw, *chunks))[0, :, 0].tolist() == expected


def test_16_bit_colour_keeps_the_high_byte() -> None:
    raw = b"\0" + struct.pack(">8H", 65535, 0x1234, 0, 65535, 1, 2, 3, 0)
    assert pixels(png(2, 1, 16, 6, raw))[0].tolist() == [[255, 0x12, 0], [255, 255, 255]]


@pytest.mark.parametrize("mode", ["I;16", "I;16B"])
def test_16_bit_grey_tiff(mode: str) -> None:
    values = np.array([[0, 255, 256, 0x1234, 65535]], np.uint16)
    image = Image.frombytes(mode, (5, 1), values.astype("<u2" if mode == "I;16" else ">u2").tobytes())
    assert pixels(file(image, "TIFF"))[0, :, 0].tolist() == [0, 0, 1, 0x12, 255]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.array([[0.0, 0.5, 1.0]], np.float32), [0, 128, 255]),
        (np.array([[0.0, 100.0, 255.0]], np.float32), [0, 100, 255]),
        (np.array([[-1.0, 0.0, 1.0]], np.float32), [0, 127, 255]),
        (np.array([[7e9, 7e9, 7e9]], np.float32), [0, 0, 0]),
        (np.array([[0, 100, 255]], np.int32), [0, 100, 255]),
        (np.array([[0, 256, 65535]], np.int32), [0, 1, 255]),
        (np.array([[-1000, 0, 1000]], np.int32), [0, 127, 255]),
    ],
)
def test_grey_without_an_agreed_white(values: NDArray[Any], expected: list[int]) -> None:
    assert pixels(file(Image.fromarray(values), "TIFF"))[0, :, 0].tolist() == expected


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_values_that_are_no_numbers_are_refused(value: float) -> None:
    data = file(Image.fromarray(np.array([[value, 1.0]], np.float32)), "TIFF")
    assert refusal(data).code == "unsupported-colours"


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk_without_a_profile(kind: str) -> None:
    cmyk = np.zeros((16, 16, 4), np.uint8)
    cmyk[:8] = (0, 255, 255, 0)
    decoded = pixels(file(Image.fromarray(cmyk, "CMYK"), kind))
    assert decoded[0, 0].tolist() == pytest.approx([255, 0, 0], abs=3)
    assert decoded[15, 15].tolist() == pytest.approx([255, 255, 255], abs=3)


def test_a_colour_profile_is_applied() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = file(photo(), "PNG", icc_profile=srgb)
    np.testing.assert_array_equal(pixels(data), photo())
    # The same profile with its red and blue primaries exchanged, under another name.
    exchanged = srgb.replace(b"rXYZ", b"tmpX").replace(b"bXYZ", b"rXYZ").replace(b"tmpX", b"bXYZ")
    exchanged = exchanged.replace("sRGB".encode("utf-16-be"), "swap".encode("utf-16-be"))
    decoded = pixels(file(photo(), "PNG", icc_profile=exchanged))
    np.testing.assert_allclose(decoded.astype(int), photo()[:, :, ::-1], atol=2)


def test_a_broken_profile_is_ignored() -> None:
    np.testing.assert_array_equal(pixels(file(photo(), "PNG", icc_profile=b"not a profile")), photo())


def test_lab_is_read_or_refused_by_name() -> None:
    try:
        assert pixels(file(Image.new("LAB", (4, 4)), "TIFF")).shape == (4, 4, 3)
    except Refused as refused:
        assert refused.code == "unsupported-colours"


@pytest.mark.parametrize("kind", FORMATS)
def test_a_large_picture_is_reduced(kind: str) -> None:
    small = photo(50, 70)
    large = Image.fromarray(small).resize((700, 500), Image.Resampling.BICUBIC)
    note, ppm = decode(file(large, kind), Limits(side=70))
    assert note == {"format": kind, "width": 70, "height": 50, "original": (700, 500)}
    assert np.abs(to_array(ppm).astype(int) - small).mean() < (6 if kind == "GIF" else 2)


def test_a_line_stays_a_line() -> None:
    assert decode(file(np.zeros((1, 5000, 3), np.uint8), "PNG"), Limits())[0]["height"] == 1


@pytest.mark.parametrize("kind", ["PNG", "WebP", "GIF", "TIFF"])
def test_several_frames_are_refused(kind: str) -> None:
    frames = [Image.fromarray(photo() // factor) for factor in (1, 2, 3)]
    refused = refusal(file(frames[0], kind, save_all=True, append_images=frames[1:]))
    assert refused.code == "several-frames"
    assert ("pages" if kind == "TIFF" else "frames") in refused.detail


def test_the_first_picture_of_a_phones_jpeg_is_taken() -> None:
    buffer = io.BytesIO()
    Image.fromarray(photo()).save(buffer, "MPO", save_all=True, append_images=[Image.fromarray(photo() // 2)])
    note, ppm = decode(buffer.getvalue(), Limits())
    assert note["format"] == "JPEG"
    assert np.abs(to_array(ppm).astype(int) - photo()).mean() < 4


def test_too_many_pixels_are_refused_by_the_header() -> None:
    refused = refusal(png(20_000, 20_000, 8, 2, b"\0"))
    assert refused.code == "too-many-pixels"
    assert "400 megapixels" in refused.detail and "at most 40 megapixels" in refused.detail
    refused = refusal(png(101, 100, 8, 0, b"\0"), max_pixels=10_000)
    assert refused.code == "too-many-pixels" and "101 × 100" in refused.detail


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (b"", "empty-upload", "empty"),
        (b"hello, world", "unsupported-format", "not in a picture format"),
        (b"%PDF-1.7 ...", "unsupported-format", "PDF"),
        (b"<svg xmlns='x'/>", "unsupported-format", "SVG"),
        (b"  <!DOCTYPE html>", "unsupported-format", "web page"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "unsupported-format", "HEIC"),
        (b"\0\0\0\x18ftypavif\0\0\0\0", "unsupported-format", "AVIF"),
        (b"\0\0\0\x18ftypisom\0\0\0\0", "unsupported-format", "video"),
        (b"x" * 2001, "too-large", "MB"),
    ],
)
def test_a_refusal_says_what_was_wrong_and_what_is_accepted(data: bytes, code: str, words: str) -> None:
    refused = refusal(data, max_bytes=2000)
    assert refused.code == code
    assert words in refused.detail
    assert code == "too-large" or decoding.ACCEPTED in refused.detail


def test_all_metadata_is_dropped() -> None:
    exif = Image.Exif()
    exif[0x010E] = "a secret place"
    _, ppm = decode(file(photo(), "JPEG", exif=exif, comment=b"another secret"), Limits())
    assert b"secret" not in ppm and len(ppm) == len(b"P6\n64 48\n255\n") + 64 * 48 * 3


def test_the_process_knows_pillow_and_the_standard_library_only() -> None:
    script = f"import runpy, sys; runpy.run_path({decoding.__file__!r}); print(*sys.modules)"
    modules = subprocess.run(
        [sys.executable, "-I", "-c", script], capture_output=True, text=True, check=True
    ).stdout.split()
    foreign = {"app", "numpy", "torch", "fastapi", "pydantic", "pickle", "socket", "ssl"}
    assert not foreign & set(modules)


def test_the_codecs_are_there() -> None:
    assert all(features.check(name) for name in ("jpg", "zlib", "webp", "libtiff", "littlecms2"))
