"""A hostile file goes in, a plain JPEG comes out: upright, small, silent about who took it and where."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from dataclasses import dataclass
from threading import Lock

from PIL import Image, ImageOps

from svet.files.rules import LONGEST_SIDE, MOST_PIXELS, PhotoReason, PhotoRefused, kind_of

QUALITY = 82
# The decoder's own alarm, for whatever of it does not go through the check below.
Image.MAX_IMAGE_PIXELS = MOST_PIXELS
# Forty million pixels are 160 MB while they are decoded: one photo at a time in a process.
_DESK = Lock()
# What a decoder says about files that were cut off or made up.
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, struct.error, zlib.error)


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo as it is kept: JPEG."""

    jpeg: bytes
    width: int
    height: int


def prepared(raw: bytes) -> Picture:
    """Re-encode a photo. :raises PhotoRefused: too large, no picture, broken"""
    kind = kind_of(raw)
    with _DESK:
        try:
            with _opened(raw, kind.value) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise PhotoRefused(PhotoReason.TOO_MANY_PIXELS)
                # A JPEG is decoded at about the size that is kept, a fraction of its pixels.
                image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
                image.load()
                return _encoded(_plain(image))
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise PhotoRefused(PhotoReason.TOO_MANY_PIXELS) from None
        except _BROKEN:
            raise PhotoRefused(PhotoReason.BROKEN) from None


def _opened(raw: bytes, kind: str) -> Image.Image:
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        # Only the decoder of the format the first bytes promise.
        return Image.open(io.BytesIO(raw), formats=[kind])


def _plain(image: Image.Image) -> Image.Image:
    """Upright as the camera held it, on white, and nothing but pixels: a fresh image has no metadata."""
    upright = ImageOps.exif_transpose(image)
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    clean = Image.new("RGB", upright.size, "white")
    if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
        seen = upright.convert("RGBA")
        clean.paste(seen, mask=seen.getchannel("A"))
    else:
        clean.paste(upright.convert("RGB"))
    return clean


def _encoded(image: Image.Image) -> Picture:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=QUALITY, optimize=True)
    return Picture(out.getvalue(), image.width, image.height)
