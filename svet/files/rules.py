"""What a photo may be, judged by its first bytes and its length: nothing is decoded here."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from svet.kernel.refusals import Refused

#: A photo as it arrives. A telephone makes 3–6 MB.
MOST_BYTES: Final = 10 * 1024 * 1024
#: Checked from the picture's header, before its pixels take memory.
MOST_PIXELS: Final = 40_000_000
#: The longer side of what is kept: the digits of a meter are legible, the row stays small.
LONGEST_SIDE: Final = 1_600


class PhotoReason(StrEnum):
    """Why a photo cannot be taken."""

    EMPTY = "photo_empty"
    TOO_LARGE = "photo_too_large"
    TOO_MANY_PIXELS = "photo_too_many_pixels"
    NOT_A_PICTURE = "photo_not_a_picture"
    HEIC = "photo_heic"
    BROKEN = "photo_broken"
    GONE = "photo_gone"


class PhotoRefused(Refused):
    """The photo cannot be taken; the field is always ``photo``."""

    def __init__(self, reason: PhotoReason) -> None:
        super().__init__(reason, field="photo")


class PhotoKind(StrEnum):
    """The formats that are decoded, by the names the decoder knows."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WEBP"


_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif")


def kind_of(raw: bytes) -> PhotoKind:
    """The format by the first bytes; the name and the declared type of a file are never believed.

    :raises PhotoRefused: empty, over the limit, or no picture we know
    """
    if not raw:
        raise PhotoRefused(PhotoReason.EMPTY)
    if len(raw) > MOST_BYTES:
        raise PhotoRefused(PhotoReason.TOO_LARGE)
    if raw.startswith(b"\xff\xd8\xff"):
        return PhotoKind.JPEG
    if raw.startswith(b"\x89PNG\r\n\x1a\n"):
        return PhotoKind.PNG
    if raw[:4] == b"RIFF" and raw[8:12] == b"WEBP":
        return PhotoKind.WEBP
    if raw[4:8] == b"ftyp" and raw[8:12] in _HEIC_BRANDS:
        raise PhotoRefused(PhotoReason.HEIC)
    raise PhotoRefused(PhotoReason.NOT_A_PICTURE)
