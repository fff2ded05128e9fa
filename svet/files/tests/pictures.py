"""Made-up photos and hostile files for tests."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image


def photo(
    *, size: tuple[int, int] = (640, 480), kind: str = "JPEG", mode: str = "RGB", **save: object
) -> bytes:
    """A picture of a plain colour."""
    out = io.BytesIO()
    Image.new(mode, size, "teal" if mode == "RGB" else None).save(out, kind, **save)
    return out.getvalue()


def with_exif() -> bytes:
    """A photo that tells where it was taken and must be turned upright."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turned a quarter
    exif[0x010E] = "Secret street 5"
    exif.get_ifd(0x8825)[2] = (55.0, 9.0, 0.0)
    return photo(size=(640, 480), exif=exif, comment=b"Secret street 5")


def png_bomb(width: int, height: int) -> bytes:
    """A few kilobytes whose header promises an enormous picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )  # fmt: skip


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"
HEIC = b"\x00\x00\x00\x18ftypheic" + b"\0" * 100
