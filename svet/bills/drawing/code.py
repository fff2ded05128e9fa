"""The QR symbol of the payment code, as rows of modules."""

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
