"""QR symbols as rows of modules, and as a path for an inline SVG."""

from __future__ import annotations

from math import isqrt
from typing import Any

import zxingcpp


def symbol(content: bytes) -> list[bytes]:
    """A QR symbol, one byte per module, zero is dark; no quiet zone.

    Bytes, not text: text would be written with an encoding of the library's choice.
    """
    barcode = zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    image: Any = barcode.to_image(scale=1, add_quiet_zones=False)
    flat = memoryview(image).tobytes()
    side = isqrt(len(flat))
    return [flat[start : start + side] for start in range(0, len(flat), side)]


def path_of(rows: list[bytes]) -> str:
    """The dark modules as one SVG path in units of modules."""
    return "".join(
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, module in enumerate(row) if module == 0
    )
