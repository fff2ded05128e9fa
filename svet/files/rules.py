"""What a photo may be by its first bytes and its length, and why a file is refused: nothing is decoded."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Final

from svet.kernel.refusals import Refused

#: A photo as it arrives. A telephone makes 3–6 MB.
MOST_BYTES: Final = 10 * 1024 * 1024
#: Checked from the picture's header, before its pixels take memory.
MOST_PIXELS: Final = 40_000_000
#: The longer side of what is kept: the digits of a meter are legible, the row stays small.
LONGEST_SIDE: Final = 1_600

#: ClamAV's signatures are renewed every day: after a week they are not.
OLD_SIGNATURES: Final = timedelta(days=7)


class PhotoReason(StrEnum):
    """Why a photo cannot be taken."""

    EMPTY = "photo_empty"
    TOO_LARGE = "photo_too_large"
    TOO_MANY_PIXELS = "photo_too_many_pixels"
    NOT_A_PICTURE = "photo_not_a_picture"
    HEIC = "photo_heic"
    BROKEN = "photo_broken"
    GONE = "photo_gone"


class UploadRefused(Refused):
    """A file that somebody sent is not taken, and nothing of it is kept."""


class PhotoRefused(UploadRefused):
    """The photo cannot be taken; the field is always ``photo``."""

    def __init__(self, reason: PhotoReason) -> None:
        super().__init__(reason, field="photo")


class ScanReason(StrEnum):
    """Why a file is not taken by what the scanner says of it, or does not say."""

    INFECTED = "file_infected"
    TOO_LONG = "file_too_long_to_scan"
    UNREACHED = "scanner_unreached"


class ScanRefused(UploadRefused):
    """The scanner found something, or nobody knows what is in the file."""


class PhotoKind(StrEnum):
    """The formats that are decoded, by the names the decoder knows."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WEBP"


_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif")


def check_size(raw: bytes) -> None:
    """:raises PhotoRefused: empty, or over the limit"""
    if not raw:
        raise PhotoRefused(PhotoReason.EMPTY)
    if len(raw) > MOST_BYTES:
        raise PhotoRefused(PhotoReason.TOO_LARGE)


def kind_of(raw: bytes) -> PhotoKind:
    """The format by the first bytes; the name and the declared type of a file are never believed.

    :raises PhotoRefused: empty, over the limit, or no picture we know
    """
    check_size(raw)
    if raw.startswith(b"\xff\xd8\xff"):
        return PhotoKind.JPEG
    if raw.startswith(b"\x89PNG\r\n\x1a\n"):
        return PhotoKind.PNG
    if raw[:4] == b"RIFF" and raw[8:12] == b"WEBP":
        return PhotoKind.WEBP
    if raw[4:8] == b"ftyp" and raw[8:12] in _HEIC_BRANDS:
        raise PhotoRefused(PhotoReason.HEIC)
    raise PhotoRefused(PhotoReason.NOT_A_PICTURE)
