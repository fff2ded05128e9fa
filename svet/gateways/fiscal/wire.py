"""JSON whose sums are written digit for digit: no binary fraction stands between a kopeck and the wire."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any


def exact_json(value: Any) -> bytes:
    """JSON of maps, lists, texts, whole numbers and Decimals. :raises TypeError: anything else, floats too"""
    return _text(value).encode()


def _text(value: Any) -> str:
    match value:
        case Decimal():
            return format(value, "f")
        case float():
            raise TypeError("a sum is never a float")
        case Mapping():
            return "{" + ",".join(f"{json.dumps(key)}:{_text(one)}" for key, one in value.items()) + "}"
        case list() | tuple():
            return "[" + ",".join(map(_text, value)) + "]"
        case str() | int() | None:
            return json.dumps(value, ensure_ascii=False)
    raise TypeError(f"no JSON of {type(value).__name__}")
